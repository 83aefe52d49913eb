"""Deliveries that a trigger's block reads: it says who may send, what starts, what is answered.

The block runs outside any transaction and sees the headers that every workflow may see, without
those that hold a secret of its connections. What it told is then written in one: the runs, and what
the trigger keeps. Why a block failed is for the workflow's page; the sender learns only whether to
come again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.effects import Effect
from blocks.host import Facts
from blocks.kinds.trigger import REFUSED, Received, read_received
from blocks.sdk import BlockError, HookCheck
from kernel.errors import GarlandError, UnavailableError
from kernel.ids import new_id, sha256_of
from runtime.block_triggers.asking import (
    LiveTrigger,
    TriggerDesk,
    calls_of,
    find_live,
    run_block,
    step_of,
)
from runtime.block_triggers.starting import keep, start_for
from runtime.flows.lookup import startable
from runtime.hooks._tables import Outcome
from runtime.hooks.answering import NotLiveError, Taken
from runtime.hooks.deliveries import DeliveryView, claim_receipt, note_delivery, write_receipt
from runtime.hooks.hiding import without_secrets
from runtime.hooks.reading import Delivery, trigger_of
from runtime.hooks.store import Target
from runtime.hooks.verifying import is_genuine, secrets_of
from runtime.runs.calls import NotYetError
from runtime.runs.outside import Brokers, granted
from runtime.runs.services import DetachedServices

log = structlog.get_logger(__name__)

ANSWER_MOST_S = 10.0
AGAIN_S = 30
AGAIN_MOST_S = 24 * 3_600
_SEEN = ("headers", "query", "body", "received_at")


class BlockFailedError(GarlandError):
    """The block came to no answer, and would not the next time either."""

    code = "hook.block_failed"
    status = 500


class MethodError(GarlandError):
    """This webhook is not called so."""

    code = "hook.method"
    status = 405


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a block made of a delivery."""

    live: LiveTrigger
    received: Received
    effects: tuple[Effect, ...]
    message_id: str
    """What tells the delivery from others, where that is no secret."""

    @property
    def refuses(self) -> bool:
        """Tell whether the sender is told that this was not taken."""
        answer = self.received.answer
        return answer is not None and answer.status >= REFUSED


class FailedError(Exception):
    """What the sender is told of a block that failed, and the reason, for the page alone."""

    def __init__(self, told: GarlandError, reason: str) -> None:
        super().__init__(reason)
        self.told, self.reason = told, reason


