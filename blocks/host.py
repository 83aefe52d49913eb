"""Runs one attempt of one step: checks what goes in, what comes out, and what went wrong.

The block sees plain values and its abilities; the runtime sees either a checked result or one
BlockError, whatever the block did. The host keeps no state and touches no database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from blocks.abilities.alarms import AlarmsAbility
from blocks.abilities.attempt import Attempt
from blocks.abilities.calendars import CalendarsAbility
from blocks.abilities.desk import LiveAbility, StateAbility
from blocks.abilities.hook import HookAbility
from blocks.abilities.http import HttpAbility
from blocks.abilities.inventory import InventoryAbility
from blocks.abilities.log import LogAbility
from blocks.abilities.mail import MailAbility
from blocks.abilities.mqtt import MqttAbility
from blocks.abilities.netconf import NetconfAbility
from blocks.abilities.snmp import SnmpAbility
from blocks.abilities.ssh import SshAbility
from blocks.abilities.tables import TablesAbility
from blocks.effects import Effect
from blocks.manifest import output_ports
from blocks.outcomes import CONTROLS, Ask, Await, Emit, Loop, MeasuredEmit, Outcome, Wait
from blocks.registry import Block
from blocks.schemas import with_defaults
from blocks.sdk import BlockError, Context, Facts, LogLine
from blocks.services import Services
from blocks.settling import LateError, settled
from kernel.errors import Problem
from kernel.json_text import why_not_kept
from kernel.schema import Schema

__all__ = ["Effect", "Facts", "LogLine", "Performed", "Services", "perform"]

log = structlog.get_logger(__name__)

OUTPUT_MAX_BYTES = 4 * 1024 * 1024
VARIABLES_MAX_BYTES = 256 * 1024
REASON_MAX = 200
PROBLEMS_SHOWN = 3
# What holds itself is found by the depth it reaches, without a look at each list.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """What a step ended with.

    Attributes:
        outcome: The port and output, or the wish to wait.
        effects: Changes inside Garland to apply with the record of the step, in order.
        logs: What the block noted.
        size_bytes: How large the output is as JSON; 0 for outcomes that have none.
    """

    outcome: Outcome
    effects: tuple[Effect, ...]
    logs: tuple[LogLine, ...]
    size_bytes: int = 0


def perform(
    block: Block,
    *,
    config: Mapping[str, Any],
    input: Mapping[str, Any],  # noqa: A002 - the word the whole boundary uses
    services: Services,
    facts: Facts,
    has_defaults: bool = False,
) -> Performed:
    """Run a block once.

    Args:
        block: What to run.
        config: Settings with all expressions evaluated; absent defaults are filled in.
        input: Data, likewise.
        services: The world as this tenant's step may see it.
        facts: About the run.
        has_defaults: Whether they are filled in already.

    Returns:
        The checked result.

    Raises:
        BlockError: for everything that went wrong. `retryable` is decided (by the manifest's
            `errors`, else by who raised it) and `logs` is filled. Codes of the host's own:
            `block.bad_config`, `block.bad_input`, `block.bad_output`, `block.crashed`,
            `block.not_permitted`, `block.timeout`, `block.too_many_effects`.
    """
    attempt = Attempt(block.manifest, services, facts)
    try:
        settings = _checked(block.resolved_config_schema, config, "config", filled=has_defaults)
        attempt.config = settings
        data = _checked(block.resolved_input_schema, input, "input", filled=has_defaults)
        outcome = _run(block, _context(settings, data, attempt), attempt)
        size_bytes = _check_outcome(block, settings, outcome)
    except BlockError as error:
        declared = block.manifest.declared_error(error.code)
        error.retryable = declared.retry if declared else bool(error.retryable)
        error.logs = attempt.log_lines()
        raise
    return Performed(
        outcome=outcome,
        effects=tuple(attempt.effects),
        logs=attempt.log_lines(),
        size_bytes=size_bytes,
    )


def _context(settings: Mapping[str, Any], data: Mapping[str, Any], attempt: Attempt) -> Context:
    return Context(
        config=settings,
        input=data,
        http=HttpAbility(attempt),
        mail=MailAbility(attempt),
        alarms=AlarmsAbility(attempt),
        tables=TablesAbility(attempt),
        calendars=CalendarsAbility(attempt),
        state=StateAbility(attempt),
        snmp=SnmpAbility(attempt),
        mqtt=MqttAbility(attempt),
        ssh=SshAbility(attempt),
        netconf=NetconfAbility(attempt),
        inventory=InventoryAbility(attempt),
        hook=HookAbility(attempt),
        log=LogAbility(attempt),
        live=LiveAbility(attempt),
        run=attempt.facts,
    )


def _checked(
    schema: Schema, value: Mapping[str, Any], name: str, *, filled: bool
) -> Mapping[str, Any]:
    given = value if filled else with_defaults(schema.document, dict(value))
    if schema.accepts(given):
        return given
    problems = schema.problems(given)
    message = f"The step's {name} does not fit: {_sentence(problems)}"
    raise BlockError(f"block.bad_{name}", message, retryable=False, problems=_plain(problems))


def _run(block: Block, context: Context, attempt: Attempt) -> Outcome:
    try:
        outcome: Outcome = settled(block.run(context), attempt.deadline)
    except BlockError:
        raise
    except LateError:
        message = "The step took longer than its limit."
        raise BlockError("block.timeout", message, retryable=True) from None
    except (Exception, SystemExit) as error:
        log.exception("block_crashed", block=block.manifest.id, version=block.manifest.version)
        reason = " ".join(str(error).split())[:REASON_MAX]
        kind = type(error).__name__
        message = f"The block stopped with an error of its own: {kind}: {reason}".rstrip(": ")
        raise BlockError("block.crashed", message, retryable=False) from None
    return outcome


def _check_outcome(block: Block, config: Mapping[str, Any], outcome: Any) -> int:
    if isinstance(outcome, Emit | Wait):
        return _check_port(block, config, outcome)
    return _check_control(block, outcome)


def _check_control(block: Block, outcome: Any) -> int:
    control = block.manifest.behaviour.control
    if control is None or not isinstance(outcome, CONTROLS[control]):
        raise _bad_output("it must end with ctx.emit(...) or ctx.wait(...)")
    if isinstance(outcome, Ask | Await) and outcome.until and outcome.until.tzinfo is None:
        raise _bad_output("the instant it gives up at needs a timezone")
    if isinstance(outcome, Loop) and (control == "each") != (outcome.items is not None):
        raise _bad_output("a loop has items when the block says each, and none when it says repeat")
    facts = {name: value for name, value in asdict(outcome).items() if name != "until"}
    return _check_size(facts)


def _check_port(block: Block, config: Mapping[str, Any], outcome: Emit | Wait) -> int:
    if isinstance(outcome, Wait) and outcome.until.tzinfo is None:
        raise _bad_output("the instant to wait for needs a timezone")
    ports = [port.name for port in output_ports(block.manifest, config)]
    if outcome.port not in ports:
        raise _bad_output(f"it has no port {outcome.port}; its ports are {', '.join(ports)}")
    size_bytes = _check_emitted(outcome)
    schema = block.port_schemas.get(outcome.port, block.dynamic_port_schema)
    if not schema.accepts(outcome.output):
        problems = schema.problems(outcome.output)
        text = f"what left by {outcome.port} does not fit its schema: {_sentence(problems)}"
        raise _bad_output(text, problems)
    return size_bytes


def _check_emitted(outcome: Emit | Wait) -> int:
    if isinstance(outcome, MeasuredEmit):
        return outcome.size_bytes
    if isinstance(outcome, Emit) and outcome.variables:
        _check_size(outcome.variables, most=VARIABLES_MAX_BYTES)
    return _check_size(outcome.output)


def _check_size(output: Any, *, most: int = OUTPUT_MAX_BYTES) -> int:
    try:
        text = _encode(output)
        wrong = why_not_kept(output, text)
    except (TypeError, ValueError, RecursionError):
        raise _bad_output("the output is not plain JSON") from None
    if wrong:
        raise _bad_output(f"{wrong}, which cannot be kept")
    size_bytes = len(text)
    if size_bytes > most:
        what = "hand on" if most == OUTPUT_MAX_BYTES else "set variables to"
        raise _bad_output(f"the output has {size_bytes:,} bytes; a step may {what} {most:,}")
    return size_bytes


def _bad_output(text: str, problems: list[Problem] | None = None) -> BlockError:
    message = f"The block's result cannot be used: {text}."
    return BlockError("block.bad_output", message, retryable=False, problems=_plain(problems or []))


def _sentence(problems: list[Problem]) -> str:
    shown = "; ".join(problem.message for problem in problems[:PROBLEMS_SHOWN])
    more = len(problems) - PROBLEMS_SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _plain(problems: list[Problem]) -> list[dict[str, str]]:
    return [{"pointer": item.pointer, "message": item.message} for item in problems]
