"""Which workflows rules start and which look-up tables they name; those stay as long as a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.flows.uses import flows_looking_up
from runtime.inventory.lookup import missing_tables
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.model import Mode
from runtime.rules.tables.columns import started_flows
from runtime.rules.tables.model import is_table

Names = Callable[[Mapping[str, Any]], Collection[str]]


def look_up_tables_in(document: Mapping[str, Any]) -> set[str]:
    """Give every look-up table that a rule enriches alarms from.

    >>> look_up_tables_in({"then": [{"do": "enrich", "table": "sites"}, {"do": "clear"}]})
    {'sites'}
    """
    actions = document.get("then", ())
    return {one["table"] for one in actions if one["do"] == "enrich"}


def flows_started_by(document: Mapping[str, Any]) -> set[str]:
    """Give the slug of every workflow that a rule's actions or a table's rows start.

    >>> flows_started_by({"then": [{"do": "start", "flow": "mend"}, {"do": "clear"}]})
    {'mend'}
    """
    if is_table(document):
        return set(started_flows(document))
    return {one["flow"] for one in document.get("then", ()) if one["do"] == "start"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """A rule or decision table that names something, in its draft and live."""

    rule_id: UUID
    name: str
    kind: str
    mode: Mode
    in_draft: bool
    in_live: bool


def uses_by_rules(session: Session, tenant_id: UUID, named: Names, name: str) -> list[RuleUse]:
    """List the rules and tables whose draft or live version names something, by name."""
    rows = session.execute(
        select(RuleRow.id, RuleRow.name, RuleRow.mode, RuleRow.draft, RuleVersionRow.document)
        .outerjoin(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .where(RuleRow.tenant_id == tenant_id)
        .order_by(func.lower(RuleRow.name))
    )
    found = (
        RuleUse(
            rule_id=row.id,
            name=row.name,
            kind="table" if is_table(row.draft) else "rule",
            mode=row.mode,
            in_draft=name in named(row.draft),
            in_live=bool(row.document) and name in named(row.document),
        )
        for row in rows
    )
    return [one for one in found if one.in_draft or one.in_live]


def rules_starting(session: Session, tenant_id: UUID, slug: str) -> list[RuleUse]:
    """List the rules and tables that start a workflow, in their drafts too."""
    return uses_by_rules(session, tenant_id, flows_started_by, slug)


def rules_looking_up(session: Session, tenant_id: UUID, table: str) -> list[str]:
    """Name the rules whose draft or live version enriches alarms from a look-up table."""
    return [one.name for one in uses_by_rules(session, tenant_id, look_up_tables_in, table)]


def users_of_look_up_table(session: Session, tenant_id: UUID, name: str) -> list[str]:
    """Name the rules and workflows that look something up in a table, in a draft too.

    The composition root puts it into every session's `info`, see `runtime.inventory.lookups`.
    """
    rules = (f"the rule {one}" for one in rules_looking_up(session, tenant_id, name))
    flows = (f"the workflow {one}" for one in flows_looking_up(session, tenant_id, name))
    return [*rules, *flows]


def require_look_up_tables(session: Session, tenant_id: UUID, document: Mapping[str, Any]) -> None:
    """Refuse to publish what names a table that is not there, and let nobody remove it meanwhile.

    Raises:
        InvalidError: naming the table.
    """
    missing = sorted(missing_tables(session, tenant_id, look_up_tables_in(document)))
    if missing:
        told = f"there is no look-up table {', '.join(missing)}: add it, or choose another"
        raise InvalidError(told, problems=[Problem("/then", f"then: {told}")])
