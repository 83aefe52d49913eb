"""What is told of recalls: to the provider that made one in numbers, to whom it reached in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.cursors import read_place
from marketplace.impact.reach import reach_of
from marketplace.recalls._tables import RecallReach, RecallRow, RecallRun
from marketplace.recalls.model import Fate, fate_of
from runtime.runs.using import RunThere, runs_there
from tenancy.rows import get_owned
from tenancy.scope import as_tenant, system


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallView:
    """A recall as its provider sees it; `runs` counts those that were under way by their fate.

    `not_done` says what of that which comes with it could not be done, and why.
    """

    id: UUID
    listing_id: str
    version: str
    digest: str
    reason: str
    lets_finish: bool
    replacement: str
    organisations: int
    runs: Mapping[Fate, int]
    made_at: datetime
    made_by: str
    not_done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallSaid:
    """What a recall says, and not whom it reached."""

    listing_id: str
    version: str
    digest: str
    reason: str
    lets_finish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of the runs of one of those whom a provider names, and all told with it."""

    organisation_id: UUID
    name: str
    runs: Mapping[Fate, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """What became of one run, for its owner."""

    run_id: UUID
    flow_id: UUID
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedView:
    """A recall as an organisation that it reached sees it."""

    id: UUID
    listing_id: str
    version: str
    reason: str
    lets_finish: bool
    made_at: datetime
    runs: Sequence[RunLine]


def list_recalls(
    session: Session, tenant_id: UUID, *, limit: int, after: Sequence[str] | None = None
) -> list[RecallView]:
    """List a provider's recalls, the newest first; `after` is the id of the last one.

    Raises:
        InvalidError: `after` is no such place.
    """
    wanted = select(RecallRow).where(RecallRow.tenant_id == tenant_id)
    if after is not None:
        [last] = read_place(after, UUID)
        wanted = wanted.where(RecallRow.id < last)
    rows = session.scalars(wanted.order_by(RecallRow.id.desc()).limit(limit)).all()
    return [_view(session, row) for row in rows]


def recalls_of(session: Session, tenant_id: UUID) -> list[RecallSaid]:
    """List all that a provider recalled, by what the recalls say alone."""
    rows = session.scalars(select(RecallRow).where(RecallRow.tenant_id == tenant_id))
    return [
        RecallSaid(
            listing_id=one.listing_id,
            version=one.version,
            digest=one.digest,
            reason=one.reason,
            lets_finish=one.lets_finish,
        )
        for one in rows
    ]


def get_recall(session: Session, tenant_id: UUID, recall_id: UUID) -> RecallView:
    """Give one of a provider's recalls; raises NotFoundError."""
    return _view(session, get_owned(session, RecallRow, tenant_id, recall_id, name="recall"))


def lines_of(session: Session, who: Acting, recall_id: UUID) -> list[Line]:
    """Say by those whom a provider names what became of runs; raises NotFoundError."""
    get_owned(session, RecallRow, who.tenant_id, recall_id, name="recall")
    reached, found = reach_of(session, who), dict[UUID, Counter[Fate]]()
    for tenant_id, runs in _runs_by_tenant(session, recall_id).items():
        if tenant_id in reached:
            fates = Counter(one.fate for one in runs)
            found.setdefault(reached[tenant_id].told_as, Counter()).update(fates)
    lines = [Line(organisation_id=id_, name=reached[id_].name, runs=n) for id_, n in found.items()]
    return sorted(lines, key=lambda one: (one.name.lower(), str(one.organisation_id)))


def list_received(
    session: Session, tenant_id: UUID, *, limit: int, after: Sequence[str] | None = None
) -> list[ReceivedView]:
    """List the recalls that reached an organisation, the newest first, with its own runs.

    Raises:
        InvalidError: `after` is no such place.
    """
    wanted = select(RecallReach).where(RecallReach.tenant_id == tenant_id)
    if after is not None:
        [last] = read_place(after, UUID)
        wanted = wanted.where(RecallReach.recall_id < last)
    rows = session.scalars(wanted.order_by(RecallReach.recall_id.desc()).limit(limit)).all()
    return [
        ReceivedView(
            id=row.recall_id,
            listing_id=row.listing_id,
            version=row.version,
            reason=row.reason,
            lets_finish=row.lets_finish,
            made_at=row.made_at,
            runs=_run_lines(session, tenant_id, row.recall_id),
        )
        for row in rows
    ]


def _view(session: Session, row: RecallRow) -> RecallView:
    reached = select(RecallReach.tenant_id).where(RecallReach.recall_id == row.id)
    with system(session):
        organisations = len(session.scalars(reached).all())
    runs = _runs_by_tenant(session, row.id).values()
    return RecallView(
        id=row.id,
        listing_id=row.listing_id,
        version=row.version,
        digest=row.digest,
        reason=row.reason,
        lets_finish=row.lets_finish,
        replacement=row.replacement,
        organisations=organisations,
        runs=Counter(one.fate for ones in runs for one in ones),
        made_at=row.made_at,
        made_by=row.made_by,
        not_done=tuple(row.not_done or ()),
    )


def _runs_by_tenant(session: Session, recall_id: UUID) -> dict[UUID, list[RunLine]]:
    reached = select(RecallReach.tenant_id).where(RecallReach.recall_id == recall_id)
    with system(session):
        tenants = session.scalars(reached).all()
    found = {}
    for one in tenants:
        with as_tenant(session, one):
            found[one] = _run_lines(session, one, recall_id)
    return found


def _run_lines(session: Session, tenant_id: UUID, recall_id: UUID) -> list[RunLine]:
    wanted = select(RecallRun).where(
        RecallRun.tenant_id == tenant_id, RecallRun.recall_id == recall_id
    )
    rows = session.scalars(wanted.order_by(RecallRun.id)).all()
    there = runs_there(session, tenant_id, [one.run_id for one in rows])
    return [
        RunLine(run_id=one.run_id, flow_id=one.flow_id, fate=_fate(there.get(one.run_id)))
        for one in rows
    ]


def _fate(run: RunThere | None) -> Fate:
    return fate_of(run.state.value, run.error_code) if run is not None else Fate.REMOVED
