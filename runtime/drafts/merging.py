"""Two people's changes of one draft put together: what both read, what one made, what the other.

What does not collide is taken of both: steps and triggers by their ids, wires and the members of
groups one by one, settings and inputs field by field. Where both changed the same field, or one
removed what the other changed, it is a collision, and a person chooses. Lists of settings are
whole: what was inserted where is not guessed. Pure.

Places on the canvas are never asked about: who merges keeps theirs. Steps that both added under
one id are both kept, mine under another id. Wires to what is gone go with it. All of that is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from blocks.registry import Registry
from kernel.schema import path_of, pointer_to
from runtime.drafts.flat import WITHIN, flattened, has_repeated_ids, loose_steps, nested
from runtime.drafts.renaming import renamed_nodes
from runtime.flows.model import shape_problems

Document = Mapping[str, Any]
Path = tuple[str, ...]
Side = Literal["mine", "theirs"]
Choices = Mapping[str, Side]


class Absent(Enum):
    """What stands where a side has nothing."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
_PLACES = ("position", "size")
_SHELVES: tuple[Path, ...] = (("steps",), ("triggers",), ("canvas", "groups"), ("canvas", "notes"))
_IDENTITY = ("block", "version", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """What both changed: `path` into the flat workflow, and what each side has there."""

    path: Path
    base: Any
    mine: Any
    theirs: Any

    @property
    def pointer(self) -> str:
        """Name it, so that a choice can."""
        return pointer_to(self.path)


@dataclass(frozen=True, slots=True)
class Said:
    """What merging did of itself: `what`, and the node or wire it did it to."""

    what: Literal["renamed", "placed", "wire_gone", "loop_gone"]
    one: str
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The document of both. Where they collide and nobody chose, it has mine."""

    document: dict[str, Any]
    collisions: tuple[Collision, ...]
    said: tuple[Said, ...]


def merged(
    base: Document, mine: Document, theirs: Document, registry: Registry, choices: Choices | None
) -> Merge:
    """Merge three ways.

    Args:
        base: What both began with.
        mine: What the one who merges made of it.
        theirs: What was saved meanwhile.
        registry: The blocks that are installed, for the conditions in their settings.
        choices: By a collision's pointer, whose is taken; those without one are given back.
    """
    if is_same(theirs, base) or is_same(mine, theirs):
        return Merge(document=dict(mine), collisions=(), said=())
    if is_same(mine, base):
        return Merge(document=dict(theirs), collisions=(), said=())
    if any(map(has_repeated_ids, (base, mine, theirs))):
        merging = _Merging(choices or {}, {("steps",), ("wires",)})
        document = merging.value((), base, mine, theirs)
        return Merge(document=document, collisions=tuple(merging.collisions), said=())
    said: list[Said] = []
    mine = _apart(base, mine, theirs, registry, said)
    base, mine, theirs = flattened(base), flattened(mine), flattened(theirs)
    whole: set[Path] = set()
    while True:
        merging = _Merging(choices or {}, whole)
        found = merging.value((), base, mine, theirs)
        aside = _tidied(found, mine, theirs)
        document = nested(found)
        bad = {tuple(path_of(one.pointer)[:2]) for one in shape_problems(document)}
        if bad <= whole:
            break
        whole |= bad  # put together they are nothing: one side's or the other's, whole
    told = (*said, *merging.said, *aside)
    return Merge(document=document, collisions=tuple(merging.collisions), said=told)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same; true is not 1.

    >>> is_same({"a": [1, True]}, {"a": [1, 1]})
    False
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


class _Merging:
    """One way through the three documents."""

    def __init__(self, choices: Choices, whole: set[Path]) -> None:
        self._choices = choices
        self._whole = whole
        self.collisions: list[Collision] = []
        self.said: list[Said] = []

    def value(self, path: Path, base: Any, mine: Any, theirs: Any) -> Any:
        """Merge what stands at a path."""
        if is_same(mine, theirs) or is_same(theirs, base):
            return mine
        if is_same(mine, base):
            return theirs
        return self._both_changed(path, base, mine, theirs)

    def _both_changed(self, path: Path, base: Any, mine: Any, theirs: Any) -> Any:
        if self._is_set(path, mine, theirs):
            return _united(base, mine, theirs)
        if path[-1:] and path[-1] in _PLACES and path[:-2] in _SHELVES:
            self.said.append(Said("placed", path[-2]))
            return mine
        if self._goes_apart(path, mine, theirs):
            return self._fields(path, base if isinstance(base, Mapping) else {}, mine, theirs)
        if path[:-1] in _SHELVES and _only_moved(base, mine, theirs):
            return ABSENT
        return self._chosen(Collision(path=path, base=base, mine=mine, theirs=theirs))

    def _is_set(self, path: Path, mine: Any, theirs: Any) -> bool:
        """Tell whether a list has no order: wires, and the members of a group."""
        members = path[:2] == ("canvas", "groups") and path[3:] == ("steps",)
        is_one = (path == ("wires",) or members) and path not in self._whole
        return is_one and isinstance(mine, list) and isinstance(theirs, list)

    def _goes_apart(self, path: Path, mine: Any, theirs: Any) -> bool:
        """Tell whether the fields may be merged each for itself."""
        if path in self._whole or not (isinstance(mine, Mapping) and isinstance(theirs, Mapping)):
            return False
        is_node = path[:-1] in (("steps",), ("triggers",))
        return not (is_node and any(mine.get(one) != theirs.get(one) for one in _IDENTITY))

    def _fields(self, path: Path, base: Document, mine: Document, theirs: Document) -> Any:
        found = {}
        for name in [*mine, *(one for one in theirs if one not in mine)]:
            sides = (side.get(name, ABSENT) for side in (base, mine, theirs))
            value = self.value((*path, name), *sides)
            if value is not ABSENT:
                found[name] = value
        return found

    def _chosen(self, collision: Collision) -> Any:
        side = self._choices.get(collision.pointer)
        if side is None:
            self.collisions.append(collision)
        return collision.theirs if side == "theirs" else collision.mine


def _united(base: Any, mine: list[Any], theirs: list[Any]) -> list[Any]:
    """Take what neither removed and what either added, in an order that is the same for both."""
    before, of_mine, of_theirs = (_keyed(side) for side in (base, mine, theirs))
    kept = [one for key, one in before.items() if key in of_mine and key in of_theirs]
    added = {key: one for key, one in (of_mine | of_theirs).items() if key not in before}
    return [*kept, *(added[key] for key in sorted(added))]


def _keyed(side: Any) -> dict[str, Any]:
    found = side if isinstance(side, list) else []
    return {json.dumps(one, sort_keys=True): one for one in found}


def _only_moved(base: Any, mine: Any, theirs: Any) -> bool:
    """Tell whether one side removed what the other only moved: then it is gone."""
    left = theirs if mine is ABSENT else mine
    is_one = ABSENT in (mine, theirs) and base is not ABSENT
    return is_one and is_same(_still(left), _still(base))


def _still(node: Document) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in _PLACES}


def _tidied(found: dict[str, Any], mine: Document, theirs: Document) -> list[Said]:
    """Take away what lost its hold: wires to removed nodes, members of groups, steps in no loop."""
    said = []
    for id_ in loose_steps(found):
        container = found["steps"][id_][WITHIN]
        found["steps"][id_] = {k: v for k, v in found["steps"][id_].items() if k != WITHIN}
        said.append(Said("loop_gone", id_, container))
    there = {*found["steps"], *found["triggers"]}
    were = {
        id_ for side in (mine, theirs) for shelf in ("steps", "triggers") for id_ in side[shelf]
    }
    gone = were - there
    for wire in list(found["wires"]):
        if {wire["from"].partition(":")[0], wire["to"]} & gone:
            found["wires"].remove(wire)
            said.append(Said("wire_gone", wire["from"], wire["to"]))
    groups = found.get("canvas", {}).get("groups", {})
    if any(set(group.get("steps", [])) & gone for group in groups.values()):
        kept = {
            id_: {**group, "steps": [one for one in group["steps"] if one not in gone]}
            for id_, group in groups.items()
        }
        found["canvas"] = {**found["canvas"], "groups": kept}
    return said


def _apart(
    base: Document, mine: Document, theirs: Document, registry: Registry, said: list[Said]
) -> Document:
    """Give what both added under one id, as different things, another id in mine."""
    flat = [flattened(side) for side in (base, mine, theirs)]
    taken = {id_ for side in flat for shelf in ("steps", "triggers") for id_ in side[shelf]}
    nodes = {}
    for id_ in [*_clashes(flat, ("steps",)), *_clashes(flat, ("triggers",)), *_crossed(flat)]:
        nodes[id_] = _free(id_, taken)
        said.append(Said("renamed", id_, nodes[id_]))
    found = renamed_nodes(mine, nodes, registry).document if nodes else dict(mine)
    for shelf in ("groups", "notes"):
        for id_ in _clashes(flat, ("canvas", shelf)):
            kept = dict(found["canvas"][shelf])
            kept[_free(id_, {*kept, *_at(theirs, ("canvas", shelf))})] = kept.pop(id_)
            found["canvas"] = {**found["canvas"], shelf: kept}
    return found


def _clashes(flat: list[dict[str, Any]], shelf: Path) -> Iterator[str]:
    base, mine, theirs = (_at(side, shelf) for side in flat)
    for id_ in mine:
        if id_ in theirs and id_ not in base and not is_same(mine[id_], theirs[id_]):
            yield id_


def _crossed(flat: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids of triggers in mine that steps have in theirs, and the other way round."""
    _, mine, theirs = flat
    for here, there in (("steps", "triggers"), ("triggers", "steps")):
        yield from (id_ for id_ in mine[here] if id_ in theirs[there])


def _at(document: Document, path: Path) -> Document:
    for name in path:
        document = document.get(name, {})
    return document


def _free(wish: str, taken: set[str]) -> str:
    stem = wish[:50]
    name = next(one for n in range(2, len(taken) + 3) if (one := f"{stem}_{n}") not in taken)
    taken.add(name)
    return name
