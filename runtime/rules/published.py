"""The decision tables that were published, for those who ask them by themselves.

Whether a table is judged for alarms as well (its mode) is no matter here: one that was switched
off still answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from blocks.sdk import BlockError, Decided
from kernel.errors import InvalidError, NotFoundError
from kernel.kept import Kept
from kernel.numbers import MOST
from runtime.flows.decisions import Wanted
from runtime.flows.problems import DecisionTable, Face, Versions
from runtime.inventory.lookup import missing_tables, table_names
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.tables.asking import ask_table, input_schema, output_schema
from runtime.rules.tables.model import Table, is_table, parse_table

TABLES_KEPT = 200
_tables: Kept[UUID, Table] = Kept(TABLES_KEPT)
_IS_TABLE = RuleVersionRow.document["table"].as_integer() == 1


class PublishedTables:
    """The door of `runtime.flows.decisions`."""

    def known(
        self, session: Session, tenant_id: UUID, wanted: Iterable[Wanted], /
    ) -> Mapping[str, DecisionTable]:
        """See `Decisions.known`."""
        return tables_known(session, tenant_id, wanted)

    def hold(
        self,
        session: Session,
        tenant_id: UUID,
        tables: Collection[str],
        look_up_tables: Collection[str],
        /,
    ) -> None:
        """See `Decisions.hold`."""
        missing_tables(session, tenant_id, look_up_tables)
        ids = sorted(filter(None, map(_key, tables)))
        wanted = select(RuleRow.id).where(RuleRow.tenant_id == tenant_id, RuleRow.id.in_(ids))
        held = wanted.order_by(RuleRow.id).with_for_update(read=True, key_share=True)
        session.execute(held).all()

    def look_up_tables(self, session: Session, tenant_id: UUID, /) -> frozenset[str] | None:
        """See `Decisions.look_up_tables`."""
        return frozenset(table_names(session, tenant_id))

    def decide(
        self,
        session: Session,
        tenant_id: UUID,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any],
        version: int | None,
    ) -> Decided:
        """See `Decisions.decide`."""
        try:
            found = find_table(session, tenant_id, table, version)
        except NotFoundError as error:
            said = f"{error.message[:1].upper()}{error.message[1:]}: choose another."
            raise BlockError("tables.unknown", said) from None
        return ask_for_step(found, values, alarm)


def ask_for_step(table: Table, values: Mapping[str, Any], alarm: Mapping[str, Any]) -> Decided:
    """Ask a table for a step; raises BlockError `tables.bad_value` naming each value."""
    try:
        answer = ask_table(table, values, alarm)
    except InvalidError as error:
        said = "; ".join(one.message for one in error.problems)
        raise BlockError("tables.bad_value", f"{table.name}: {said}.") from None
    return Decided(answer.port, answer.output)


def find_table(
    session: Session, tenant_id: UUID, table_id: str, number: int | None = None
) -> Table:
    """Give a published table: a version by its number, or the newest that was put live.

    Raises:
        NotFoundError: no such table, or no such version of it.
    """
    version = _version(session, tenant_id, table_id, number)
    if version is None:
        which = "" if number is None else f" with a version {number}"
        raise NotFoundError(f"there is no published decision table {table_id}{which}")
    return _tables.get(version.id, lambda: parse_table(version.document))


def tables_known(
    session: Session, tenant_id: UUID, wanted: Iterable[Wanted] = ()
) -> dict[str, DecisionTable]:
    """Give the published tables by id, by name; with the faces of the versions that are wanted.

    A wanted pair is a table and a version, None for the live one.
    """
    live = and_(RuleVersionRow.id == RuleRow.live_version_id, RuleRow.tenant_id == tenant_id)
    rows = session.execute(
        select(RuleRow.id, RuleRow.name, RuleVersionRow.number)
        .join(RuleVersionRow, live)
        .where(_IS_TABLE)
        .order_by(RuleRow.name, RuleRow.id)
    ).all()
    numbers = _numbers(session, tenant_id, [row.id for row in rows])
    faces = _faces(session, tenant_id, set(wanted))
    return {
        str(id_): DecisionTable(
            name=name,
            versions=Versions(live=live_number, numbers=frozenset(numbers.get(id_, ()))),
            faces={number: face for (one, number), face in faces.items() if one == str(id_)},
        )
        for id_, name, live_number in rows
    }


def live_outputs(session: Session, tenant_id: UUID) -> dict[str, dict[str, Any]]:
    """Give what each table's live version answers, as JSON Schema by the table's id."""
    rows = session.execute(
        select(RuleRow.id, RuleVersionRow.document)
        .join(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .where(RuleRow.tenant_id == tenant_id, _IS_TABLE)
    )
    return {str(id_): output_schema(document) for id_, document in rows}


def _numbers(session: Session, tenant_id: UUID, ids: list[UUID]) -> dict[UUID, set[int]]:
    found: dict[UUID, set[int]] = {}
    rows = session.execute(
        select(RuleVersionRow.rule_id, RuleVersionRow.number).where(
            RuleVersionRow.tenant_id == tenant_id, RuleVersionRow.rule_id.in_(ids)
        )
    )
    for rule_id, number in rows:
        found.setdefault(rule_id, set()).add(number)
    return found


def _faces(session: Session, tenant_id: UUID, wanted: Iterable[Wanted]) -> dict[Wanted, Face]:
    found: dict[Wanted, Face] = {}
    for table_id, number in wanted:
        version = _version(session, tenant_id, table_id, number)
        if version is not None:
            document: dict[str, Any] = version.document
            face = Face(inputs=input_schema(document), outputs=output_schema(document))
            found[table_id, number] = face
    return found


def _version(
    session: Session, tenant_id: UUID, table_id: str, number: int | None
) -> RuleVersionRow | None:
    key = _key(table_id)
    if key is None:
        return None
    if number is not None and not 0 < number <= MOST:
        return None
    which = (
        RuleVersionRow.id == RuleRow.live_version_id
        if number is None
        else RuleVersionRow.number == number
    )
    row = session.scalar(
        select(RuleVersionRow)
        .join(RuleRow, RuleRow.id == RuleVersionRow.rule_id)
        .where(RuleRow.tenant_id == tenant_id, RuleRow.id == key, which)
    )
    return row if row is not None and is_table(row.document) else None


def _key(table_id: str) -> UUID | None:
    try:
        return UUID(table_id)
    except ValueError:
        return None