class HookServices(DetachedServices):
    """Serves a trigger's block that is asked about one delivery."""

    delivery: Delivery

    @override
    def check_hook(self, check: HookCheck, /) -> bool:
        """Compare with the secret of a connection; the block learns the verdict alone."""
        opened = self.connection_of(check.slot)
        if opened is None:
            return False
        return is_genuine(check, self.delivery, secrets_of(opened, signs=bool(check.algorithm)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHooks:
    """Asks blocks about deliveries, for all tenants."""

    reading: sessionmaker[Session]
    brokers: Brokers

    def ask(self, target: Target, delivery: Delivery) -> Told:
        """Run the block of a webhook.

        Raises:
            GarlandError: the delivery cannot be read, or does not come by a method of the block's.
            FailedError: the block failed, or may not be used.
        """
        where = (target.tenant_id, target.flow_id)
        with self.reading() as session:
            live = find_live(session, *where, target.hook.trigger_id if target.hook else "")
            calls = calls_of(session, target.tenant_id)
        if live is None:
            raise NotLiveError(f"{target.flow_name} has no such webhook in its live version")
        try:
            block = live.usable_block()
            said = block.manifest.trigger
            if said is None or delivery.method not in said.methods:
                raise MethodError("this webhook is not called by this method")
            granted_to = (self.brokers, target.tenant_id, step_of(live), block.manifest)
            shown = without_secrets(delivery, granted(*granted_to).secrets())
            given = _given(shown, block.manifest.input.get("properties", {}))
            services = HookServices(self.reading, target.tenant_id, self.brokers, calls)
            services.delivery = delivery
            services.desk = TriggerDesk(self.reading, live.owner)
            limit_s = min(block.manifest.behaviour.timeout_s, ANSWER_MOST_S)
            done = run_block(live, given, services, _facts(live, shown, limit_s))
            received = read_received(done.outcome)
            return Told(
                live=live,
                received=received,
                effects=done.effects,
                message_id=shown.message_id,
            )
        except NotYetError as error:
            reason = f"Too many calls to {error.host} are under way: there was no turn."
            raise FailedError(_later(error.wait_s), reason) from None
        except BlockError as error:
            log.warning("hook_block_failed", flow_id=str(live.flow_id), code=error.code)
            raise FailedError(_told(error), error.message) from None


def take_told(
    session: Session, target: Target, delivery: Delivery, told: Told, *, now: datetime
) -> Taken:
    """Start the runs and keep what is to be kept, both or neither; a repeat does nothing.

    Raises:
        NotStartedError: the workflow is paused.
        UnavailableError: another version went live meanwhile.
    """
    taken, problem = _take(session, target, told, now=now)
    noted = _noted(delivery, told, taken, problem)
    note_delivery(session, target.tenant_id, target.id, noted)
    log.info("webhook_taken", hook_id=str(target.id), outcome=taken.outcome.value)
    return taken


def _take(session: Session, target: Target, told: Told, *, now: datetime) -> tuple[Taken, str]:
    """Give what it came to, and why an event could start no run, if one could not."""
    where, message_id = (session, target.tenant_id, target.id), told.message_id
    if told.refuses:
        return Taken(outcome=Outcome.REFUSED), ""
    if not told.received.events and not told.effects:
        return Taken(outcome=Outcome.ANSWERED), ""
    if message_id:
        known = claim_receipt(*where, message_id, now=now)
        if known is not None:
            return Taken(outcome=known.outcome, run_ids=known.run_ids, repeats=True), ""
    taken, problem = _act(session, told, now=now)
    if message_id:
        write_receipt(*where, message_id, outcome=taken.outcome, run_ids=taken.run_ids)
    return taken, problem


def _act(session: Session, told: Told, *, now: datetime) -> tuple[Taken, str]:
    live = told.live
    found = startable(session, live.tenant_id, live.flow_id, hold=True)
    if found.version_id != live.version_id:
        raise UnavailableError("the workflow was published anew meanwhile: send it again")
    keep(session, live, told.effects, now=now)
    run_ids: list[UUID] = []
    problem = ""
    for event in told.received.events:
        run_id, why = start_for(session, live, event, now=now)
        problem = why or problem
        run_ids += [run_id] if run_id is not None else []
    if run_ids:
        return Taken(outcome=Outcome.STARTED, run_ids=tuple(run_ids)), problem
    return Taken(outcome=Outcome.SKIPPED if told.received.events else Outcome.ANSWERED), problem


def _given(delivery: Delivery, declared: Any) -> dict[str, Any]:
    """Give what the block declares of what a workflow would see."""
    seen = {"method": delivery.method, **trigger_of(delivery)}
    return {name: seen[name] for name in ("method", *_SEEN) if name in declared}


def _facts(live: LiveTrigger, delivery: Delivery, limit_s: float) -> Facts:
    told_as = delivery.message_id or str(new_id())
    return Facts(
        run_id=str(new_id()),
        step=live.trigger.id,
        attempt=1,
        idempotency_key=sha256_of(f"{live.flow_id}:{live.trigger.id}:{told_as}"),
        now=delivery.at,
        flow=live.flow_name,
        timeout_s=limit_s,
    )


def _told(error: BlockError) -> GarlandError:
    """Say what a sender may know of a failure: whether it helps to come again."""
    if error.retryable:
        return _later(error.retry_after_s or AGAIN_S)
    return BlockFailedError("what reads this webhook failed: its owner can see why")


def _later(after_s: float) -> UnavailableError:
    told = "what reads this webhook cannot do so now: send it again later"
    return UnavailableError(told, retry_after_s=math.ceil(min(max(1.0, after_s), AGAIN_MOST_S)))


def _noted(delivery: Delivery, told: Told, taken: Taken, problem: str) -> DeliveryView:
    answer = told.received.answer
    words = {
        Outcome.REFUSED: "the block refused it",
        Outcome.ANSWERED: "the block answered it and started nothing",
        Outcome.SKIPPED: "no run was started: what it tells was told before",
    }
    message = problem or words.get(taken.outcome, "")
    if len(taken.run_ids) > 1 and not problem:
        message = f"{len(taken.run_ids)} runs were started"
    return DeliveryView(
        at=delivery.at,
        sender=delivery.sender,
        outcome=Outcome.REPEATED if taken.repeats else taken.outcome,
        status=answer.status if answer is not None else taken.status,
        message=message,
        run_id=taken.run_ids[0] if taken.run_ids else None,
        size_bytes=delivery.size_bytes,
    )
