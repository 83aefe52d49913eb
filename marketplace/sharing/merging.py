"""Three versions of a shared document put together: as it was taken over, the publisher's, mine.

Workflows are merged as drafts are (`runtime.drafts.merging`): by steps, wires and fields. What is
asked here besides is whether the whole still works: two changes that are each right can close a
circle of wires, or read a step that the other took away. Rules and decision tables are merged
field by field, their lists whole. Pure.

A CSP's overlay is merged like a customer's: its own document is "mine" against the publisher's, and
what comes of it is "theirs" for its customers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from blocks.registry import Registry
from kernel.schema import pointer_to
from marketplace.sharing.findings import Path
from marketplace.sharing.places import Places
from runtime.drafts.flat import flattened, has_repeated_ids, nested
from runtime.drafts.merging import ABSENT, Choices, is_same, merged
from runtime.flows.safe import for_reader
from runtime.flows.validate import check_flow
from runtime.secrecy import masked

Document = Mapping[str, Any]
Side = Literal["mine", "theirs"]
WIRES, WHOLE = "/wires", "/"
_SHOWN_MAX = 200
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What both changed, so that somebody has to choose.

    Attributes:
        pointer: Names it in a choice.
        place: Where it is, as people read it.
        why: What is the matter, in a sentence.
        before, mine, theirs: What stood there, what stands here, what the publisher wants;
            secrets hidden.
    """

    pointer: str
    place: str
    why: str
    before: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What merging made; where there are conflicts left, it has what stands here.

    Attributes:
        notes: What merging did of itself: steps under another id, wires that went with a step.
    """

    document: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...] = ()


def merge(
    base: Document,
    theirs: Document,
    mine: Document,
    registry: Registry,
    choices: Choices | None = None,
) -> Merged:
    """Merge what the publisher made of a document into what was made of it here.

    Args:
        base: As it was taken over.
        theirs: The publisher's newer version.
        mine: As it is here.
        registry: The blocks that are here.
        choices: By a conflict's pointer whose is taken.
    """
    chosen = choices or {}
    if is_same(theirs, base) or is_same(theirs, mine):
        return Merged(document=dict(mine), conflicts=())
    if is_same(mine, base):
        return Merged(document=dict(theirs), conflicts=())
    if "flow" not in mine:
        return _plainly(base, theirs, mine, chosen)
    return _Flows(base, theirs, mine, registry, chosen).merged()


class _Flows:
    """Three workflows, and what a person chose."""

    def __init__(
        self, base: Document, theirs: Document, mine: Document, registry: Registry, choices: Choices
    ) -> None:
        self._base, self._theirs, self._mine = base, theirs, mine
        self._registry = registry
        self._choices = choices

    def merged(self) -> Merged:
        found = merged(self._base, self._mine, self._theirs, self._registry, self._choices)
        conflicts = [self._named(one.path) for one in found.collisions]
        document = found.document
        if not conflicts:
            document, conflicts = self._without_circles(document)
        if not conflicts:
            document, conflicts = self._working(document)
        notes = tuple(_NOTES[one.what].format(one.one, one.other) for one in found.said)
        return Merged(document=document, conflicts=tuple(conflicts), notes=notes)

    def _without_circles(self, document: dict[str, Any]) -> tuple[dict[str, Any], list[Conflict]]:
        """Take one side's new wires out of a circle that both closed together."""
        if has_repeated_ids(document):
            return document, []
        flat = flattened(document)
        circle = _in_circles(flat["wires"])
        if not circle:
            return document, []
        before = flattened(self._base)["wires"]
        sides = {"mine": self._theirs, "theirs": self._mine}
        side = self._choices.get(WIRES)
        if side is None:
            why = f"together the wires go round in a circle, through {', '.join(sorted(circle))}"
            told = {name: _wires_told(self._new(name, before, circle)) for name in sides}
            conflict = Conflict(pointer=WIRES, place="The wires", why=why, before=_NOTHING, **told)
            return document, [conflict]
        dropped = self._new("theirs" if side == "mine" else "mine", before, circle)
        flat["wires"] = [wire for wire in flat["wires"] if wire not in dropped]
        return nested(flat), []

    def _new(self, side: str, before: list[Any], circle: set[str]) -> list[Any]:
        """Give the wires in a circle that one side alone drew."""
        drawn = {"mine": self._mine, "theirs": self._theirs}
        others = flattened(drawn["theirs" if side == "mine" else "mine"])["wires"]
        return [
            wire
            for wire in flattened(drawn[side])["wires"]
            if wire not in before and wire not in others and set(_ends(wire)) <= circle
        ]

    def _working(self, document: dict[str, Any]) -> tuple[dict[str, Any], list[Conflict]]:
        """Ask where together something does not work that worked on both sides."""
        known = {*self._errors(self._mine), *self._errors(self._theirs)}
        new = [one for one in self._errors(document) if one not in known]
        if not new:
            return document, []
        side = self._choices.get(WHOLE)
        if side is not None:
            return dict(self._mine if side == "mine" else self._theirs), []
        conflict = Conflict(
            pointer=WHOLE,
            place="The whole workflow",
            why=f"together the changes do not work: {'; '.join(said for _, said in new[:3])}",
            before=_NOTHING,
            mine="as it is here, without the publisher's changes",
            theirs="as the publisher has it, without your changes",
        )
        return document, [conflict]

    def _errors(self, document: Document) -> list[tuple[str, str]]:
        found = check_flow(document, self._registry)
        return [(one.step, one.message) for one in found if one.severity == "error"]

    def _named(self, path: Path) -> Conflict:
        sides = [self._base, self._mine, self._theirs]
        shown = [flattened(for_reader(one, self._registry, may_change=False)) for one in sides]
        there = next((one for one in (self._mine, self._theirs) if _has(flattened(one), path)), {})
        place = Places(flattened(there) if there else {}, self._registry).name(path)
        return _conflict(path, place, [_at(one, path) for one in shown])


