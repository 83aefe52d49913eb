"""What entries are about, as far as it is still there: where its page is.

The things belong to packages above, so they are named by their tables and the endpoints of their
pages, and looked for by their ids alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import Base
from tenancy.audit.listing import EntryView


class Place(NamedTuple):
    """Where a page is: its endpoint, and what goes into its address."""

    endpoint: str
    values: Mapping[str, str]


class _Page(NamedTuple):
    table: str
    column: str
    endpoint: str
    argument: str = ""


_PAGES: Mapping[str, _Page] = {
    "approval": _Page("approval", "id", "approvals.show_approval", "approval_id"),
    "block": _Page("block_install", "block_id", "blocks.show_block", "block_id"),
    "connection": _Page("connection", "id", "connections.show_connection", "connection_id"),
    "look_up_table": _Page("lookup_table", "id", "lookups.show_table", "table_id"),
    "pack": _Page("pack_install", "pack_id", "packs.show_pack", "pack_id"),
    "promotion": _Page("promotion", "id", "environments.list_environments"),
    "publish_request": _Page("publish_request", "id", "going_live.show_request", "request_id"),
    "rule": _Page("rule", "id", "rules.edit_rule", "rule_id"),
    "source": _Page("source", "id", "sources.show_source", "source_id"),
    "table": _Page("rule", "id", "tables.edit_table", "rule_id"),
    "token": _Page("api_token", "id", "tenancy.list_tokens"),
    "webhook": _Page("flow", "id", "webhooks.list_webhooks", "flow_id"),
    "workflow": _Page("flow", "id", "workflows.show_workflow", "flow_id"),
}


def places_of(
    session: Session, tenant_id: UUID, entries: Iterable[EntryView]
) -> dict[tuple[str, str], Place]:
    """Give the page of each thing that is still there, by its kind and id; one query a kind."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        if entry.about_kind in _PAGES and entry.about_id:
            wanted.setdefault(entry.about_kind, set()).add(entry.about_id)
    found: dict[tuple[str, str], Place] = {}
    for kind, ids in wanted.items():
        page = _PAGES[kind]
        for there in _still_there(session, tenant_id, page, ids):
            values = {page.argument: there} if page.argument else {}
            found[kind, there] = Place(page.endpoint, values)
    return found


def _still_there(session: Session, tenant_id: UUID, page: _Page, ids: set[str]) -> set[str]:
    model = _model_of(page.table)
    column = getattr(model, page.column)
    keys: list[Any] = [_key(one) for one in ids] if page.column == "id" else sorted(ids)
    query = select(column).where(model.tenant_id == tenant_id, column.in_(filter(None, keys)))
    return {str(one) for one in session.scalars(query)}


def _model_of(table: str) -> Any:
    for mapper in Base.registry.mappers:
        if mapper.class_.__tablename__ == table:
            return mapper.class_
    raise LookupError(table)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
