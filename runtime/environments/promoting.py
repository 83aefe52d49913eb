"""Promoting: what is live in one environment is put live in another, all of it or nothing.

Where an organisation asks for a second person, the deed waits for one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from kernel.secrets import Vault
from runtime.environments._tables import NOTE_MAX, WHO_MAX, Promotion, PromotionState
from runtime.environments.carrying import Carried, Key
from runtime.environments.contents import put_content, require_writing
from runtime.environments.named import PERMISSIONS, Name, Named
from runtime.environments.planning import (
    Load,
    load_up,
    make_plan,
    read_there,
    refuse_impossible,
    why_not_alone,
)
from runtime.environments.putting import make_place, put_live
from runtime.wake import tell_pages_after_commit
from tenancy.audit import trail
from tenancy.audit.trail import About
from tenancy.environments import EnvironmentView
from tenancy.policies import key_of, publishing_policy, why_no_second
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

NEEDED = ("workflows.edit", "workflows.publish", "rules.edit", "rules.publish")


def promote(  # noqa: PLR0913  what, with what, from where, for whom, with which note and keys
    session: Session,
    there: EnvironmentView,
    keys: Collection[Key],
    *,
    along: Mapping[Name, str],
    who: Acting,
    note: str,
    vault: Vault,
    now: datetime,
) -> Promotion:
    """Put live here what is live there, or ask for it where a second person has to say yes.

    `along` says which look-up tables and calendars come along, each with what was seen of it.

    Raises:
        ForbiddenError: who acts may not publish here, not write what comes along, or not see it
            there.
        InvalidError: with every problem; nothing is changed.
        ConflictError: something here has changes that nobody published, or what comes along was
            changed since it was seen; nothing is changed.
    """
    _require(who)
    picked = read_there(session, who=who, there=there, picked=keys)
    load = load_up(session, picked, who=who, there=there, wanted=along)
    for one in load.taken:
        require_writing(who, one.kind)
    row = Promotion(
        id=new_id(),
        tenant_id=who.tenant_id,
        from_id=there.organisation_id,
        from_name=there.name,
        items=[*(_item(one) for one in picked), *(_along_item(one) for one in load.taken)],
        note=_note(note),
        state=PromotionState.ASKED,
        asked_at=now,
        asked_by=who.person_name[:WHO_MAX],
        asked_key=key_of(who.vouched_by),
    )
    session.add(row)
    session.flush()
    if why_not_alone(session, picked, who=who):
        refuse_impossible(make_plan(session, load, who=who, vault=vault, now=now))
        about = About(kind="promotion", id=row.id, name=row.from_name)
        trail.note(session, row.tenant_id, "promotion.asked", now=now, about=about)
    else:
        _put_all(session, row, load, who=who, vault=vault, now=now)
    _tell(session, row)
    return row


def approve(
    session: Session,
    promotion_id: UUID,
    there: EnvironmentView,
    *,
    who: Acting,
    vault: Vault,
    now: datetime,
) -> Promotion:
    """Say yes to what somebody asked to bring here; the same versions are put live, or nothing.

    Raises:
        ForbiddenError: who asked says yes themselves, or they may not.
        ConflictError: it waits no longer, something got another version there since, or what comes
            along was changed on either side.
        InvalidError: with every problem that it has by now.
    """
    row = _asked(session, promotion_id, who)
    refusal = why_not(session, row, who)
    if refusal:
        raise ForbiddenError(refusal)
    said = {(one["kind"], one["key"]): one["digest"] for one in row.versions}
    picked = read_there(session, who=who, there=there, picked=said, is_asked=True)
    moved = [one.title for one in picked if said[one.key] != one.digest]
    if moved:
        raise ConflictError(
            f"{', '.join(moved)} is another one in {there.name} by now: ask to bring it anew"
        )
    along = {(one["kind"], one["key"]): one["seen"] for one in row.along}
    load = load_up(session, picked, who=who, there=there, wanted=along)
    _put_all(session, row, load, who=who, vault=vault, now=now)
    _tell(session, row)
    return row


def end(
    session: Session,
    promotion_id: UUID,
    state: PromotionState,
    *,
    who: Acting,
    reason: str,
    now: datetime,
) -> Promotion:
    """Refuse what was asked for, with a reason, or take back what one asked for oneself.

    Raises:
        InvalidError: a refusal has no reason.
        ForbiddenError: only who asked takes it back, and only others refuse.
        ConflictError: it waits no longer.
    """
    row, said = _asked(session, promotion_id, who), _note(reason)
    is_mine = row.asked_key == key_of(who.vouched_by)
    if is_mine != (state is PromotionState.WITHDRAWN):
        raise ForbiddenError("who asked takes it back, and somebody else refuses it")
    if state is PromotionState.REFUSED and not said:
        raise InvalidError("say why", problems=[Problem("/reason", "reason: say why")])
    _require(who)
    row.state, row.reason, row.ended_at = state, said, now
    row.ended_by = who.person_name[:WHO_MAX]
    session.flush()
    _tell(session, row)
    about = About(kind="promotion", id=row.id, name=row.from_name)
    done = "promotion.withdrawn" if is_mine else "promotion.refused"
    trail.note(session, row.tenant_id, done, now=now, about=about, facts={"reason": said})
    return row


def why_not(session: Session, row: Promotion, who: Acting) -> str:
    """Say why somebody may not say yes; "" when they may."""
    missing = next((one for one in NEEDED if not who.may(one)), "")
    if missing:
        return f"your role ({who.role}) may not publish here: ask somebody whose role may"
    kinds = {one["kind"] for one in row.along}
    if not all(who.may(PERMISSIONS[kind]) for kind in kinds):
        return f"your role ({who.role}) may not change here what comes along"
    role = publishing_policy(session, row.tenant_id).yes_role
    if row.asked_key == key_of(who.vouched_by):
        return "you asked for it, and somebody else has to say yes"
    authors = {key: name for one in row.versions for key, name in one["authors"].items()}
    if who.vouched_by is not None and key_of(who.vouched_by) in authors:
        return "you had a hand in it, and somebody else has to say yes"
    return why_no_second(
        authors, who.vouched_by, role=who.role, needed=role, asked_by=row.asked_key
    )


def list_promotions(session: Session, tenant_id: UUID, *, limit: int = 100) -> list[Promotion]:
    """List what was brought here or asked to be, the newest first."""
    return list(
        session.scalars(
            select(Promotion)
            .where(Promotion.tenant_id == tenant_id)
            .order_by(Promotion.asked_at.desc(), Promotion.id.desc())
            .limit(limit)
        )
    )


def count_waiting(session: Session, who: Acting) -> int:
    """Count the promotions that wait for somebody's yes."""
    rows = session.scalars(
        select(Promotion).where(
            Promotion.tenant_id == who.tenant_id, Promotion.state == PromotionState.ASKED
        )
    )
    return sum(not why_not(session, row, who) for row in rows)


