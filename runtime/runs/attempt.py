"""One attempt of one step: evaluate what it is given, run the block, say what happened.

Knows neither queue nor database; the session behind `services` is somebody else's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks.effects import Effect
from blocks.host import OUTPUT_MAX_BYTES, perform
from blocks.outcomes import Ask, Await, Call, Emit, End, Loop, Outcome, Wait
from blocks.registry import Block
from blocks.sdk import BlockError, Facts, LogLine
from blocks.services import Services
from blocks.templates import Evaluators, Template
from kernel.clock import format_instant
from kernel.errors import GarlandError
from kernel.json_text import kept_text
from runtime.expressions.evaluating import evaluate_condition, evaluate_template
from runtime.flows.model import Step
from runtime.runs.events import Completed, Concluded, Ended, Failed, Opened, Waiting
from runtime.runs.state import LoopState

VALUE_SMALL_BYTES = 4_096
SIMULATED = "Simulated: a trial without effects changes nothing outside."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a step is given, with every expression evaluated."""

    config: dict[str, Any]
    input: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What an attempt came to: the interpreter's event, and what goes with the record.

    Attributes:
        waits_for: What a waiting step waits for besides its time; None for nothing else.
        size_bytes: How large the output is as JSON.
        is_stowed: Whether a large output is a reference already.
    """

    event: Completed | Waiting | Failed | Opened | Ended
    waits_for: Await | Ask | Call | None = None
    effects: tuple[Effect, ...] = ()
    logs: tuple[LogLine, ...] = ()
    size_bytes: int = 0
    is_stowed: bool = False


def give(config: Template, data: Template, variables: Mapping[str, Any]) -> Given:
    """Evaluate a step's config and input.

    Raises:
        ExpressionError: naming the expression that gave no value.
    """
    evaluators = Evaluators(
        template=lambda text: evaluate_template(text, variables),
        condition=lambda text: evaluate_condition(text, variables),
    )
    return Given(config=config.fill(evaluators), input=data.fill(evaluators))


def conclude(step: Step, path: str, number: int, variables: Mapping[str, Any]) -> Concluded:
    """Say what a round came to: what the loop collects, and whether a `repeat` goes on.

    Raises:
        ExpressionError: naming the expression that gave no value.
    """
    value = evaluate_template(step.config.get("collect"), variables)
    until = step.config.get("until")
    goes_on = until is not None and not evaluate_condition(until, variables)
    return Concluded(path, number, value, goes_on)


def within_limits(concluded: Concluded, loop: LoopState) -> Concluded:
    """Give an error instead of a value with which the loop's results would get too large."""
    size_bytes = len(json.dumps(concluded.value))
    if size_bytes > VALUE_SMALL_BYTES:  # ten thousand small ones are not worth counting
        size_bytes += len(json.dumps(loop.results))
    if size_bytes <= OUTPUT_MAX_BYTES:
        return concluded
    message = f"The results of the rounds take over {OUTPUT_MAX_BYTES:,} bytes: collect less."
    error = {"code": "loop.too_large", "message": message}
    return Concluded(concluded.step, concluded.round, error=error)


def not_given(path: str, attempt: int, error: GarlandError) -> Failed:
    """Make the event of a step that could not be given what it needs."""
    return Failed(path, attempt, why(error))


def why(error: GarlandError) -> dict[str, str]:
    """Say what an error is and, for one of an expression, in which."""
    text = error.detail.get("expression")
    shown = f"{error.message} (in {text})" if text else error.message
    return {"code": error.code, "message": shown}


def unknown_block(step: Step, path: str, attempt: int) -> Failed:
    """Make the event of a step whose block is not installed."""
    message = f"The block {step.block} {step.version} is not installed: install or replace it."
    return Failed(path, attempt, {"code": "block.unknown", "message": message})


def too_many_steps(most: int, path: str) -> dict[str, str]:
    """Say why a run that goes on and on was ended."""
    message = (
        f"This run made {most:,} attempts of steps, as many as one may (steps_of_a_run): does a "
        "loop go round for ever? Whoever runs this installation can raise the limit."
    )
    return {"code": "run.too_many_steps", "message": message, "step": path}


def attempt_step(block: Block, given: Given, services: Services, facts: Facts) -> Attempted:
    """Run the block once; whatever goes wrong becomes a Failed event."""
    try:
        done = perform(
            block,
            config=given.config,
            input=given.input,
            services=services,
            facts=facts,
            has_defaults=True,
        )
    except BlockError as error:
        failure = {"code": error.code, "message": kept_text(error.message)}
        event = Failed(
            facts.step,
            facts.attempt,
            failure,
            bool(error.retryable),
            error.retry_after_s,
            random.random(),  # noqa: S311  spreads retries, protects nothing
        )
        return Attempted(event=event, logs=error.logs)
    outcome = done.outcome
    return Attempted(
        event=_event(outcome, facts),
        waits_for=outcome if isinstance(outcome, Await | Ask | Call) else None,
        effects=done.effects,
        logs=done.logs,
        size_bytes=done.size_bytes,
    )


def simulate_step(block: Block, facts: Facts) -> Attempted:
    """Answer for a writing block in a trial: as its first example that ends by a port.

    An approval is given.
    """
    if block.manifest.behaviour.control == "approval":
        decision = {"decision": "approved", "by": "", "comment": SIMULATED, "form": {}}
        output = {**decision, "at": format_instant(facts.now)}
        event = Completed(facts.step, facts.attempt, "approved", output)
        return Attempted(event=event, logs=(LogLine("info", SIMULATED),))
    for example in block.manifest.examples:
        expected = example["expect"]
        if "port" in expected and "until" not in expected:
            event = Completed(
                facts.step, facts.attempt, expected["port"], expected.get("output", {})
            )
            return Attempted(event=event, logs=(LogLine("info", SIMULATED),))
    failure = {"code": "block.no_example", "message": "This block has no example to simulate it."}
    return Attempted(event=Failed(facts.step, facts.attempt, failure))


def facts_of(
    run_id: str, step: Step, path: str, attempt: int, *, flow: str, now: datetime
) -> Facts:
    """Say what a step may know of its run; the idempotency key is the same for every attempt."""
    return Facts(
        run_id=run_id,
        step=path,
        attempt=attempt,
        idempotency_key=f"{run_id}/{path}",
        now=now,
        flow=flow,
        timeout_s=step.timeout_s,
    )


def _event(outcome: Outcome, facts: Facts) -> Completed | Waiting | Opened | Ended:
    path, attempt = facts.step, facts.attempt
    found: Completed | Waiting | Opened | Ended
    match outcome:
        case Emit():
            found = Completed(path, attempt, outcome.port, outcome.output, outcome.variables)
        case Wait():
            found = Waiting(path, attempt, outcome.until, outcome.port, outcome.output)
        case Await() | Ask():
            port = outcome.timeout_port if outcome.until is not None else None
            found = Waiting(path, attempt, outcome.until, port, {})
        case Call():
            found = Waiting(path, attempt, None)
        case Loop():
            found = _opened(outcome, facts)
        case End():
            found = Ended(path, attempt, dict(outcome.output))
    return found


def _opened(loop: Loop, facts: Facts) -> Opened:
    return Opened(
        step=facts.step,
        attempt=facts.attempt,
        items=loop.items,
        rounds_max=loop.rounds_max,
        at_once=loop.at_once,
        keeps_going=loop.keeps_going,
        pause_s=loop.pause_s,
    )
