"""What a workflow leans on, as a template carries it: rules that start it, tables, calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.gallery.using import starting
from kernel.ids import slugify
from runtime.calendars.store import list_calendars
from runtime.flows.exchange.envelope import needs_of
from runtime.inventory.lookups.store import TableView, list_rows, list_tables
from runtime.rules.store import list_rules
from runtime.rules.uses import flows_started_by, look_up_tables_in

PARTS_MAX = 20
ROWS_MAX = 1_000
"""Of a larger table the columns come along alone."""


def leaned_on(
    session: Session, tenant_id: UUID, flow: Mapping[str, Any], slug: str, registry: Registry
) -> dict[str, list[dict[str, Any]]]:
    """Give the documents of what belongs to a workflow of a short name, by part; none is empty.

    Decision tables are not among them: a step names one by its id, so all workflows share it.
    """
    rules = [
        starting(one.draft, slug, slugify(flow["name"]))
        for one in list_rules(session, tenant_id)
        if "then" in one.draft and slug in flows_started_by(one.draft)
    ]
    needs = needs_of([dict(flow)], registry, {})
    tables = {*needs.get("look_up_tables", ())}.union(*map(look_up_tables_in, rules))
    calendars = needs.get("calendars", ())
    found = {
        "rules": rules,
        "tables": _tables(session, tenant_id, tables),
        "calendars": [
            dict(one.document)
            for one in list_calendars(session, tenant_id)
            if one.name in calendars
        ],
    }
    return {part: held[:PARTS_MAX] for part, held in found.items() if held}


def _tables(session: Session, tenant_id: UUID, named: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "columns": list(one.columns),
            "rows": _rows(session, tenant_id, one) if one.rows <= ROWS_MAX else {},
        }
        for one in list_tables(session, tenant_id)
        if one.name in named
    ]


def _rows(session: Session, tenant_id: UUID, table: TableView) -> dict[str, dict[str, Any]]:
    rows = list_rows(session, tenant_id, table.id, limit=ROWS_MAX)
    return {one.key: dict(one.values) for one in rows}
