"""One attempt of one step: evaluate what it is given, run the block, say what happened.

Knows neither queue nor database; the session behind `services` is somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks.effects import Effect
from blocks.host import perform
from blocks.registry import Block
from blocks.schemas import resolve
from blocks.sdk import BlockError, Emit, Facts, LogLine, Wait
from blocks.services import Services
from runtime.flows.expressions import ExpressionError, evaluate_condition, evaluate_template
from runtime.flows.model import Step
from runtime.runs.advance import Completed, Failed, Waiting

SIMULATED = "Simulated: a trial without effects changes nothing outside."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a step is given, with every expression evaluated."""

    config: dict[str, Any]
    input: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What an attempt came to: the interpreter's event, and what goes with the record."""

    event: Completed | Waiting | Failed
    effects: tuple[Effect, ...] = ()
    logs: tuple[LogLine, ...] = ()


def give(block: Block, step: Step, variables: Mapping[str, Any]) -> Given:
    """Evaluate a step's config and input.

    Raises:
        ExpressionError: naming the expression that gave no value.
    """

    def value_of(schema: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = resolve(
            schema,
            dict(value),
            template=lambda text: evaluate_template(text, variables),
            condition=lambda text: evaluate_condition(text, variables),
        )
        return found

    manifest = block.manifest
    return Given(
        config=value_of(manifest.config, step.config), input=value_of(manifest.input, step.input)
    )


def not_given(step: str, attempt: int, error: ExpressionError) -> Failed:
    """Make the event of a step whose expressions gave no value."""
    text = error.detail.get("expression")
    shown = f"{error.message} (in {text})" if text else error.message
    return Failed(step, attempt, {"code": error.code, "message": shown})


def unknown_block(step: Step, attempt: int) -> Failed:
    """Make the event of a step whose block is not installed."""
    message = f"The block {step.block} {step.version} is not installed: install or replace it."
    return Failed(step.id, attempt, {"code": "block.unknown", "message": message})


def attempt_step(block: Block, given: Given, services: Services, facts: Facts) -> Attempted:
    """Run the block once; whatever goes wrong becomes a Failed event."""
    try:
        done = perform(
            block, config=given.config, input=given.input, services=services, facts=facts
        )
    except BlockError as error:
        failure = {"code": error.code, "message": error.message}
        event = Failed(
            facts.step, facts.attempt, failure, bool(error.retryable), error.retry_after_s
        )
        return Attempted(event=event, logs=error.logs)
    return Attempted(event=_event(done.outcome, facts), effects=done.effects, logs=done.logs)


def simulate_step(block: Block, facts: Facts) -> Attempted:
    """Answer for a writing block in a trial: as its first example that ends by a port."""
    for example in block.manifest.examples:
        expected = example["expect"]
        if "port" in expected and "until" not in expected:
            event = Completed(
                facts.step, facts.attempt, expected["port"], expected.get("output", {})
            )
            return Attempted(event=event, logs=(LogLine("info", SIMULATED),))
    failure = {"code": "block.no_example", "message": "This block has no example to simulate it."}
    return Attempted(event=Failed(facts.step, facts.attempt, failure))


def facts_of(run_id: str, step: Step, attempt: int, *, flow: str, now: datetime) -> Facts:
    """Say what a step may know of its run; the idempotency key is the same for every attempt."""
    return Facts(
        run_id=run_id,
        step=step.id,
        attempt=attempt,
        idempotency_key=f"{run_id}/{step.id}",
        now=now,
        flow=flow,
        timeout_s=step.timeout_s,
    )


def _event(outcome: Emit | Wait, facts: Facts) -> Completed | Waiting:
    if isinstance(outcome, Wait):
        until, port, output = outcome.until, outcome.port, outcome.output
        return Waiting(facts.step, facts.attempt, until, port, output)
    return Completed(facts.step, facts.attempt, outcome.port, outcome.output)
