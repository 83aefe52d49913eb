"""What changed between two documents of a workflow, in words a person reads: no JSON, no pointers.

Pure. Fields are called as the block's schema titles them, steps as the canvas does. Secrets are
never told, only that they changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from blocks.registry import Registry
from blocks.schemas import field_schema
from runtime.drafts.aligning import aligned
from runtime.drafts.flat import WITHIN, flattened
from runtime.drafts.merging import ABSENT, is_same
from runtime.flows.safe import for_reader
from runtime.secrecy import MASK

Document = Mapping[str, Any]
Kind = Literal["added", "removed", "changed", "moved"]
VALUE_MAX = 80
_TRIGGERS = {"rule": "Rule", "manual": "By hand", "schedule": "Schedule", "webhook": "Webhook"}
_LABELS = {
    "timeout_s": "Time limit",
    "join": "Waits for",
    "within": "Loop",
    "vars": "Variable",
    "dedup": "Starts once for each",
    "on_failure": "On failure",
    "every_s": "Seconds between starts",
}
_ASIDE = ("position", "size", "digest", "body")
"""What says nothing of what a step does: its place, its package's digest, what stands inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that changed: `node` is the step or trigger, "" for the workflow itself."""

    kind: Kind
    node: str
    title: str
    text: str


def changes_told(old: Document, new: Document, registry: Registry) -> list[Told]:
    """Tell what changed, the workflow's name first, then triggers, steps, wires and the rest."""
    old, called = aligned(old, new, registry)
    before, after = _Side(old, registry), _Side(new, registry)
    return [
        *_whole(before, after, ("name", "description")),
        *(_called(after, was, now) for was, now in called.items()),
        *_nodes(before, after, "triggers"),
        *_nodes(before, after, "steps"),
        *_wires(before, after),
        *_whole(before, after, ("vars", "settings", "input")),
        *_canvas(before, after),
    ]


def node_title(id_: str, node: Document, registry: Registry) -> str:
    """Call a step or trigger as the canvas does."""
    if node.get("title"):
        return str(node["title"])
    if "block" in node:
        block = registry.find(node["block"], node["version"])
        return block.manifest.title if block is not None else id_
    return _TRIGGERS.get(node.get("kind", ""), id_)


def value_told(value: Any) -> str:
    """Write a value for a sentence.

    >>> [value_told(one) for one in ("", True, 3, {"a": 1}, "x")]
    ['nothing', 'yes', '3', '{"a": 1}', '“x”']
    """
    if value in (ABSENT, "", None):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    is_text = isinstance(value, str)
    text = value if is_text else json.dumps(value, ensure_ascii=False)
    if len(text) > VALUE_MAX:
        text = text[: VALUE_MAX - 1] + "…"
    return f"“{text}”" if is_text and value != MASK else text


def label_of(path: Sequence[str], node: Document, registry: Registry) -> str:
    """Name a field of a step or trigger as its form does: `("input", "to")` is `To`."""
    parts, schema = list(path), dict[str, Any]()
    prefix = []
    if parts[0] == "undo" and len(parts) > 1:
        prefix, node, parts = ["Undo"], node.get("undo", {}), parts[1:]
    if parts[0] in ("config", "input") and len(parts) > 1 and "block" in node:
        block = registry.find(node["block"], node["version"])
        schema = getattr(block.manifest, parts[0]) if block is not None else {}
        parts = parts[1:]
    labels = []
    for part in parts:
        schema = dict(field_schema(schema, part))
        plain = part.replace("_", " ")
        labels.append(schema.get("title") or _LABELS.get(part) or plain[:1].upper() + plain[1:])
    return ": ".join([*prefix, *labels])


class _Side:
    """One of the two documents, flat, and the same without its secrets."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.flat = flattened(document)
        self.safe = flattened(for_reader(document, registry, may_change=False))
        self.registry = registry

    def title(self, id_: str) -> str:
        node = self.flat["steps"].get(id_) or self.flat["triggers"].get(id_)
        return node_title(id_, node, self.registry) if node else id_

    def shown(self, path: Iterable[str]) -> Any:
        """Give what stands at a path as everybody may see it."""
        value: Any = self.safe
        for name in path:
            if not isinstance(value, Mapping):
                return value
            value = value.get(name, ABSENT)
        return value


def _leaves(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths at which two values differ, as deep as both have fields."""
    if is_same(old, new):
        return
    sides = [one for one in (old, new) if one is not ABSENT]
    if not all(isinstance(one, Mapping) and one for one in sides):
        yield path
        return
    for name in dict.fromkeys(name for side in sides for name in side):
        if not path and name in _ASIDE:
            continue
        inner = [
            one.get(name, ABSENT) if isinstance(one, Mapping) else ABSENT for one in (old, new)
        ]
        yield from _leaves(inner[0], inner[1], (*path, name))


