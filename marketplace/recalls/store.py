"""Recalling a version from all whom a provider reaches, and telling them.

No new run uses it from the next transaction of each process on. What becomes of the runs that are
under way then is read later (`reading`), from the runs themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.installs.across import holdings_of
from blocks.installs.recalling import keep_recall, withdraw_from
from blocks.manifest import Manifest
from blocks.versions import precedence
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.impact.finding import candidate
from marketplace.impact.reach import Reached, reach_of
from marketplace.recalls._tables import REASON_MAX, RecallReach, RecallRow, RecallRun
from marketplace.recalls.reading import RecallView, get_recall
from marketplace.rollouts.store import begin_rollout
from runtime.runs.using import runs_using
from tenancy.announcements.writing import publish, write_announcement
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

AT_ONCE = {"rings": [100], "wait_s": 0, "goes_on_unproven": True, "goes_back": False}
"""How a replacement is rolled out: what it takes the place of does not work any more."""


class Wish(NamedTuple):
    """How a version is recalled; `replacement` is the digest of a higher one, "" for none."""

    reason: str
    lets_finish: bool = False
    replacement: str = ""


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
