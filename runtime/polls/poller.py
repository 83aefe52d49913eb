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

from blocks.host import Facts, perform
from blocks.installs.registry import registry_of
from blocks.kinds.trigger import Event, Polled, read_polled
from blocks.registry import Block
from blocks.sdk import BlockError
from kernel.clock import format_instant
from kernel.errors import GarlandError, NotFoundError, TooManyError, UnavailableError
from kernel.ids import sha256_of
from runtime.alarms.journal import append
from runtime.alarms.model import TEXT_MAX, parse_event
from runtime.flows.lookup import Runnable, runnable, startable
from runtime.flows.model import Trigger
from runtime.polls.marks import Poll, due_polls, move_poll, note_failure, put_off
from runtime.runs.not_started import NotStartedError
from runtime.runs.services import Brokers, DetachedServices
from runtime.runs.start import Start, start_run
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
_LATER = (NotStartedError, TooManyError, UnavailableError)
"""Why events wait for the next look rather than being used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A poll under way: the trigger as it is live, and its block."""

    poll: Poll
    live: Runnable
    trigger: Trigger
    block: Block | None

    @property
    def every_s(self) -> int:
        """Give the pause between two looks: the trigger's own, or what its block suggests."""
        suggested = self.block.manifest.trigger if self.block is not None else None
        stated = self.trigger.settings.get("every_s")
        every_s = stated or (suggested.every_s if suggested is not None else EVERY_S)
        return max(int(every_s), EVERY_LEAST_S)


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
            log.exception("poll_broke", flow_id=str(poll.flow_id), trigger_id=poll.trigger_id)
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
        except _LATER as error:
            with self._writing(poll) as session:
                later = now + timedelta(seconds=LATER_S)
                note_failure(session, poll, error.message, due_at=later, counts=False)

    def _prepare(self, poll: Poll) -> _Asked | None:
        """Give what is live now; None when it is paused, unpublished or another."""
        with self._reading() as session, as_tenant(session, poll.tenant_id):
            try:
                found = startable(session, poll.tenant_id, poll.flow_id)
            except NotFoundError:
                return None
            if found.paused or found.version_id is None:
                return None
            live = runnable(session, poll.tenant_id, poll.flow_id, found.version_id)
            registry = registry_of(session, poll.tenant_id)
        trigger = live.flow.triggers.get(poll.trigger_id)
        if trigger is None or trigger.kind != "block":
            return None
        named = trigger.settings["block"], trigger.settings["version"]
        return _Asked(poll=poll, live=live, trigger=trigger, block=registry.find(*named))

    def _found(self, asked: _Asked, *, now: datetime) -> Polled:
        poll, block = asked.poll, asked.block
        if block is None:
            named = f"{asked.trigger.settings['block']} {asked.trigger.settings['version']}"
            raise BlockError("trigger.unknown", f"The block {named} is not installed.")
        if not block.standing.starts_runs:
            told = f"{block.manifest.title} {block.manifest.version} is {block.standing.value}."
            raise BlockError("trigger.not_to_use", told)
        performed = perform(
            block,
            config=asked.trigger.settings.get("config", {}),
            input={"cursor": poll.cursor},
            services=DetachedServices(self._reading, poll.tenant_id, self._brokers),
            facts=Facts(
                run_id=str(poll.id),
                step=poll.trigger_id,
                attempt=poll.failures + 1,
                idempotency_key=f"{poll.id}/{poll.turn}",
                now=now,
                flow=asked.live.flow.name,
                timeout_s=min(block.manifest.behaviour.timeout_s, LOOK_MOST_S),
            ),
        )
        return read_polled(performed.outcome)

    def _take(self, asked: _Asked, found: Polled, *, now: datetime) -> None:
        """Start the runs and write what was seen: both, or neither."""
        poll = asked.poll
        with self._writing(poll) as session:
            if not self._hold(session) or not _is_still_live(session, asked):
                return
            problem = ""
            due_at = now + timedelta(seconds=asked.every_s)
            if not move_poll(session, poll, cursor=found.cursor, due_at=due_at, now=now):
                return
            for event in found.events:
                problem = self._start(session, asked, event, now=now) or problem
            if problem:
                moved = replace(poll, turn=poll.turn + 1, failures=0)
                note_failure(session, moved, problem, due_at=due_at, counts=False)
            if poll.failures >= ALARM_AFTER:
                _tell(session, asked, "", now=now)

    def _start(self, session: Session, asked: _Asked, event: Event, *, now: datetime) -> str:
        """Start the run for an event; give why it cannot be, "" when it is or was."""
        poll = asked.poll
        start = Start(
            trigger={
                "kind": "block",
                "key": event.key,
                "event": event.data,
                "at": format_instant(now),
            },
            trigger_id=poll.trigger_id,
            subject=event.key,
            dedup_key="poll:" + sha256_of(f"{poll.flow_id}:{poll.trigger_id}:{event.key}"),
            started_by=asked.trigger.title or poll.trigger_id,
        )
        try:
            start_run(session, poll.tenant_id, poll.flow_id, start, now=now)
        except _LATER:
            raise
        except GarlandError as error:
            log.warning("poll_event_refused", flow_id=str(poll.flow_id), reason=error.message)
            return f"{event.key}: {error.message}"
        return ""

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
        log.warning("poll_failed", flow_id=str(poll.flow_id), trigger_id=poll.trigger_id)

    @contextmanager
    def _writing(self, poll: Poll) -> Iterator[Session]:
        with self._sessions.begin() as session, as_tenant(session, poll.tenant_id):
            yield session


def shared_out(due: Sequence[Poll]) -> list[Poll]:
    """Take some of each tenant's, the longest due first; the others come in the next round."""
    taken: Counter[UUID] = Counter()
    found = []
    for poll in due:
        taken[poll.tenant_id] += 1
        if taken[poll.tenant_id] <= OF_ONE_TENANT:
            found.append(poll)
    return found


def _is_still_live(session: Session, asked: _Asked) -> bool:
    """Tell whether what was asked is what is live, so that what was paused starts nothing."""
    try:
        found = startable(session, asked.poll.tenant_id, asked.poll.flow_id, hold=True)
    except NotFoundError:
        return False
    return not found.paused and found.version_id == asked.live.id


def _tell(session: Session, asked: _Asked, problem: str, *, now: datetime) -> None:
    """Raise the alarm of a trigger that fails and fails, or clear it."""
    poll, name = asked.poll, asked.live.flow.name
    event = parse_event(
        {
            "managed_object": f"workflow {name}",
            "reduction_key": f"poll {poll.flow_id} {poll.trigger_id}",
            "perceived_severity": "minor" if problem else "cleared",
            "event_type": "processingErrorAlarm",
            "specific_problem": "Trigger fails",
            "source": SOURCE,
            "text": f"{asked.trigger.title or poll.trigger_id}: {problem}"[:TEXT_MAX],
            "attributes": {"flow_id": str(poll.flow_id)},
        }
    )
    append(session, poll.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")
