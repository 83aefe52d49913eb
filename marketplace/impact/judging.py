"""What a new version of a block would break in one workflow. Pure: documents and manifests.

The whole workflow is checked with the new version in it, as publishing it would; what is wrong then
and was not before is told. Beyond what publishing refuses, a field that an expression reads and
that the new version does not name any more counts: an open schema would let it pass, and the
run would fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from blocks.decided import with_decisions
from blocks.manifest import Manifest
from blocks.registry import Block, Registry, output_ports
from blocks.schemas import is_schema, texts_with_widget
from blocks.sdk import BlockError, Context, Outcome
from marketplace.impact.model import Breakage, Breaks, FlowImpact
from runtime.expressions.evaluating import check_expression, expressions_in
from runtime.expressions.references import Path as Read
from runtime.expressions.references import paths_read_by
from runtime.flows.model import every_step, shape_problems
from runtime.flows.problems import NOTHING_KNOWN, FlowProblem, Known
from runtime.flows.upgraded import upgraded, users_of
from runtime.flows.validate import check_flow

_OUTPUT_AT = 2
"""Where `output` stands in `steps.a.output.field`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a workflow lives among: the blocks there are, with the new version, and its tenant's."""

    registry: Registry
    known: Known = NOTHING_KNOWN


def with_candidate(registry: Registry, new: Manifest) -> Registry:
    """Give the blocks with a version that is not installed; it can be checked with, never run.

    What providers decided about settings of the block is decided of the new version as well.
    """
    others = [
        one
        for one in registry.each()
        if (one.manifest.id, one.manifest.version) != (new.id, new.version)
    ]
    there = registry.latest(new.id)
    decided = there.decided if there is not None else None
    candidate = Block(manifest=new, run=_never, folder=Path())
    candidate = with_decisions(candidate, decided.presets if decided is not None else ())
    return Registry([*others, candidate], f"{registry.mark}+{new.id}@{new.version}")


def judge(
    flow: tuple[UUID, str, Mapping[str, Any]],
    new: Manifest,
    versions: Collection[str],
    around: Surroundings,
) -> FlowImpact | None:
    """Tell what becomes of a workflow if a new version takes the place of some older ones.

    Args:
        flow: Its id, its name and its document as it is live.
        new: The manifest of the new version.
        versions: The older versions of the same block whose place it takes.
        around: What it lives among; the new version is among the blocks (`with_candidate`).

    Returns:
        None where it uses none of these versions.
    """
    flow_id, name, document = flow
    if shape_problems(document):
        return None
    before = dict(users_of(document, new.id, versions))
    if not before:
        return None
    moved = upgraded(document, new, versions)
    after = {id_: one for id_, one in users_of(moved, new.id, {new.version}) if id_ in before}
    gone = {one.pointer: one for one in _gone_fields(document, moved, before, around.registry)}
    known = {(one.pointer, one.message) for one in _errors(document, around)}
    fresh = [one for one in _errors(moved, around) if (one.pointer, one.message) not in known]
    broken = [_breakage(one, set(before), moved) for one in fresh if one.pointer not in gone]
    return FlowImpact(
        flow_id=flow_id,
        name=name,
        steps=tuple(before),
        migrated=tuple(id_ for id_ in before if _config(before[id_]) != _config(after[id_])),
        breakages=tuple(sorted([*broken, *gone.values()], key=lambda one: one.pointer)),
    )


def _never(_: Context) -> Outcome:
    raise BlockError("block.not_installed", "This version is not installed.", retryable=False)


def _config(user: Mapping[str, Any]) -> Any:
    return user.get("config", {}), user.get("undo", {}).get("config", {})


def _errors(document: Mapping[str, Any], around: Surroundings) -> list[FlowProblem]:
    found = check_flow(document, around.registry, around.known)
    return [one for one in found if one.severity == "error"]


def _breakage(
    problem: FlowProblem, touched: Collection[str], document: Mapping[str, Any]
) -> Breakage:
    kind = _kind_of(problem.pointer.split("/"), problem.step in touched)
    if kind is Breaks.SETTINGS and _reads(_at(document, problem.pointer), touched):
        kind = Breaks.FIELD
    return Breakage(kind=kind, step=problem.step, pointer=problem.pointer, message=problem.message)


