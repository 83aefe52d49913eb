"""Which look-up tables rules name: they have to be there, and stay as long as a rule does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.flows.uses import flows_looking_up
from runtime.inventory.lookup import missing_tables
from runtime.rules._tables import RuleRow, RuleVersionRow


def look_up_tables_in(document: Mapping[str, Any]) -> set[str]:
    """Give every look-up table that a rule enriches alarms from.

    >>> look_up_tables_in({"then": [{"do": "enrich", "table": "sites"}, {"do": "clear"}]})
    {'sites'}
    """
    actions = document.get("then", ())
    return {one["table"] for one in actions if one["do"] == "enrich"}


def rules_looking_up(session: Session, tenant_id: UUID, table: str) -> list[str]:
    """Name the rules whose draft or live version enriches alarms from a look-up table."""
    rows = session.execute(
        select(RuleRow.name, RuleRow.draft, RuleVersionRow.document)
        .outerjoin(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .where(RuleRow.tenant_id == tenant_id)
        .order_by(func.lower(RuleRow.name))
    )
    return [
        name
        for name, *documents in rows
        if any(table in look_up_tables_in(one) for one in documents if one)
    ]


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
