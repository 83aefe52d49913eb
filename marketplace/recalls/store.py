"""Recalling a version from all whom a provider reaches, and telling what came of it.

No new run uses it from the next transaction of each process on. What the provider sees of runs are
numbers; each organisation sees its own runs one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.across import holdings_of
from blocks.installs.recalling import keep_recall, withdraw_from
from blocks.manifest import Manifest
from blocks.versions import precedence
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.impact.finding import candidate
from marketplace.impact.reach import Reached, reach_of
from marketplace.recalls._tables import REASON_MAX, RecallReach, RecallRow, RecallRun
from marketplace.recalls.model import Fate, fate_of
from marketplace.rollouts.store import begin_rollout
from runtime.runs.using import RunThere, runs_there, runs_using
from tenancy.announcements.writing import publish, write_announcement
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

AT_ONCE = {"rings": [100], "wait_s": 0, "goes_on_unproven": True}
"""How a replacement is rolled out: what it takes the place of does not work any more."""


class Wish(NamedTuple):
    """How a version is recalled; `replacement` is the digest of a higher one, "" for none."""

    reason: str
    lets_finish: bool = False
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallView:
    """A recall as its provider sees it; `runs` counts those that were under way by their fate."""

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


def recall(session: Session, who: Acting, digest: str, wish: Wish, *, now: datetime) -> RecallView:
    """Withdraw a version from all whom a provider reaches, itself among them, and tell them.

    Raises:
        NotFoundError: who acts looks after nobody, or there is no such package for them.
        InvalidError: no reason is given, or the replacement is none.
        ConflictError: they recalled it already.
    """
    reached = reach_of(session, who)
    old = candidate(session, who.tenant_id, digest)
    reason = kept_text(wish.reason).strip()[:REASON_MAX]
    _require(reason, "reason", "say why, for those who used it")
    if wish.replacement:
        _check_replacement(session, who, old, wish.replacement)
    if not keep_recall(session, who.tenant_id, digest, reason=reason, now=now):
        raise ConflictError(f"{old.title} {old.version} was recalled already")
    row = RecallRow(id=new_id(), tenant_id=who.tenant_id, listing_id=old.id, digest=digest)
    row.version, row.reason, row.lets_finish = old.version, reason, wish.lets_finish
    row.replacement, row.made_at, row.made_by = wish.replacement, now, who.person_name
    session.add(row)
    session.flush()
    hit = [
        id_
        for id_, held in holdings_of(session, old.id, list(reached)).items()
        if any(one.digest == digest for one in held)
    ]
    told = f"Recalled: {reason}"
    withdraw_from(session, hit, digest, reason=told, lets_finish=wish.lets_finish)
    for tenant_id in hit:
        _reach(session, row, tenant_id, old, now=now)
    row.announcement_id = _announce(session, who, row, old, [reached[one] for one in hit], now=now)
    about = About(kind="block", id=old.id, name=f"{old.title} {old.version}")
    facts: dict[str, Fact] = {"digest": digest, "reason": reason, "organisations": len(hit)}
    note(session, who.tenant_id, "recall.made", now=now, about=about, facts=facts)
    if wish.replacement and hit:
        begin_rollout(session, who, wish.replacement, AT_ONCE, now=now)
    log.warning("version_recalled", block=old.id, version=old.version, organisations=len(hit))
    return get_recall(session, who.tenant_id, row.id)


def list_recalls(
    session: Session, tenant_id: UUID, *, limit: int, after: Sequence[str] | None = None
) -> list[RecallView]:
    """List a provider's recalls, the newest first; `after` is the id of the last one."""
    wanted = select(RecallRow).where(RecallRow.tenant_id == tenant_id)
    if after is not None:
        wanted = wanted.where(RecallRow.id < _id(after[0]))
    rows = session.scalars(wanted.order_by(RecallRow.id.desc()).limit(limit)).all()
    return [_view(session, row) for row in rows]


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
    """List the recalls that reached an organisation, the newest first, with its own runs."""
    wanted = select(RecallReach).where(RecallReach.tenant_id == tenant_id)
    if after is not None:
        wanted = wanted.where(RecallReach.recall_id < _id(after[0]))
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


def _check_replacement(session: Session, who: Acting, old: Manifest, digest: str) -> None:
    new = candidate(session, who.tenant_id, digest)
    is_higher = new.id == old.id and precedence(new.version) > precedence(old.version)
    _require(is_higher, "replacement", f"name a version of {old.id} higher than {old.version}")


def _require(is_so: object, name: str, told: str) -> None:
    if not is_so:
        message = f"{name}: {told}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])


def _reach(
    session: Session, row: RecallRow, tenant_id: UUID, old: Manifest, *, now: datetime
) -> None:
    """Write down, among an organisation's own rows, that it was reached and what runs there."""
    said = {"listing_id": row.listing_id, "version": row.version, "reason": row.reason}
    recall_id, lets_finish = row.id, row.lets_finish
    facts: dict[str, Fact] = {
        "version": row.version,
        "reason": row.reason,
        "lets_runs_finish": lets_finish,
    }
    with as_tenant(session, tenant_id):
        mine = {"tenant_id": tenant_id, "recall_id": recall_id}
        reach = RecallReach(id=new_id(), **mine, **said, lets_finish=lets_finish, made_at=now)
        session.add(reach)
        under_way = runs_using(session, tenant_id, old.id, old.version)
        session.add_all(
            RecallRun(id=new_id(), **mine, run_id=one.id, flow_id=one.flow_id) for one in under_way
        )
        about = About(kind="block", id=old.id, name=old.title)
        note(session, tenant_id, "block.recalled", now=now, about=about, facts=facts)


def _announce(
    session: Session,
    who: Acting,
    row: RecallRow,
    old: Manifest,
    hit: Iterable[Reached],
    *,
    now: datetime,
) -> UUID | None:
    """Tell those who had it on their home page, and their admins by mail."""
    whom = {str(one.told_as) for one in hit} - {str(who.tenant_id)}
    if not whom:
        return None
    runs = "go on to their end" if row.lets_finish else "stop when they come to it"
    document = {
        "kind": "disruption",
        "title": f"{old.title} {old.version} was recalled"[:120],
        "text": (
            f"{row.reason}\n\nNo new run uses this version of the block {old.title}. "
            f"Runs under way {runs}. Replace it in workflows by another version."
        ),
        "zone": "UTC",
        "audience": {"whom": "chosen", "organisation_ids": sorted(whom)},
        "mails": True,
    }
    made = write_announcement(session, who, document, now=now)
    return publish(session, who, made.id, now=now).id


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


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such page: begin with the first") from None
