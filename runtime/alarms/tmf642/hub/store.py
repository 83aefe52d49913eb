"""Hubs: registering a listener, and what people do with one."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from blocks.brokers.addresses import Allowed, is_public
from kernel.errors import ConflictError, InvalidError, Problem
from runtime.alarms._storable import storage_problems
from runtime.alarms.tmf642.dialect import DIALECTS, Call
from runtime.alarms.tmf642.hub._tables import TmfDelivery, TmfHub
from runtime.alarms.tmf642.hub.events import read_query
from runtime.alarms.tmf642.hub.telling import PAUSED_BY_US, tell_mended
from runtime.alarms.tmf642.schemas import hub_created
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

HUBS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HubView:
    """A hub and how its sending stands."""

    id: UUID
    dialect: str
    callback: str
    query: str
    created_at: datetime
    created_by: str
    paused_at: datetime | None
    paused_by: str
    failures: int
    next_at: datetime | None
    delivered: int
    failed: int
    dropped: int
    last_delivered_at: datetime | None
    last_problem: str
    last_problem_at: datetime | None
    waiting: int

    @property
    def state(self) -> str:
        """Tell how it stands in one word: paused, failing or live."""
        if self.paused_at is not None:
            return "paused"
        return "failing" if self.failures else "live"

    @property
    def shown_address(self) -> str:
        """Give the address without its query, which may hold a secret."""
        return shown_address(self.callback)


_FIELDS = tuple(name for name in HubView.__dataclass_fields__ if name != "waiting")


def register_hub(
    session: Session,
    tenant_id: UUID,
    document: Any,
    *,
    call: Call,
    allow_private: Allowed = False,
) -> HubView:
    """Register a listener.

    Raises:
        InvalidError: it does not fit, its address cannot be called, or its query says nothing.
        ConflictError: the tenant has the same already, or as many as it may.
    """
    hub_created(call.dialect).require(document, "the listener cannot be registered so")
    problems = storage_problems(document)
    if problems:
        raise InvalidError("the listener cannot be registered so", problems=problems)
    callback, query = document["callback"].strip(), document.get("query", "").lstrip("?")
    check_callback(callback, allow_private=allow_private)
    read_query(query, call.dialect)
    hubs = list_hubs(session, tenant_id)
    if len(hubs) >= HUBS_MAX:
        raise ConflictError(f"there are {HUBS_MAX} listeners already: remove one that is not used")
    wanted = (callback, query, call.dialect.name)
    if any((one.callback, one.query, one.dialect) == wanted for one in hubs):
        raise ConflictError("this callback is registered with this query already")
    row = TmfHub(
        tenant_id=tenant_id,
        dialect=call.dialect.name,
        callback=callback,
        query=query,
        created_at=call.now,
        created_by=call.by[:200],
    )
    session.add(row)
    session.flush()
    log.info("hub_registered", hub_id=str(row.id), address=shown_address(callback))
    return get_hub(session, tenant_id, row.id)


def list_hubs(session: Session, tenant_id: UUID) -> list[HubView]:
    """Give the tenant's hubs, the oldest first."""
    counts = select(TmfDelivery.hub_id, func.count(TmfDelivery.seq)).where(
        TmfDelivery.tenant_id == tenant_id
    )
    found = session.execute(counts.group_by(TmfDelivery.hub_id))
    waiting: dict[UUID, int] = {row[0]: row[1] for row in found}
    rows = session.scalars(select(TmfHub).where(TmfHub.tenant_id == tenant_id).order_by(TmfHub.id))
    return [_view(row, waiting.get(row.id, 0)) for row in rows]


def get_hub(session: Session, tenant_id: UUID, hub_id: UUID) -> HubView:
    """Give one hub; raises NotFoundError."""
    row = get_owned(session, TmfHub, tenant_id, hub_id, name="listener")
    waiting = select(func.count(TmfDelivery.seq)).where(
        TmfDelivery.hub_id == hub_id, TmfDelivery.tenant_id == tenant_id
    )
    return _view(row, session.scalar(waiting) or 0)


def remove_hub(session: Session, tenant_id: UUID, hub_id: UUID, *, now: datetime) -> None:
    """Remove a hub with all that waits for it; raises NotFoundError."""
    row = get_owned(session, TmfHub, tenant_id, hub_id, name="listener", lock=True)
    if row.paused_by == PAUSED_BY_US:
        tell_mended(session, row, now=now)
    session.execute(
        delete(TmfDelivery).where(TmfDelivery.hub_id == hub_id, TmfDelivery.tenant_id == tenant_id)
    )
    session.delete(row)
    session.flush()
    log.info("hub_removed", hub_id=str(hub_id))


def pause_hub(
    session: Session, tenant_id: UUID, hub_id: UUID, *, by: str, now: datetime
) -> HubView:
    """Send nothing for now; what happens meanwhile waits. A paused hub stays as it is."""
    row = get_owned(session, TmfHub, tenant_id, hub_id, name="listener", lock=True)
    if row.paused_at is None:
        row.paused_at, row.paused_by = now, by[:200]
    session.flush()
    return get_hub(session, tenant_id, hub_id)


def resume_hub(session: Session, tenant_id: UUID, hub_id: UUID, *, now: datetime) -> HubView:
    """Send again, at once, beginning with what waits longest."""
    row = get_owned(session, TmfHub, tenant_id, hub_id, name="listener", lock=True)
    if row.paused_by == PAUSED_BY_US:
        tell_mended(session, row, now=now)
    row.paused_at, row.paused_by = None, ""
    row.failures, row.next_at = 0, None
    session.flush()
    return get_hub(session, tenant_id, hub_id)


def hub_document(hub: HubView) -> dict[str, Any]:
    """Write a hub as TMF642 does."""
    dialect = DIALECTS[hub.dialect]
    document = {"id": str(hub.id), "callback": hub.callback}
    if hub.query:
        document["query"] = hub.query
    if dialect.needs_type:
        document |= {"@type": "Hub", "href": dialect.href("hub", hub.id)}
    return document


def check_callback(callback: str, *, allow_private: Allowed) -> None:
    """Refuse an address that could never be called; names are judged anew at each sending.

    Raises:
        InvalidError: saying what is wrong with it.
    """
    try:
        parts = urlsplit(callback)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or not callback.isprintable():
        raise _bad_callback("write it as https://host/path")
    if parts.username is not None or parts.password is not None:
        raise _bad_callback("leave user and password out: they would be kept readable")
    if not allow_private and (host.rstrip(".") == "localhost" or not _may_be_public(host)):
        raise _bad_callback(
            "it lies in a private network; the operator can allow that by "
            "GARLAND_ALLOW_PRIVATE_NETWORK"
        )


def shown_address(callback: str) -> str:
    """Give an address without its query, which may hold a secret.

    >>> shown_address("https://noc.example.net/listener?token=s3cret")
    'https://noc.example.net/listener'
    """
    return callback.partition("?")[0].partition("#")[0]


def _may_be_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    return is_public(host)


def _bad_callback(why: str) -> InvalidError:
    message = f"callback: {why}"
    return InvalidError(message, problems=[Problem("/callback", message)])


def _view(row: TmfHub, waiting: int) -> HubView:
    facts: Mapping[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    return HubView(waiting=waiting, **facts)