def _sentence(label: str, before: _Side, after: _Side, path: tuple[str, ...]) -> str:
    was, is_now = before.shown(path), after.shown(path)
    if MASK in (was, is_now) and is_same(was, is_now):
        return f"{label} changed (a secret)"
    if was is ABSENT:
        return f"{label} set to {value_told(is_now)}"
    if is_now is ABSENT:
        return f"{label} no longer set (was {value_told(was)})"
    return f"{label} changed from {value_told(was)} to {value_told(is_now)}"


def _nodes(before: _Side, after: _Side, shelf: str) -> Iterator[Told]:
    old, new = before.flat[shelf], after.flat[shelf]
    for id_ in [*new, *(one for one in old if one not in new)]:
        title = (after if id_ in new else before).title(id_)
        if id_ not in old:
            yield Told(kind="added", node=id_, title=title, text="added")
        elif id_ not in new:
            yield Told(kind="removed", node=id_, title=title, text="removed")
        else:
            yield from _node(before, after, (shelf, id_), title)


def _node(before: _Side, after: _Side, at: tuple[str, str], title: str) -> Iterator[Told]:
    old, new = before.flat[at[0]][at[1]], after.flat[at[0]][at[1]]
    texts = [
        _in_loop(after, new)
        if path == (WITHIN,)
        else _switched(new)
        if path == ("disabled",)
        else _sentence(label_of(path, new, after.registry), before, after, (*at, *path))
        for path in _leaves(old, new)
        if path != ("disabled",) or bool(old.get("disabled")) != bool(new.get("disabled"))
    ]
    for text in texts:
        yield Told(kind="changed", node=at[1], title=title, text=text)
    if not texts and "position" in old and not is_same(old["position"], new.get("position")):
        yield Told(kind="moved", node=at[1], title=title, text="moved")


def _called(after: _Side, was: str, now: str) -> Told:
    text = f"called {now} instead of {was}, with all that reads it"
    return Told(kind="changed", node=now, title=after.title(now), text=text)


def _in_loop(after: _Side, node: Document) -> str:
    loop = node.get(WITHIN)
    return f"put into {after.title(loop)}" if loop else "taken out of its loop"


def _switched(node: Document) -> str:
    return "switched off" if node.get("disabled") else "switched on"


def _wires(before: _Side, after: _Side) -> Iterator[Told]:
    old, new = (
        [(one["from"], one["to"]) for one in side.flat["wires"]] for side in (before, after)
    )
    for wire in new:
        if wire not in old:
            yield _wire("added", after, wire)
    nodes = {*after.flat["steps"], *after.flat["triggers"]}
    for wire in old:
        ends = {wire[0].partition(":")[0], wire[1]}
        if wire not in new and ends <= nodes:  # else it went with its step
            yield _wire("removed", after, wire)


def _wire(kind: Kind, side: _Side, wire: tuple[str, str]) -> Told:
    source, _, port = wire[0].partition(":")
    way = f" ({port})" if port not in ("", "done") else ""
    text = f"to {side.title(wire[1])} {kind}"
    return Told(kind=kind, node="", title=f"Wire from {side.title(source)}{way}", text=text)


def _whole(before: _Side, after: _Side, names: Iterable[str]) -> Iterator[Told]:
    for name in names:
        old, new = before.flat.get(name, ABSENT), after.flat.get(name, ABSENT)
        for path in _leaves(old, new, (name,)):
            label = label_of(path, {}, after.registry)
            yield Told(
                kind="changed", node="", title="", text=_sentence(label, before, after, path)
            )


def _canvas(before: _Side, after: _Side) -> Iterator[Told]:
    for shelf, word in (("groups", "Group"), ("notes", "Note")):
        old, new = (side.flat.get("canvas", {}).get(shelf, {}) for side in (before, after))
        for id_ in dict.fromkeys([*new, *old]):
            one = new.get(id_) or old[id_]
            title = f"{word} {value_told(one.get('title') or one.get('text') or id_)}"
            if id_ not in old or id_ not in new:
                kind: Kind = "added" if id_ in new else "removed"
                yield Told(kind=kind, node="", title=title, text=kind)
            elif list(_leaves(old[id_], new[id_])):
                yield Told(kind="changed", node="", title=title, text="changed")