_NOTES = {
    "renamed": "the step {0} was added on both sides: yours is called {1} now",
    "placed": "{0} stays where you put it",
    "wire_gone": "the wire from {0} to {1} went with its step",
    "loop_gone": "the step {0} stands outside now: its loop {1} is gone",
}


def _plainly(base: Document, theirs: Document, mine: Document, choices: Choices) -> Merged:
    """Merge a rule or a decision table."""
    conflicts: list[Conflict] = []
    places = Places(mine)

    def value(path: Path, sides: tuple[Any, Any, Any]) -> Any:
        before, here, there = sides
        if is_same(there, before) or is_same(here, there):
            return here
        if is_same(here, before):
            return there
        if isinstance(here, Mapping) and isinstance(there, Mapping):
            return fields(path, before if isinstance(before, Mapping) else {}, here, there)
        side = choices.get(pointer_to(path))
        if side is None:
            shown = [masked(one, {}) for one in sides]
            conflicts.append(_conflict(path, places.name(path), shown))
        return there if side == "theirs" else here

    def fields(path: Path, before: Document, here: Document, there: Document) -> dict[str, Any]:
        names = [*here, *(one for one in there if one not in here)]
        found = {}
        for name in names:
            sides = tuple(one.get(name, ABSENT) for one in (before, here, there))
            found[name] = value((*path, name), (sides[0], sides[1], sides[2]))
        return {name: one for name, one in found.items() if one is not ABSENT}

    document = fields((), base, mine, theirs)
    return Merged(document=document, conflicts=tuple(conflicts))


def _conflict(path: Path, place: str, sides: list[Any]) -> Conflict:
    before, mine, theirs = sides
    why = "both sides changed it"
    if mine is ABSENT or theirs is ABSENT:
        one, other = ("you", "the publisher") if mine is ABSENT else ("the publisher", "you")
        why = f"{one} removed it, and {other} changed it"
    return Conflict(
        pointer=pointer_to(path),
        place=place,
        why=why,
        before=_told(before),
        mine=_told(mine),
        theirs=_told(theirs),
    )


def _told(value: Any) -> str:
    if value is ABSENT:
        return _NOTHING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def _wires_told(wires: Iterable[Any]) -> str:
    return ", ".join(f"{wire['from']} to {wire['to']}" for wire in wires) or _NOTHING


def _in_circles(wires: list[Any]) -> set[str]:
    """Give the nodes that lie on circles of wires, or between two: what is left when ends go."""
    left = [_ends(wire) for wire in wires]
    while True:
        starts, ends = {one for one, _ in left}, {one for _, one in left}
        kept = [(one, other) for one, other in left if one in ends and other in starts]
        if len(kept) == len(left):
            return starts | ends
        left = kept


def _ends(wire: Any) -> tuple[str, str]:
    return wire["from"].partition(":")[0], wire["to"]


def _has(document: Document, path: Path) -> bool:
    return _at(document, path) is not ABSENT


def _at(document: Any, path: Path) -> Any:
    for part in path:
        if not (isinstance(document, Mapping) and part in document):
            return ABSENT
        document = document[part]
    return document
