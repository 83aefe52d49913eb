"""Steps and variables called otherwise: whatever reads, reaches or lists them follows. Pure.

Expressions are rewritten by what they read (`runtime.expressions.rewriting`), in settings, inputs
and undos, in conditions too; so are wires, the groups on the canvas, and the block that sets
variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from kernel.schema import path_of, pointer_to
from runtime.expressions.evaluating import PREFIX, expressions_in
from runtime.expressions.rewriting import Names, renamed
from runtime.flows._expression_checks import condition_texts
from runtime.flows.model import FLOW_SCHEMA, every_step

SET_VARIABLES = "garland.set-variables"
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"}
    | {"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
)
"""Words an expression cannot read as a name (CEL's own)."""
Sort = Literal["step", "variable"]
_ID_PATTERN: str = FLOW_SCHEMA["properties"]["vars"]["propertyNames"]["pattern"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One text that reads the renamed: where it stands now, what it was, what it is."""

    step: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """A document after a renaming, every expression it rewrote, and how many wires it led on."""

    document: dict[str, Any]
    rewrites: tuple[Rewrite, ...]
    wires: int


def rename(
    document: Mapping[str, Any], sort: Sort, old: str, new: str, registry: Registry
) -> Renaming:
    """Call a step or a variable otherwise, wherever it is named.

    Raises:
        InvalidError: there is no such one, the name is taken, or cannot be one; says the remedy.
    """
    _refuse_bad_name(document, sort, old, new)
    if sort == "step":
        return renamed_nodes(document, {old: new}, registry)
    names: Names = {("vars", old): new}
    rewriter = _Rewriter(registry, names, {})
    part = rewriter.part(document)
    variables = {(new if name == old else name): one for name, one in document["vars"].items()}
    return Renaming(
        document={**document, **part, "vars": variables},
        rewrites=tuple(rewriter.found),
        wires=0,
    )


def renamed_nodes(
    document: Mapping[str, Any], nodes: Mapping[str, str], registry: Registry
) -> Renaming:
    """Call steps and triggers otherwise; the new ids are free."""
    rewriter = _Rewriter(registry, {("steps", old): new for old, new in nodes.items()}, nodes)
    part = rewriter.part(document)
    triggers = {nodes.get(id_, id_): one for id_, one in document["triggers"].items()}
    changed = {**document, **part, "triggers": triggers}
    if "canvas" in document:
        changed["canvas"] = _grouped(document["canvas"], nodes)
    return Renaming(document=changed, rewrites=tuple(rewriter.found), wires=rewriter.wires_led_on)


def _refuse_bad_name(document: Mapping[str, Any], sort: Sort, old: str, new: str) -> None:
    steps = {id_ for id_, _, _ in every_step(document)}
    known = steps if sort == "step" else set(document.get("vars", {}))
    taken = {*steps, *document["triggers"]} if sort == "step" else known
    why = None
    if old not in known:
        why = f"there is no {sort} {old}: choose one that is there"
    elif not re.fullmatch(_ID_PATTERN, new):
        why = "use small letters, digits and underscores, beginning with a letter, 60 at most"
    elif new in RESERVED:
        why = f"{new} is a word of expressions: choose another, such as {new}_value"
    elif new != old and new in taken:
        why = f"{new} is taken: choose another, such as {_free(new, taken)}"
    if why is not None:
        raise InvalidError(f"nothing was renamed: {why}", problems=[Problem("/name", why)])


def _free(wish: str, taken: set[str]) -> str:
    return next(name for n in range(2, len(taken) + 3) if (name := f"{wish}_{n}") not in taken)


def _grouped(canvas: Mapping[str, Any], nodes: Mapping[str, str]) -> dict[str, Any]:
    groups = {
        id_: {**group, "steps": [nodes.get(one, one) for one in group.get("steps", [])]}
        for id_, group in canvas.get("groups", {}).items()
    }
    return {**canvas, "groups": groups} if "groups" in canvas else dict(canvas)


class _Rewriter:
    """Goes through a document once and notes what it rewrote."""

    def __init__(self, registry: Registry, names: Names, nodes: Mapping[str, str]) -> None:
        self._registry = registry
        self._names = names
        self._nodes = nodes
        self.found: list[Rewrite] = []
        self.wires_led_on = 0

    def part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Rewrite the steps and wires of a workflow or of a body."""
        steps = {}
        for id_, step in part["steps"].items():
            called = self._nodes.get(id_, id_)
            steps[called] = self._used(called, step)
            if "undo" in step:
                steps[called]["undo"] = self._used(called, step["undo"])
            if "body" in step:
                steps[called]["body"] = {**step["body"], **self.part(step["body"])}
        return {"steps": steps, "wires": [self._wire(wire) for wire in part["wires"]]}

    def _wire(self, wire: Mapping[str, str]) -> dict[str, str]:
        source, colon, port = wire["from"].partition(":")
        led = {
            "from": f"{self._nodes.get(source, source)}{colon}{port}",
            "to": self._nodes.get(wire["to"], wire["to"]),
        }
        self.wires_led_on += led != wire
        return led

    def _used(self, id_: str, used: Mapping[str, Any]) -> dict[str, Any]:
        """Rewrite what a block is set up with and given."""
        block = self._registry.find(used["block"], used["version"])
        changed = dict(used)
        for key in ("config", "input"):
            if key not in used:
                continue
            schema = getattr(block.manifest, key) if block is not None else {}
            for pointer, text, prefix in _texts(schema, used[key]):
                new = renamed(text, self._names)
                if new != text:
                    changed[key] = _put(changed[key], path_of(pointer), prefix + new)
                    field = pointer_to([key]) + pointer
                    self.found.append(Rewrite(step=id_, field=field, before=text, after=new))
        if used["block"] == SET_VARIABLES and "values" in changed.get("config", {}):
            values = {
                self._names.get(("vars", name), name): value
                for name, value in changed["config"]["values"].items()
            }
            changed["config"] = {**changed["config"], "values": values}
        return changed


def _texts(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str, str]]:
    yield from ((pointer, text, PREFIX) for pointer, text in expressions_in(value))
    yield from ((pointer, text, "") for pointer, text in condition_texts(schema, value))


def _put(value: Any, path: list[str], text: str) -> Any:
    if not path:
        return text
    if isinstance(value, list):
        at = int(path[0])
        return [_put(one, path[1:], text) if i == at else one for i, one in enumerate(value)]
    return {**value, path[0]: _put(value[path[0]], path[1:], text)}
