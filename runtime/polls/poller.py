"""Asks the blocks that start workflows what is new, and starts a run for each event, once.

A block is asked outside any transaction. What it found is then written in one: the runs, what it
saw, and that it was its turn. Killed in between, nothing was written and it is asked again; two
that ask at the same moment write once. Failing polls wait longer each time and, after five in a
row, raise an alarm that the next one which goes well clears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from blocks.host import Effect, Facts
from blocks.kinds.trigger import Polled, read_polled
from blocks.sdk import BlockError
from kernel.errors import NotFoundError
from runtime.alarms.journal import append
from runtime.alarms.model import TEXT_MAX, parse_event
from runtime.block_triggers.asking import (
    LiveTrigger,
    TriggerDesk,
    calls_of,
    find_live,
    run_block,
)
from runtime.block_triggers.starting import LATER, is_still_live, keep, start_for
from runtime.flows.lookup import startable
from runtime.polls.marks import Poll, due_polls, move_poll, note_failure, put_off
from runtime.runs.calls import NotYetError
from runtime.runs.outside import Brokers
from runtime.runs.services import DetachedServices
from runtime.standing import is_stopped
from runtime.wake import wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

AT_ONCE = 8
OF_ONE_TENANT = 4
"""Looks of one tenant in a round: who has slow ones does not keep the others waiting."""
LOOK_MOST_S = 60.0
RETRY_AFTER_MOST_S = 24 * 3_600.0
EVERY_S = 300
EVERY_LEAST_S = 10
PAUSE_MOST_S = 3_600
LATER_S = 30
ALARM_AFTER = 5
SOURCE = "garland.workflows"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A poll under way, and its trigger as it is live."""

    poll: Poll
    live: LiveTrigger

    @property
    def every_s(self) -> int:
        """Give the pause between two looks: the trigger's own, or what its block suggests."""
        block = self.live.block
        suggested = block.manifest.trigger if block is not None else None
        stated = self.live.trigger.settings.get("every_s")
        every_s = stated or (suggested.every_s if suggested is not None else EVERY_S)
        return max(int(every_s), EVERY_LEAST_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a look came to: the events, and what the trigger keeps of them."""

    polled: Polled
    effects: tuple[Effect, ...]


class Poller:
    """Asks for all tenants; `hold` tells whether this process leads, in the transaction at hand."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        brokers: Brokers,
        hold: Callable[[Session], bool] = lambda _: True,
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._brokers = brokers
        self._hold = hold

    def round(self, *, now: datetime) -> None:
        """Ask everything that is due, some at a time; one's trouble is its own."""
        with self._reading() as session, system(session):
            due = shared_out(due_polls(session, now=now))
        if due:
            with ThreadPoolExecutor(min(AT_ONCE, len(due)), thread_name_prefix="poll") as threads:
                list(threads.map(lambda poll: self._safely(poll, now=now), due))

    def _safely(self, poll: Poll, *, now: datetime) -> None:
        try:
            self.ask(poll, now=now)
        except Exception:
            log.exception("poll_broke", **_named(poll))
            with self._writing(poll) as session:
                put_off(session, poll, due_at=now + timedelta(seconds=LATER_S))

    def ask(self, poll: Poll, *, now: datetime) -> None:
        """Ask one trigger's block, and write what came of it."""
        asked = self._prepare(poll)
        if asked is None:
            later = now + timedelta(seconds=LATER_S)
            with self._writing(poll) as session:
                put_off(session, poll, due_at=later)
            return
        try:
            found = self._found(asked, now=now)
            self._take(asked, found, now=now)
        except BlockError as error:
            self._fail(asked, error.message, error.retry_after_s, now=now)
        except NotYetError as error:
            message = f"Too many calls to {error.host} are under way: there was no turn."
            self._fail(asked, message, error.wait_s, now=now)
        except LATER as error:
            with self._writing(poll) as session:
                later = now + timedelta(seconds=LATER_S)
                note_failure(session, poll, error.message, due_at=later, counts=False)

    def _prepare(self, poll: Poll) -> _Asked | None:
        """Give what is live now; None when that is paused, unpublished or another.

        None, too, while the tenant is not at work.
        """
        with self._reading() as session, as_tenant(session, poll.tenant_id):
            if is_stopped(session, poll.tenant_id):
                return None
            try:
                paused = startable(session, poll.tenant_id, poll.flow_id).paused
            except NotFoundError:
                return None
            live = find_live(session, poll.tenant_id, poll.flow_id, poll.trigger_id)
        return None if paused or live is None else _Asked(poll=poll, live=live)

    def _found(self, asked: _Asked, *, now: datetime) -> _Found:
        poll, live = asked.poll, asked.live
        limit_s = live.usable_block().manifest.behaviour.timeout_s
        with self._reading() as session:
            calls = calls_of(session, poll.tenant_id)
        services = DetachedServices(self._reading, poll.tenant_id, self._brokers, calls)
        services.desk = TriggerDesk(self._reading, live.owner)
        facts = Facts(
            run_id=str(poll.id),
            step=poll.trigger_id,
            attempt=poll.failures + 1,
            idempotency_key=f"{poll.id}/{poll.turn}",
            now=now,
            flow=live.flow_name,
            timeout_s=min(limit_s, LOOK_MOST_S),
        )
        done = run_block(live, {"cursor": poll.cursor}, services, facts)
        return _Found(polled=read_polled(done.outcome), effects=done.effects)

    def _take(self, asked: _Asked, found: _Found, *, now: datetime) -> None:
        """Start the runs, write what was seen and what is kept: all, or nothing."""
        poll, live = asked.poll, asked.live
        with self._writing(poll) as session:
            if not self._hold(session) or not is_still_live(session, live):
                return
            problem = ""
            due_at = now + timedelta(seconds=asked.every_s)
            cursor = found.polled.cursor
            if not move_poll(session, poll, cursor=cursor, due_at=due_at, now=now):
                return
            keep(session, live, found.effects, now=now)
            for event in found.polled.events:
                problem = start_for(session, live, event, now=now)[1] or problem
            if problem:
                moved = replace(poll, turn=poll.turn + 1, failures=0)
                note_failure(session, moved, problem, due_at=due_at, counts=False)
            if poll.failures >= ALARM_AFTER:
                _tell(session, asked, "", now=now)

    def _fail(
        self, asked: _Asked, message: str, retry_after_s: float | None, *, now: datetime
    ) -> None:
        poll = asked.poll
        pause_s = min(asked.every_s * 2 ** min(poll.failures, 10), PAUSE_MOST_S)
        asked_s = min(retry_after_s or 0, RETRY_AFTER_MOST_S)
        due_at = now + timedelta(seconds=max(pause_s, asked_s, asked.every_s))
        with self._writing(poll) as session:
            if not note_failure(session, poll, message, due_at=due_at, counts=True):
                return
            if poll.failures + 1 == ALARM_AFTER:
                _tell(session, asked, message, now=now)
        log.warning("poll_failed", **_named(poll))

    @contextmanager
    def _writing(self, poll: Poll) -> Iterator[Session]:
        with self._sessions.begin() as session, as_tenant(session, poll.tenant_id):
            yield session


def _named(poll: Poll) -> dict[str, str]:
    return {
        "tenant_id": str(poll.tenant_id),
        "flow_id": str(poll.flow_id),
        "trigger_id": poll.trigger_id,
    }


def shared_out(due: Sequence[Poll]) -> list[Poll]:
    """Take some of each tenant's, the longest due first; the others come in the next round."""
    taken: Counter[UUID] = Counter()
    found = []
    for poll in due:
        taken[poll.tenant_id] += 1
        if taken[poll.tenant_id] <= OF_ONE_TENANT:
            found.append(poll)
    return found


def _tell(session: Session, asked: _Asked, problem: str, *, now: datetime) -> None:
    """Raise the alarm of a trigger that fails and fails, or clear it."""
    poll, name = asked.poll, asked.live.flow_name
    event = parse_event(
        {
            "managed_object": f"workflow {name}",
            "reduction_key": f"poll {poll.flow_id} {poll.trigger_id}",
            "perceived_severity": "minor" if problem else "cleared",
            "event_type": "processingErrorAlarm",
            "specific_problem": "Trigger fails",
            "source": SOURCE,
            "text": f"{asked.live.title}: {problem}"[:TEXT_MAX],
            "attributes": {"flow_id": str(poll.flow_id)},
        }
    )
    append(session, poll.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")