def get_promotion(
    session: Session, tenant_id: UUID, promotion_id: UUID, *, lock: bool = False
) -> Promotion:
    """Give one; raises NotFoundError."""
    row = get_owned(session, Promotion, tenant_id, promotion_id, name="promotion", lock=lock)
    if lock:
        session.refresh(row)
    return row


def _asked(session: Session, promotion_id: UUID, who: Acting) -> Promotion:
    row = get_promotion(session, who.tenant_id, promotion_id, lock=True)
    if row.state is not PromotionState.ASKED:
        raise ConflictError(f"this waits no longer: it was {row.state.value} by {row.ended_by}")
    return row


def _require(who: Acting) -> None:
    missing = next((one for one in NEEDED if not who.may(one)), "")
    if missing:
        raise ForbiddenError(
            f"your role ({who.role}) may not publish in {who.tenant_name}", permission=missing
        )


def _put_all(
    session: Session,
    row: Promotion,
    load: Load,
    *,
    who: Acting,
    vault: Vault,
    now: datetime,
) -> None:
    """Put all of it live with what comes along, or nothing."""
    plan = make_plan(session, load, who=who, vault=vault, now=now)
    refuse_impossible(plan)
    with session.begin_nested():
        is_alone = row.asked_key == key_of(who.vouched_by)
        by = row.asked_by if is_alone else f"{row.asked_by}, with {who.person_name}"
        place = make_place(
            session,
            who=who,
            vault=vault,
            now=now,
            by=by[:WHO_MAX],
            note=f"From {row.from_name}. {row.note}".strip(),
            is_second=not is_alone,
        )
        wanted = {one.carried.key for one in plan.lines if one.verdict != "same"}
        done = [put_content(place, one) for one in load.taken]
        done += [put_live(place, one).document() for one in load.picked if one.key in wanted]
        row.before = done
        row.state, row.ended_at = PromotionState.DONE, now
        row.ended_by = who.person_name[:WHO_MAX]
        session.flush()
    log.info("promoted", promotion=str(row.id), things=len(done), by=row.asked_by)
    things = [one.carried.title for one in plan.lines if one.verdict != "same"]
    things += [one.name for one in load.taken]
    trail.note(
        session,
        row.tenant_id,
        "promotion.done",
        now=now,
        about=About(kind="promotion", id=row.id, name=row.from_name),
        facts={"things": things, "asked_by": row.asked_by},
    )


def _item(one: Carried) -> dict[str, object]:
    return {
        "kind": one.kind,
        "key": one.key[1],
        "title": one.title,
        "number": one.number,
        "mode": one.mode,
        "digest": one.digest,
        "authors": dict(one.authors),
    }


def _along_item(one: Named) -> dict[str, object]:
    return {
        "kind": one.kind,
        "key": one.name,
        "title": one.name,
        "verdict": one.verdict,
        "told": one.told(),
        "also_used_by": list(one.also_used_by),
        "seen": one.seen,
    }


def _note(text: str) -> str:
    said = kept_text(text).strip()
    if len(said) > NOTE_MAX:
        message = f"note: write at most {NOTE_MAX} characters"
        raise InvalidError(message, problems=[Problem("/note", message)])
    return said


def _tell(session: Session, row: Promotion) -> None:
    tell_pages_after_commit(session, row.tenant_id, "approvals", {"id": str(row.id)})
