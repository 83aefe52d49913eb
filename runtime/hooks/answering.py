"""The use-case of a webhook: who calls is checked, then a run starts or goes on.

In two parts, since on SQLite whoever writes keeps all others from writing: `prepare` needs no
database, `take` writes and is short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError, Problem
from kernel.ids import sha256_of
from kernel.secrets import Sealer
from runtime.expressions.evaluating import evaluate_template
from runtime.hooks._tables import Outcome
from runtime.hooks.deliveries import (
    DeliveryView,
    claim_receipt,
    note_delivery,
    write_receipt,
)
from runtime.hooks.reading import BODY_MAX_BYTES, Delivery, too_large, trigger_of
from runtime.hooks.signature import verify
from runtime.hooks.store import HookView, Target, open_secrets
from runtime.runs.query import run_of_key
from runtime.runs.start import Start, start_run
from runtime.runs.waits import resolve_events

log = structlog.get_logger(__name__)

CORRELATION_MAX = 200
_SUBJECTS = ("subject", "title", "type", "event", "name", "id")
_SKIPPED = "no run was started: one like it was before, or others are still under way"


class NotLiveError(ConflictError):
    """The workflow's live version has no such webhook."""

    code = "hook.not_live"


class NobodyWaitsError(NotFoundError):
    """A message came for a value that no run waits for."""

    code = "hook.nobody_waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A delivery that may be taken: what the workflow sees, and the value that runs wait for."""

    delivery: Delivery
    hook: HookView
    trigger: Mapping[str, Any]
    correlation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a delivery came to; `repeats` when it had come before."""

    outcome: Outcome
    run_ids: tuple[UUID, ...] = ()
    repeats: bool = False

    @property
    def status(self) -> int:
        """The status of an answer that waits for nothing."""
        return 200 if self.outcome is Outcome.SKIPPED else 202

    @property
    def started(self) -> UUID | None:
        """The run it started, now or when it first came."""
        return self.run_ids[0] if self.outcome is Outcome.STARTED else None

    def document(self) -> dict[str, Any]:
        """Write the answer as JSON."""
        if self.outcome is Outcome.RESUMED:
            return {"resumed": [str(one) for one in self.run_ids]}
        if self.outcome is Outcome.STARTED:
            return {"run": str(self.run_ids[0])}
        return {"run": None, "detail": _SKIPPED}


def prepare(
    target: Target, delivery: Delivery, vault: Sealer, *, is_trusted: bool = False
) -> Prepared:
    """Check who calls, and read what was sent.

    Args:
        target: What the address belongs to.
        delivery: What came.
        vault: The target's tenant's, opens the secrets that it may be signed with.
        is_trusted: It comes from a person of the tenant, so needs no signature.

    Raises:
        GarlandError: it cannot be taken; the message says what to do.
    """
    if len(delivery.body) > BODY_MAX_BYTES:
        raise too_large()
    hook = target.hook
    if hook is None:
        raise NotLiveError(
            f"{target.flow_name} has no such webhook in its live version: publish it first"
        )
    if hook.signed and not is_trusted:
        secrets = open_secrets(target, vault)
        verify(delivery.claim, delivery.body, secrets, now_s=delivery.at.timestamp())
    trigger = trigger_of(delivery)
    return Prepared(
        delivery=delivery,
        hook=hook,
        trigger=trigger,
        correlation=_correlation(hook, trigger),
    )


def take(session: Session, target: Target, prepared: Prepared, *, now: datetime) -> Taken:
    """Start a run, or let those go on that wait; the session is bound to the target's tenant.

    Raises:
        NotStartedError: the workflow is paused or not published.
        NobodyWaitsError: no run waits for the value, and this webhook starts none.
        ExpressionError: the trigger's `dedup` gives no value for what came.
    """
    where, message_id = (session, target.tenant_id), prepared.delivery.message_id
    if not message_id:
        taken = _act(session, target, prepared, now=now)
    else:
        known = claim_receipt(*where, target.id, message_id, now=now)
        if known is not None:
            taken = Taken(outcome=known.outcome, run_ids=known.run_ids, repeats=True)
        else:
            taken = _act(session, target, prepared, now=now)
            kept = {"outcome": taken.outcome, "run_ids": taken.run_ids}
            write_receipt(*where, target.id, message_id, **kept)  # type: ignore[arg-type]
    note_delivery(*where, target.id, _noted(prepared.delivery, taken))
    log.info("webhook_taken", hook_id=str(target.id), outcome=taken.outcome.value)
    return taken


def note_refusal(
    session: Session, target: Target, delivery: Delivery, error: GarlandError, *, reason: str = ""
) -> None:
    """Keep for the page that a delivery was refused, and why; `reason` is for the page alone."""
    refused = DeliveryView(
        at=delivery.at,
        sender=delivery.sender,
        outcome=Outcome.REFUSED,
        status=error.status,
        message=reason or error.message,
        run_id=None,
        size_bytes=delivery.size_bytes,
    )
    note_delivery(session, target.tenant_id, target.id, refused)
    log.info("webhook_refused", hook_id=str(target.id), code=error.code)


def _act(session: Session, target: Target, prepared: Prepared, *, now: datetime) -> Taken:
    where, value = (session, target.tenant_id), prepared.correlation
    if value:
        event = {**prepared.trigger, "correlation": value, "at": prepared.trigger["received_at"]}
        key = f"{target.flow_id}:{value}"
        resumed = resolve_events(*where, "message", key, event, now=now)
        if resumed:
            return Taken(outcome=Outcome.RESUMED, run_ids=tuple(resumed))
        if not prepared.hook.is_wired:
            raise NobodyWaitsError(
                f"no run of {target.flow_name} waits for {value!r}: it came too early or too "
                "late, or the value is another",
                value=value,
            )
    return _start(session, target, prepared, now=now)


def _start(session: Session, target: Target, prepared: Prepared, *, now: datetime) -> Taken:
    where, message_id = (session, target.tenant_id), prepared.delivery.message_id
    key = f"hook:{target.id}:{sha256_of(message_id)}" if message_id else None
    start = Start(
        trigger=prepared.trigger,
        trigger_id=prepared.hook.trigger_id,
        subject=_subject(prepared.hook, prepared.trigger["body"]),
        dedup_key=key,
        started_by=_starter(prepared.hook),
    )
    run_id = start_run(*where, target.flow_id, start, now=now)
    if run_id is None and key is not None:
        run_id = _run_before(session, target.tenant_id, key)
    if run_id is None:
        return Taken(outcome=Outcome.SKIPPED)
    return Taken(outcome=Outcome.STARTED, run_ids=(run_id,))


def _run_before(session: Session, tenant_id: UUID, key: str) -> UUID | None:
    """Find the run of an id whose receipt is no longer kept; None when the trigger has its own."""
    try:
        return run_of_key(session, tenant_id, key)
    except NotFoundError:
        return None


def _correlation(hook: HookView, trigger: Mapping[str, Any]) -> str:
    if not hook.correlate:
        return ""
    found = evaluate_template(hook.correlate, {"trigger": trigger})
    value = "" if found is None else found
    wrong = None
    if isinstance(value, bool) or not isinstance(value, str | int):
        wrong = "is neither a text nor a whole number"
    elif len(str(value)) > CORRELATION_MAX:
        wrong = f"is longer than {CORRELATION_MAX} characters"
    elif value == "" and not hook.is_wired:
        wrong = "is missing, and this webhook starts no runs"
    if wrong is not None:
        message = f"what {hook.title} finds its run by ({hook.correlate}) {wrong}"
        raise InvalidError(message, problems=[Problem("/body", message)])
    return str(value)


def _starter(hook: HookView) -> str:
    """Name the webhook as what started a run; one that nobody named is just that."""
    return f"webhook {hook.title}" if hook.title.lower() != "webhook" else "webhook"


def _subject(hook: HookView, body: Any) -> str:
    """Say what it is about, for search: what most senders call so, or the webhook's name."""
    if isinstance(body, dict):
        for name in _SUBJECTS:
            if isinstance(body.get(name), str) and body[name].strip():
                return f"{hook.title}: {body[name].strip()}"
    return hook.title


def _noted(delivery: Delivery, taken: Taken) -> DeliveryView:
    words = {
        Outcome.RESUMED: f"{len(taken.run_ids)} waiting run(s) went on",
        Outcome.SKIPPED: _SKIPPED,
    }
    return DeliveryView(
        at=delivery.at,
        sender=delivery.sender,
        outcome=Outcome.REPEATED if taken.repeats else taken.outcome,
        status=taken.status,
        message=words.get(taken.outcome, ""),
        run_id=taken.run_ids[0] if taken.run_ids else None,
        size_bytes=delivery.size_bytes,
    )
