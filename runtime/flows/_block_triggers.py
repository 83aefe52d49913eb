"""Is a trigger that a block watches for fit to be published?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.registry import Block, Registry
from blocks.schemas import authoring_problems, by_title, is_expression
from kernel.schema import pointer_to
from runtime.flows.connection_checks import slot_problems
from runtime.flows.decided import decided_problems, with_what_counts
from runtime.flows.problems import NOTHING_KNOWN, FlowProblem, Known

EVERY_LEAST_S = 10
EVERY_MOST_S = 86_400
_FIELDS = ("block", "version", "digest", "config", "connections")


def block_trigger_problems(
    id_: str, trigger: Mapping[str, Any], registry: Registry, known: Known = NOTHING_KNOWN
) -> Iterable[FlowProblem]:
    """Yield what is wrong with a trigger of kind `block`, or has no place in one of another."""
    at = f"/triggers/{id_}"
    if trigger["kind"] != "block":
        for field in _FIELDS:
            if field in trigger:
                told = f"{field} of {id_}: only a trigger of kind block has one: remove it"
                yield FlowProblem(f"{at}/{field}", told)
        return
    every_s = trigger.get("every_s", EVERY_LEAST_S)
    if not EVERY_LEAST_S <= every_s <= EVERY_MOST_S:
        told = f"every_s of {id_}: between {EVERY_LEAST_S} seconds and a day"
        yield FlowProblem(f"{at}/every_s", told)
    block = registry.find(str(trigger.get("block", "")), str(trigger.get("version", "")))
    yield from _of_its_block(id_, at, trigger, block)
    if block is not None:
        slots = block.manifest.secrets
        for pointer, told in slot_problems(slots, trigger.get("connections", {}), known):
            yield FlowProblem(f"{at}/connections/{pointer}", f"{id_}: {told}")


def _of_its_block(
    id_: str, at: str, trigger: Mapping[str, Any], block: Block | None
) -> Iterable[FlowProblem]:
    named = str(trigger.get("block", "")), str(trigger.get("version", ""))
    if block is None:
        told = f"{id_}: the block {' '.join(named).strip()} is not installed: choose another"
        yield FlowProblem(f"{at}/block", told)
        return
    manifest = block.manifest
    if manifest.trigger is None:
        told = f"{id_}: {manifest.title} starts no workflows: choose a block that does"
        yield FlowProblem(f"{at}/block", told)
        return
    if not block.standing.starts_runs:
        told = f"{id_}: {manifest.title} is {block.standing.value}: choose another version"
        yield FlowProblem(f"{at}/version", told)
    if manifest.trigger.mode != "poll" and "every_s" in trigger:
        told = f"every_s of {id_}: {manifest.title} is told and never asked: remove it"
        yield FlowProblem(f"{at}/every_s", told)
    yield from decided_problems(id_, "", at, trigger, block)
    config = with_what_counts(trigger, block).get("config", {})
    for problem in authoring_problems(block.config_schema, config):
        said = by_title(block.config_schema.document, problem).message
        yield FlowProblem(f"{at}/config{problem.pointer}", f"{id_}: {said}")
    for path in _expressions(config, ()):
        where = f"{at}/config{pointer_to(path)}"
        told = f"{id_}: {path[-1]}: nothing has happened yet that an expression could read"
        yield FlowProblem(where, f"{told}: write a value")


def _expressions(value: Any, path: tuple[str | int, ...]) -> Iterable[tuple[str | int, ...]]:
    if is_expression(value):
        yield path
    pairs: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for name, item in pairs:
        yield from _expressions(item, (*path, name))
