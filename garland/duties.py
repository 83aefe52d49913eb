"""What the scheduler does in the database by the clock: each looks first, and writes what is due.

To look costs a read alone, for each is asked every few seconds and there is seldom anything to do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from blocks.installs.revoking import Withdrawing, withdraw_revoked
from garland.services import Services
from kernel.apart import apart
from marketplace.rollouts.rounds import due_rollouts, look
from runtime.alarms.clock import BITE, do_due, has_due
from runtime.alarms.sources.silence import has_silent, raise_for_silent
from runtime.approvals.reminders import send_due
from runtime.connections.expiring import has_ending, tell_endings
from runtime.due import due_sleepers
from runtime.going_live.mails import send_due as mail_askings
from runtime.mailing import Mail
from runtime.mails import send_mails
from runtime.rules.notices import send_notices
from runtime.runs.crowding import let_all_parked_go_on, tenants_with_parked
from tenancy.life_cycle.changing import BITE as BITE_OF_STATES
from tenancy.life_cycle.changing import end_due, has_ended
from tenancy.scope import system


def wake_sleepers(services: Services, *, now: datetime) -> None:
    """Wake whoever has due work: after a lost wake-up, or when a wait ended."""
    with services.reading() as session, system(session):
        due = due_sleepers(session, now=now)
    for sleeper in due:
        services.waker.wake(*sleeper)


def let_parked_go_on(services: Services, *, clock: Callable[[], datetime]) -> None:
    """Let runs go on that waited for room, where no worker's end of others did."""
    with services.reading() as session, system(session):
        crowded = bool(tenants_with_parked(session))
    while crowded:
        with services.patient() as session, session.begin():
            crowded = let_all_parked_go_on(session, now=clock()) > 0


def tend_alarms(services: Services, *, now: datetime, may_write: Callable[[], bool]) -> None:
    """Do to alarms what the clock has to: end shelves, let alarms expire, escalate them."""
    with services.reading() as session, system(session):
        is_due = has_due(session, now=now)
    while is_due and may_write():
        with services.sessions() as session, session.begin(), system(session):
            is_due = do_due(session, now=now) == BITE


def withdraw_blocks(services: Services, known: Withdrawing, *, now: datetime) -> None:
    """Withdraw installed blocks whose package was revoked since."""
    with services.reading() as session, system(session):
        serial = known.news(session, now=now)
    if serial is not None:
        with services.sessions() as session, session.begin():
            withdraw_revoked(session, now=now)
        known.is_done(serial)


def roll_out(services: Services, *, now: datetime, may_write: Callable[[], bool]) -> None:
    """Judge the roll-outs that are due, and move some organisations or take some back."""
    with services.reading() as session, system(session):
        due = due_rollouts(session, now=now)
    for one in due:
        apart("rollout", partial(_roll_out, services, one, now=now, may_write=may_write))


def _roll_out(
    services: Services, rollout_id: UUID, *, now: datetime, may_write: Callable[[], bool]
) -> None:
    is_more = True
    while is_more and may_write():
        with services.patient() as session, session.begin(), system(session):
            is_more = look(session, rollout_id, now=now)


def raise_for_silence(services: Services, *, now: datetime) -> None:
    """Raise an alarm for each source that should have spoken by now."""
    with services.reading() as session, system(session):
        is_due = has_silent(session, now=now)
    if is_due:
        with services.sessions() as session, session.begin():
            raise_for_silent(session, now=now)


def raise_for_endings(services: Services, *, now: datetime) -> None:
    """Raise an alarm for each connection that runs out, and clear it once it is renewed."""
    with services.reading() as session, system(session):
        is_due = has_ending(session, now=now)
    if is_due:
        with services.sessions() as session, session.begin():
            tell_endings(session, now=now)


def end_states(services: Services, *, now: datetime) -> None:
    """Suspend organisations whose trial is over, and close those whose time to is over."""
    with services.reading() as session:
        is_due = has_ended(session, now=now)
    while is_due:
        with services.sessions() as session, session.begin():
            is_due = end_due(session, now=now) == BITE_OF_STATES


def send_all_mail(services: Services, mail: Mail, *, now: datetime) -> None:
    """Send what approvals, requests to publish, rules and tenancy mail."""
    sessions, url = services.sessions, services.settings.public_url
    send_due(sessions, mail, url, now=now)
    mail_askings(sessions, mail, url, now=now)
    send_notices(sessions, mail, now=now)
    send_mails(sessions, services.reading, mail, now=now)
