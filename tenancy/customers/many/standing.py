"""How a customer stands before and after a change, kept so that it can be taken back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.errors import ConflictError
from tenancy._tables import Organisation
from tenancy.customers.many.choosing import STATE
from tenancy.life_cycle.changing import Wish, change_state
from tenancy.life_cycle.states import State
from tenancy.plans._tables import PlanUse
from tenancy.plans.assigning import Before, put_back

_OF_STATE, _OF_PLAN = ("state", "state_since"), ("plan_id", "plan_since")


def standing_of(session: Session, organisation_id: UUID) -> dict[str, Any]:
    """Give the state and the plan of an organisation, with their times; locks both."""
    wanted = select(Organisation).where(Organisation.id == organisation_id)
    one = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()
    use = session.get(PlanUse, organisation_id, with_for_update=True, populate_existing=True)
    return {
        "state": one.state.value,
        "state_since": _text(one.state_since),
        "until": _text(one.state_until),
        "plan_id": str(use.plan_id) if use is not None else None,
        "plan_since": _text(use.since) if use is not None else None,
        "plan_until": _text(use.until) if use is not None else None,
        "then_id": str(use.then_id) if use is not None and use.then_id is not None else None,
    }


def take_back(
    session: Session,
    who: Acting,
    organisation_id: UUID,
    verb: str,
    before: Mapping[str, Any],
    *,
    now: datetime,
) -> None:  # fmt: skip
    """Bring a customer to the state or plan that it had before a change, with its end.

    Raises:
        ConflictError: it is no longer as the change made it, the trial or closing it had is over
            by now, or the life cycle does not allow it.
    """
    _require_as_made(standing_of(session, organisation_id), verb, before.get("made", {}))
    if verb == STATE:
        until = _require_to_come(before.get("until"), before["state"], now=now)
        wish = Wish(to=State(before["state"]), reason="Taken back", until=until)
        change_state(session, organisation_id, wish, who=who, now=now)
        return
    was = Before(
        plan_id=_key(before["plan_id"]),
        until=_require_to_come(before.get("plan_until"), "trial of a plan", now=now),
        then_id=_key(before.get("then_id")),
    )
    put_back(session, who, organisation_id, was, now=now)


def _require_as_made(stands: Mapping[str, Any], verb: str, made: Mapping[str, Any]) -> None:
    if not made:
        raise ConflictError("how it stood right after the change was not kept: change it by itself")
    names = _OF_STATE if verb == STATE else _OF_PLAN
    if all(made.get(name) == stands[name] for name in names):
        return
    if verb != STATE:
        raise ConflictError("its plan was changed since: what was decided then stays")
    raise ConflictError(f"it is {stands['state']} by now, by a later change, which stays")


def _require_to_come(text: str | None, of: str, *, now: datetime) -> datetime | None:
    until = parse_instant(text) if text else None
    if until is not None and until <= now:
        raise ConflictError(f"the {of} that it had ended on {until:%d %b %Y}: it cannot go back")
    return until


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def _key(text: str | None) -> UUID | None:
    return UUID(text) if text else None
