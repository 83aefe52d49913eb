"""A workflow as a document and as values: triggers, steps and the wires between them.

The document's JSON Schema says what has the right shape; whether a workflow makes sense (known
blocks, no cycles, expressions that compile) is judged by `runtime.flows.validate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from blocks.manifest import Retry
from kernel.errors import InvalidError, Problem
from kernel.json_text import no_number_at, why_not_kept
from kernel.numbers import rounding_problems
from kernel.schema import Schema, pointer_to
from runtime.flows._ids import id_problems
from runtime.flows._schema import COLOURS, FLOW_SCHEMA
from runtime.flows._trigger_schema import TriggerKind

__all__ = ["COLOURS", "FLOW_SCHEMA"]

DONE_PORT, ERROR_PORT = "done", "error"
DEPTH_MAX = 64
SIZE_MAX_BYTES = 1024 * 1024
JOINS = {"all": 0, "any": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What starts a workflow.

    Attributes:
        settings: What the kind needs beside the title: such as when it starts.
        dedup: Expression over `trigger`; a second start with the same value does nothing.
    """

    id: str
    kind: TriggerKind
    title: str = ""
    dedup: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What takes a step back when its run fails or is cancelled: a block with its settings."""

    block: str
    version: str
    config: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    connections: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One block at work in a workflow; None means the block's own retry and time-out hold.

    Attributes:
        join: How many wires to it must be taken before it runs; 0 waits until all are settled.
        container: The step whose body it stands in; "" in the workflow itself.
        worker_group: Only workers that serve this group perform it, `main` being everybody;
            "" takes the block's own.
        connections: By slot of its block, the tenant's connection by its name.
        digest: The block's package as it was when this was published; "" for any.
        disabled: It is switched off: passed over without being performed.
    """

    id: str
    block: str
    version: str
    title: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    join: int = 0
    retry: Retry | None = None
    timeout_s: float | None = None
    undo: Undo | None = None
    container: str = ""
    worker_group: str = ""
    connections: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """From a trigger, or from one port of a step, to a step; a trigger's port is ""."""

    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """How many runs of a workflow, or of one value of `key`, may be under way at a time.

    Attributes:
        policy: What a start does beyond that: run all the same, wait for its turn, replace those
            under way, or not happen.
        most: How many may be under way, >= 1.
        key: Expression over `trigger`; "" counts all runs of the workflow.
    """

    policy: Literal["allow", "queue", "replace", "skip"] = "allow"
    most: int = 1
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFailure:
    """What a failed run sets off: an alarm of this severity, another workflow, both or neither."""

    alarm: str = ""
    flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A workflow of the right shape.

    Attributes:
        steps: All steps, those in the bodies of loops too; ids are unique over all of them.
        wires: Likewise; a wire never crosses the edge of a body.
        variables: The run's variables and their first values.
        input: JSON Schema of what starts it by hand; {} for anything.
    """

    name: str
    triggers: Mapping[str, Trigger]
    steps: Mapping[str, Step]
    wires: tuple[Wire, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    concurrency: Concurrency = field(default_factory=Concurrency)
    on_failure: OnFailure = field(default_factory=OnFailure)


@cache
def flow_schema() -> Schema:
    """Give the compiled schema of a workflow document."""
    return Schema(FLOW_SCHEMA)


def shape_problems(document: Any) -> list[Problem]:
    """List what keeps a document from having a workflow's shape, or from being kept at all."""
    if _is_deeper_than(document, DEPTH_MAX):
        return [Problem("", f"the workflow is nested over {DEPTH_MAX} deep: flatten its settings")]
    try:
        text = json.dumps(document, allow_nan=False)
    except (TypeError, ValueError):
        told = "the workflow holds what is not JSON, such as an infinite number: remove it"
        return [Problem(pointer_to(no_number_at(document)), told)]
    unkept = why_not_kept(document, text)
    if unkept:
        return [Problem("", f"the workflow cannot be kept: {unkept}: remove it")]
    problems = flow_schema().problems(document) or list(id_problems(document))
    if not problems and len(text) > SIZE_MAX_BYTES:
        return [Problem("", "the workflow is larger than 1 MB: split it into several")]
    return problems


