"""Finding workflows and versions for those who run them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.kept import Kept
from kernel.numbers import MOST
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import Flow, parse_flow
from runtime.flows.versions import get_version

FLOWS_KEPT = 500
_flows: Kept[UUID, Flow] = Kept(FLOWS_KEPT)
_STARTABLE = (
    FlowRow.name,
    FlowRow.paused,
    FlowRow.live_version_id,
    FlowVersionRow.retired_at,
)
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class RetiredError(ConflictError):
    """A version that takes no new run was to be run."""

    code = "flow.version_retired"


class Runnable(NamedTuple):
    """A version of a workflow as those see it who run it."""

    id: UUID
    flow_id: UUID
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Startable:
    """What a start must know of a workflow; `version_id` is that of the live version."""

    name: str
    paused: bool
    version_id: UUID | None


def startable(session: Session, tenant_id: UUID, flow_id: UUID, *, hold: bool = False) -> Startable:
    """Give what a start must know, nothing else; raises NotFoundError.

    With `hold`, nobody retires the live version before this transaction ends.
    """
    which = {"tenant": tenant_id, "flow": flow_id}
    found = session.execute(_published(hold=hold), which).first()
    if found is None:
        found = session.execute(_unpublished(), which).first()
    if found is None:
        raise NotFoundError("no such workflow", id=str(flow_id))
    name, paused, version_id, retired_at = found
    return Startable(
        name=name, paused=paused, version_id=version_id if retired_at is None else None
    )


def require_in_use(session: Session, tenant_id: UUID, version_id: UUID) -> None:
    """Refuse a retired version, and keep this one from being retired while this transaction lasts.

    Raises:
        RetiredError: it is retired.
        NotFoundError: no such version.
    """
    wanted = select(FlowVersionRow.retired_at, FlowVersionRow.number).where(
        FlowVersionRow.tenant_id == tenant_id, FlowVersionRow.id == version_id
    )
    found = session.execute(_held(wanted)).first()
    if found is None:
        raise NotFoundError("no such version of a workflow", id=str(version_id))
    if found.retired_at is not None:
        raise RetiredError(
            f"version {found.number} is retired and takes no new run: bring it back first, or "
            "start the live version"
        )


def runnable(session: Session, tenant_id: UUID, flow_id: UUID, version_id: UUID) -> Runnable:
    """Give a version as values; versions never change, so each is read once."""
    flow = _flows.get(
        version_id, lambda: parse_flow(get_version(session, tenant_id, version_id).document)
    )
    return Runnable(version_id, flow_id, flow)


def find_flow_id(session: Session, tenant_id: UUID, slug: str) -> UUID | None:
    """Give the workflow of that slug, or None."""
    return session.scalar(
        select(FlowRow.id).where(FlowRow.tenant_id == tenant_id, FlowRow.slug == slug)
    )


def slug_of(session: Session, tenant_id: UUID, flow_id: UUID) -> str:
    """Give a workflow's slug, which stays whatever it is called; raises NotFoundError."""
    wanted = select(FlowRow.slug).where(FlowRow.tenant_id == tenant_id, FlowRow.id == flow_id)
    slug = session.scalar(wanted)
    if slug is None:
        raise NotFoundError("no such workflow", id=str(flow_id))
    return slug


def find_version(session: Session, tenant_id: UUID, flow_id: UUID, number: int) -> Runnable:
    """Give a published version by its number; raises NotFoundError when it is gone or retired."""
    wanted = select(FlowVersionRow).where(
        FlowVersionRow.tenant_id == tenant_id,
        FlowVersionRow.flow_id == flow_id,
        FlowVersionRow.number == number,
    )
    row = session.scalar(_held(wanted)) if 0 < number <= MOST else None
    if row is None or row.retired_at is not None:
        raise NotFoundError(f"there is no version {number} of this workflow: choose another")
    return runnable(session, tenant_id, flow_id, row.id)


def lock_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    """Let nobody else decide on starts of this workflow before this transaction ends."""
    session.execute(
        select(FlowRow.id)
        .where(FlowRow.tenant_id == tenant_id, FlowRow.id == flow_id)
        .with_for_update(key_share=True)  # new rows may refer to it meanwhile
    )


@cache  # every start asks this: putting it together costs more than running it
def _published(*, hold: bool) -> Select[*tuple[Any, ...]]:
    live = _of_flow().join(FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id)
    return _held(live) if hold else live


@cache
def _unpublished() -> Select[*tuple[Any, ...]]:
    return _of_flow().outerjoin(FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id)


def _of_flow() -> Select[*tuple[Any, ...]]:
    return select(*_STARTABLE).where(
        FlowRow.tenant_id == bindparam("tenant"), FlowRow.id == bindparam("flow")
    )


def _held(query: Query) -> Query:
    """Lock versions against being retired; any number of starts may hold one at a time.

    The weakest lock there is, FOR KEY SHARE on PostgreSQL; SQLite has one writer anyway.
    """
    return query.with_for_update(of=FlowVersionRow, read=True, key_share=True)