def _kind_of(parts: list[str], is_touched: bool) -> Breaks:  # noqa: FBT001  whose it is
    if "wires" in parts:
        return Breaks.PORT
    if "connections" in parts:
        return Breaks.SECRET
    if "config" in parts or "input" in parts:
        return Breaks.SETTINGS if is_touched else Breaks.FIELD
    return Breaks.OTHER


def _at(document: Any, pointer: str) -> Any:
    """Give what a pointer leads to; None where that is nothing."""
    here = document
    for part in pointer.split("/")[1:]:
        if isinstance(here, Mapping):
            here = here.get(part.replace("~1", "/").replace("~0", "~"))
        elif isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        else:
            return None
    return here


def _reads(value: Any, touched: Collection[str]) -> bool:
    """Tell whether a value is an expression that reads one of these steps."""
    texts = [text for _, text in expressions_in(value)] if isinstance(value, str) else []
    return any(step in touched for text in texts for step, _ in _read_outputs(text))


def _gone_fields(
    document: Mapping[str, Any],
    moved: Mapping[str, Any],
    touched: Collection[str],
    registry: Registry,
) -> Iterator[Breakage]:
    """Yield what reads a field that the older version named and the new one does not."""
    before, after = (
        {id_: _schemas_of(step, registry) for id_, step, _ in every_step(one) if id_ in touched}
        for one in (document, moved)
    )
    for reader, pointer, text in _texts(moved, registry):
        for step, path in _read_outputs(text):
            if step not in before or not path:
                continue
            if _names(before[step], path) and not _may_have(after[step], path):
                read = ".".join(("steps", step, "output", *path))
                told = f"{read} is not given any more: read another field, or stop reading it"
                yield Breakage(kind=Breaks.FIELD, step=reader, pointer=pointer, message=told)


def _texts(document: Mapping[str, Any], registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Yield who reads, where, and the text of every expression and condition of steps."""
    for id_, step, at in _placed(document):
        for holder, place in ((step, at), (step.get("undo", {}), f"{at}/undo")):
            block = registry.find(holder.get("block", ""), holder.get("version", ""))
            for part in ("config", "input"):
                value = holder.get(part, {})
                schema = getattr(block.manifest, part) if block is not None else {}
                found = [*expressions_in(value), *texts_with_widget("expression", schema, value)]
                for pointer, text in dict(found).items():
                    yield id_, f"{place}/{part}{pointer}", text


def _placed(
    part: Mapping[str, Any], pointer: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for id_, step in part["steps"].items():
        at = f"{pointer}/steps/{id_}"
        yield id_, step, at
        if "body" in step:
            yield from _placed(step["body"], f"{at}/body")


def _read_outputs(text: str) -> Iterator[tuple[str, Read]]:
    """Yield the steps whose output an expression reads, and the fields of it."""
    text = text.removeprefix("= ")
    if check_expression(text) is not None:
        return
    for path in sorted(paths_read_by(text)):
        if path[0] == "steps" and path[_OUTPUT_AT : _OUTPUT_AT + 1] == ("output",):
            yield path[1], path[_OUTPUT_AT + 1 :]


def _schemas_of(step: Mapping[str, Any], registry: Registry) -> list[Mapping[str, Any]]:
    block = registry.find(step["block"], step["version"])
    if block is None:
        return [{}]
    return [port.schema for port in output_ports(block.manifest, step.get("config", {}))]


def _names(schemas: list[Mapping[str, Any]], path: Read) -> bool:
    """Tell whether one of some schemas names all of a path."""
    return any(_leads(one, path) is True for one in schemas)


def _may_have(schemas: list[Mapping[str, Any]], path: Read) -> bool:
    """Tell whether one of some schemas names a path, or describes nothing where it would be."""
    return any(_leads(one, path) is not False for one in schemas)


def _leads(schema: Mapping[str, Any], path: Read) -> bool | None:
    """Tell whether a schema names a path; None where it describes nothing on the way."""
    for name in path:
        properties = schema.get("properties")
        if not properties:
            return False if schema.get("additionalProperties") is False else None
        inner = properties.get(name)
        if not is_schema(inner):
            return False
        schema = inner
    return True
