"""Whether a tenant is at work: asked before events are taken, runs begun, and clocks heeded.

No query for an event or a run: each process reads the few that are not at work together with the
limits, at most five seconds ago (`runtime.limits.book`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.errors import NotFoundError
from runtime.limits.book import book_of
from tenancy.life_cycle.standing import StoppedError, why_stopped
from tenancy.life_cycle.states import Ability, State


def is_stopped(session: Session, tenant_id: UUID) -> bool:
    """Tell whether a tenant is not at work."""
    return tenant_id in book_of(session).known(session).stopped


def of_those_at_work(
    session: Session, tenant_id: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Leave out the rows of tenants that are not at work; they wait until they are again."""
    stopped = book_of(session).known(session).stopped
    return tenant_id.not_in(stopped) if stopped else true()


def refuse_intake(session: Session, tenant_id: UUID) -> None:
    """Refuse alarm events of a tenant that is not at work.

    Raises:
        StoppedError: why, and whom to ask.
        NotFoundError: it is closed; its name is told to nobody.
    """
    _refuse(session, tenant_id, Ability.TAKE_IN)


def refuse_delivery(session: Session, tenant_id: UUID) -> None:
    """Refuse what is sent to a webhook of a tenant that is not at work.

    Raises:
        StoppedError, NotFoundError: as `refuse_intake`.
    """
    _refuse(session, tenant_id, Ability.RUN)


def _refuse(session: Session, tenant_id: UUID, ability: Ability) -> None:
    state = book_of(session).known(session).stopped.get(tenant_id)
    if state is State.CLOSED:
        raise NotFoundError("there is nothing at this address")
    if state is not None:
        raise StoppedError(why_stopped(session, tenant_id, ability))
