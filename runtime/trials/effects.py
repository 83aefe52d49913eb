"""What trying a draft would change: told before it begins, and of a trial that only told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry
from runtime.flows.model import every_step
from runtime.runs._shown import StepView
from runtime.runs.attempt import SIMULATED
from runtime.runs.simulating import changes_something
from runtime.runs.values import manifest_of, safe_value

DEVICES = frozenset({"ssh", "snmp"})
"""Abilities by which a step reaches into the network itself, where customers may notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """A step that changes something where it may.

    Attributes:
        is_service_affecting: It reaches devices of the network.
    """

    step: str
    title: str
    summary: str
    is_service_affecting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """A step that a trial did not really do.

    Attributes:
        told: What it would have done, where it can say so in words.
        sends: With what it would have been performed: settings and input, secrets masked.
    """

    step: str
    title: str
    told: tuple[str, ...]
    sends: Mapping[str, Any]


def changing_steps(document: Mapping[str, Any], registry: Registry) -> list[Changing]:
    """List the steps of a draft that change something, in the order they stand there."""
    return list(_changing(document, registry))


def spared_steps(
    steps: Iterable[StepView], titles: Mapping[str, str], registry: Registry
) -> list[Spared]:
    """List what a trial would have changed, in the order its steps came."""
    return [found for one in steps if (found := _spared(one, titles, registry)) is not None]


def _changing(document: Mapping[str, Any], registry: Registry) -> Iterator[Changing]:
    for id_, step, _ in every_step(document):
        block = registry.find(step["block"], step["version"])
        if block is None or not changes_something(block.manifest):
            continue
        names = {one.name for one in block.manifest.permissions}
        yield Changing(
            step=id_,
            title=step.get("title") or block.manifest.title,
            summary=block.manifest.summary,
            is_service_affecting=bool(names & DEVICES),
        )


def _spared(step: StepView, titles: Mapping[str, str], registry: Registry) -> Spared | None:
    lines = [line["message"] for line in step.logs if line["message"].startswith(SIMULATED)]
    if not lines:
        return None
    manifest = manifest_of(step, registry)
    sends = {part: safe_value(step, part, manifest) for part in ("config", "input")}
    told = tuple(line.removeprefix(SIMULATED).strip() for line in lines)
    return Spared(
        step=step.step,
        title=titles.get(step.step.rpartition(".")[2], step.step),
        told=tuple(one for one in told if one),
        sends={part: value for part, value in sends.items() if value},
    )
