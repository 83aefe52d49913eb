"""A rehearsal in words: which step did what, for people who never saw a trace. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry, output_ports
from runtime.flows.model import ERROR_PORT, every_step
from runtime.rehearsal.trace import Line, Rehearsed
from runtime.runs.paths import split

SHOWN_MAX = 60
_LEFT_OUT = "The same again, shortened here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One step of a rehearsal: what it is called, what became of it, in which round of a loop."""

    title: str
    outcome: str
    tone: str = "neutral"
    is_inside: bool = False


def told(done: Rehearsed, flow: Mapping[str, Any], registry: Registry) -> list[Beat]:
    """Tell a rehearsal step by step, the first 60."""
    steps = {id_: step for id_, step, _ in every_step(flow)}
    beats = [_beat(line, steps, registry) for line in done.trace[:SHOWN_MAX]]
    more = len(done.trace) - SHOWN_MAX
    return [*beats, Beat(title=_LEFT_OUT, outcome=f"{more} more")] if more > 0 else beats


def _beat(line: Line, steps: Mapping[str, Mapping[str, Any]], registry: Registry) -> Beat:
    scope, id_ = split(line.step)
    step = steps[id_]
    title = step.get("title") or id_
    if line.error is not None:
        outcome = f"Failed: {line.error.get('message', '')}"
        return Beat(title=title, outcome=outcome, tone="bad", is_inside=bool(scope))
    if not line.port:
        return Beat(title=title, outcome="Begins its rounds", is_inside=bool(scope))
    word, tone = _port(step, line.port, registry)
    return Beat(title=title, outcome=word, tone=tone, is_inside=bool(scope))


def _port(step: Mapping[str, Any], name: str, registry: Registry) -> tuple[str, str]:
    """Give a way out in words, and its tone."""
    block = registry.find(step["block"], step["version"])
    if block is None or name == ERROR_PORT:
        return name, "bad"
    for port in output_ports(block.manifest, step.get("config", {})):
        if port.name == name:
            return port.title, port.tone
    return name, "neutral"