def require_shape(document: Any) -> None:
    """Refuse a document as a draft: it has no workflow's shape, or the designer would change it.

    Raises:
        InvalidError: with every problem.
    """
    _refuse(shape_problems(document) or rounding_problems(document))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidError(f"this is no workflow: {problems[0].message}", problems=problems)


def _is_deeper_than(document: Any, most: int) -> bool:
    """Tell it level by level: a call for each level would overflow on what it looks for."""
    level = [document]
    for _ in range(most + 1):
        level = [
            item
            for found in level
            if isinstance(found, dict | list)
            for item in (found.values() if isinstance(found, dict) else found)
        ]
    return bool(level)


def empty_flow(name: str) -> dict[str, Any]:
    """Make the document of a workflow nothing was drawn in yet."""
    return {"flow": 1, "name": name, "triggers": {}, "steps": {}, "wires": []}


def parse_flow(document: Any) -> Flow:
    """Read a workflow document.

    Raises:
        InvalidError: with a problem for each field that has the wrong shape.
    """
    _refuse(shape_problems(document))
    settings = document.get("settings", {})
    concurrency = settings.get("concurrency")
    return Flow(
        name=document["name"],
        triggers={id_: _trigger(id_, found) for id_, found in document["triggers"].items()},
        steps={id_: _step(id_, found, inside) for id_, found, inside in every_step(document)},
        wires=tuple(parse_wire(wire, document["triggers"]) for wire in every_wire(document)),
        variables=document.get("vars", {}),
        input=document.get("input", {}),
        concurrency=_concurrency(concurrency) if concurrency else Concurrency(),
        on_failure=OnFailure(**settings.get("on_failure", {})),
    )


def every_step(
    part: Mapping[str, Any], container: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield id, document and container of each step, those in bodies after what holds them."""
    for id_, step in part["steps"].items():
        yield id_, step, container
        if "body" in step:
            yield from every_step(step["body"], id_)


def every_wire(part: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """Yield each wire, those in bodies too."""
    yield from part["wires"]
    for step in part["steps"].values():
        if "body" in step:
            yield from every_wire(step["body"])


def parse_wire(wire: Mapping[str, Any], triggers: Mapping[str, Any]) -> Wire:
    """Read one wire; a step's end without a port means its port `done`.

    >>> parse_wire({"from": "site:error", "to": "mail"}, {})
    Wire(source='site', port='error', target='mail')
    """
    source, _, port = str(wire["from"]).partition(":")
    if source in triggers:
        if port:
            raise InvalidError(
                "a trigger has no ports",
                problems=[
                    Problem("/wires", f"wires: write {source!r} instead of {wire['from']!r}")
                ],
            )
        return Wire(source, "", str(wire["to"]))
    return Wire(source, port or "done", str(wire["to"]))


def _trigger(id_: str, found: Mapping[str, Any]) -> Trigger:
    plain = ("kind", "title", "notes", "position", "dedup")
    return Trigger(
        id=id_,
        kind=found["kind"],
        title=found.get("title", ""),
        dedup=found.get("dedup", ""),
        settings={name: value for name, value in found.items() if name not in plain},
    )


def _step(id_: str, found: Mapping[str, Any], container: str) -> Step:
    retry, undo, join = found.get("retry"), found.get("undo"), found.get("join", "all")
    return Step(
        id=id_,
        block=found["block"],
        version=found["version"],
        title=found.get("title", ""),
        config=found.get("config", {}),
        input=found.get("input", {}),
        join=join if isinstance(join, int) else JOINS[join],
        retry=Retry(**retry) if retry is not None else None,
        timeout_s=found.get("timeout_s"),
        undo=Undo(**undo) if undo is not None else None,
        container=container,
        worker_group=found.get("worker_group", ""),
        connections=found.get("connections", {}),
        digest=found.get("digest", ""),
        disabled=found.get("disabled", False),
    )


def _concurrency(found: Mapping[str, Any]) -> Concurrency:
    return Concurrency(policy=found["policy"], most=found.get("most", 1), key=found.get("key", ""))
