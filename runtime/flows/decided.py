"""What of a step's settings does not count, because a provider decided on it; and what does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.registry import Block
from runtime.flows.problems import FlowProblem


def decided_problems(
    title: str, step: str, pointer: str, holder: Mapping[str, Any], block: Block
) -> Iterable[FlowProblem]:
    """Yield what is written where a provider decided, and that a version does not fit with it.

    Of what is hidden each value is told of, whether or not it is the provider's: nobody finds that
    out by trying. Values are never told.

    Args:
        title: What people call the step or trigger.
        step: Its id; "" for a trigger.
        pointer: Where it, or its undo, stands.
        holder: What stands there.
        block: Its block.
    """
    decided = block.decided
    if decided is None:
        return
    if decided.problem:
        yield FlowProblem(f"{pointer}/version", f"{title}: {decided.problem}", step)
    for name, value in holder.get("config", {}).items():
        if name not in decided.away or decided.fixed.get(name, _NOTHING) == value:
            continue
        told = f"{title}: {name} is set by your provider: what is written here does not count"
        yield FlowProblem(f"{pointer}/config/{name}", f"{told}, take it out", step, "warning")


def with_what_counts(holder: Mapping[str, Any], block: Block) -> dict[str, Any]:
    """Give a step, trigger or undo with those of its settings that count."""
    decided = block.decided
    if decided is None or "config" not in holder:
        return dict(holder)
    return {**holder, "config": decided.left(holder["config"])}


_NOTHING = object()
