"""Recalling a version from all whom a provider reaches, and telling them.

No new run uses it from the next transaction of each process on. What becomes of the runs that are
under way then is read later (`reading`), from the runs themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
from kernel.errors import ConflictError, GarlandError, InvalidError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.impact.finding import candidate
from marketplace.impact.reach import Reached, reach_of
from marketplace.recalls._tables import REASON_MAX, RecallReach, RecallRow, RecallRun
from marketplace.recalls.reading import RecallView, get_recall
from marketplace.releases.recalling import recall_releases
from marketplace.rollouts.halting import halt_of
from marketplace.rollouts.store import begin_rollout
from runtime.runs.using import runs_using
from tenancy.announcements.writing import publish, write_announcement
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.customers.charge import require_keeper
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

    A roll-out of it that is under way is halted. Telling them, rolling out the replacement and,
    where the vendor recalls, taking it off the shelf may fail: the recall holds, and `not_done`
    says so.

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
    halt_of(session, digest, reached, now=now)
    withdraw_from(session, hit, digest, reason=told, lets_finish=wish.lets_finish)
    for tenant_id in hit:
        _reach(session, row, tenant_id, old, now=now)
    about = About(kind="block", id=old.id, name=f"{old.title} {old.version}")
    facts: dict[str, Fact] = {"digest": digest, "reason": reason, "organisations": len(hit)}
    note(session, who.tenant_id, "recall.made", now=now, about=about, facts=facts)
    log.warning("version_recalled", block=old.id, version=old.version, organisations=len(hit))
    told_to = [reached[one] for one in hit]
    row.not_done = _what_follows(session, who, row, old, told_to, now=now) or None
    session.flush()
    return get_recall(session, who.tenant_id, row.id)


def block_to_recall(session: Session, who: Acting, digest: str) -> str:
    """Give the id of the block of a package that one may recall; raises NotFoundError."""
    require_keeper(who)
    return candidate(session, who.tenant_id, digest).id


def _what_follows(
    session: Session,
    who: Acting,
    row: RecallRow,
    old: Manifest,
    hit: Sequence[Reached],
    *,
    now: datetime,
) -> list[str]:
    """Do what comes with a recall, each thing by itself; say what was not done, and why.

    Nothing of it undoes the recall: that what does harm is gone is more than who is told.
    """

    def announce() -> None:
        made = _announce(session, who, row, old, hit, now=now)
        row.announcement_id = made

    def replaces() -> None:
        begin_rollout(session, who, row.replacement, AT_ONCE, now=now)

    def shelves() -> None:
        recall_releases(session, row.digest, row.reason, now=now)

    wanted: list[tuple[str, bool, Callable[[], None]]] = [
        ("listing", who.tenant_kind == "vendor", shelves),
        ("announcement", True, announce),
        ("replacement", bool(row.replacement and hit), replaces),
    ]
    told = [_apart(session, name, do) for name, is_wanted, do in wanted if is_wanted]
    return [one for one in told if one]


def _apart(session: Session, name: str, do: Callable[[], None]) -> str:
    try:
        with session.begin_nested():
            do()
    except GarlandError as error:
        return f"{name}: {error.message}"
    except Exception:  # whatever it is, the recall holds
        log.exception("recall_not_followed", what=name)
        return f"{name}: an error was logged"
    return ""


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
