"""What a drawing shows: the places at the top, a place from inside, or what lies round a resource.

Pure; how bad things are is not asked here. A link between exactly two others is drawn as the line
between them and carries its own alarms there; any other is drawn as a resource.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import Graph
from runtime.network_map.places import Places

CONTAINS, RESTS, CONNECTS = "contains", "rests", "connects"
PATH_HOPS_MAX = 8
PATH_LOOKS_MAX = 20_000
_ENDS = 2
_RESTING = (ResourceKind.SERVICE, ResourceKind.CUSTOMER)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tie:
    """A line between two things that are drawn; `links` are the resources it stands for."""

    start: str
    end: str
    kind: str = CONNECTS
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What may be drawn, by key; `path` leads from the resource in focus to its cause.

    Attributes:
        keys: The things, in the order of keys.
        ties: The lines between them.
        outside: Those that stand for what lies outside the place that is open.
        whole: Whether a thing stands for all that is in it.
        focus: The resource or place the drawing is about; "" for the whole network.
        path: Keys from the focus to the cause, both included; links that are lines left out.
        is_cut: Whether more lies within reach than is looked at.
        resting: How many services and customers are in no place, and so not shown at the top.
    """

    keys: Sequence[str]
    ties: Sequence[Tie]
    outside: frozenset[str] = frozenset()
    whole: bool = True
    focus: str = ""
    path: tuple[str, ...] = ()
    is_cut: bool = False
    resting: int = 0


def overview(graph: Graph, places: Places) -> Scene:
    """Show the places at the top; a service or customer that is in none is only counted."""
    resting = {
        key for key in places.top if (spot := graph.spots.get(key)) and spot.kind in _RESTING
    }
    keys = set(places.top) - resting
    drawing = _Drawing(graph, lambda key: _among(places.root[key], keys))
    drawing.look_at(graph.spots)
    return replace(drawing.scene(keys), resting=len(resting))


def inside(graph: Graph, places: Places, place: str) -> Scene:
    """Show what is directly in a place, and what lies next to it outside."""
    chain = set(places.chain(place))
    within = set(places.within(place))

    def stand_in(key: str) -> str | None:
        up = places.chain(key)
        met = next((at for at, one in enumerate(up) if one in chain), len(up))
        return up[met - 1] if met else None

    drawing = _Drawing(graph, stand_in)
    drawing.look_at(within)
    links = {
        other
        for key in within
        for other in graph.beside.get(key, ())
        if other not in within and _is_link(graph, other)
    }
    drawing.look_at(links)
    own = set(places.members.get(place, ()))
    return _from_inside(drawing.scene(own | drawing.met), own, place)


def _from_inside(scene: Scene, own: set[str], place: str) -> Scene:
    """Leave of a place's surroundings what a line leads to from inside."""
    ties = [tie for tie in scene.ties if tie.start in own or tie.end in own]
    near = {key for tie in ties for key in (tie.start, tie.end)} - own
    keys = [key for key in scene.keys if key in own or key in near]
    return Scene(keys=keys, ties=ties, outside=frozenset(near), focus=place)


def around(graph: Graph, key: str, *, hops: int, path: Sequence[str] = ()) -> Scene:
    """Show what lies within so many hops of a resource, and the way to its cause."""
    reach = graph.neighbours(key, hops=hops)
    keys = {key, *(near.key for near in reach.near), *path}
    drawing = _Drawing(graph, lambda one: _among(one, keys), kept={key, *path[-1:]})
    drawing.look_at(keys)
    scene = drawing.scene(keys)
    drawn = tuple(one for one in path if one in set(scene.keys))
    return replace(scene, whole=False, focus=key, path=drawn, is_cut=reach.is_cut)


def way(graph: Graph, start: str, end: str) -> tuple[str, ...]:
    """Give the shortest way over relations, both ends included; () where none is near enough.

    >>> way(Graph(beside={"a": {"b"}, "b": {"a", "c"}, "c": {"b"}}), "a", "c")
    ('a', 'b', 'c')
    """
    before: dict[str, str] = {start: ""}
    waiting = deque([(start, 0)])
    while waiting and end not in before and len(before) < PATH_LOOKS_MAX:
        key, hops = waiting.popleft()
        for other in sorted(graph.beside.get(key, ())) if hops < PATH_HOPS_MAX else ():
            if other not in before:
                before[other] = key
                waiting.append((other, hops + 1))
    found: list[str] = []
    at = end if end in before else ""
    while at:
        found.append(at)
        at = before[at]
    return tuple(reversed(found))


@dataclass(slots=True)
class _Drawing:
    """Relations between resources, gathered as lines between the things that stand for them."""

    graph: Graph
    stand_in: Callable[[str], str | None]
    kept: Collection[str] = ()
    met: set[str] = field(default_factory=set)
    lines: dict[Pair, str] = field(default_factory=dict)

    def look_at(self, keys: Iterable[str]) -> None:
        """Take over every relation of these resources."""
        for key in sorted(keys):
            mine = self.stand_in(key)
            for other in self.graph.beside.get(key, ()):
                yours = self.stand_in(other)
                if mine is None or yours is None or mine == yours:
                    continue
                pair = (mine, yours) if mine < yours else (yours, mine)
                kind = _kind(self.graph, key, other)
                self.met.update(pair)
                self.lines[pair] = min(self.lines.get(pair, kind), kind)

    def scene(self, keys: set[str]) -> Scene:
        """Draw the links as lines, and give what is shown."""
        near: dict[str, set[str]] = defaultdict(set)
        for start, end in self.lines:
            near[start].add(end)
            near[end].add(start)
        links = {key for key in keys if self._is_line(key, near)}
        carried: dict[Pair, list[str]] = defaultdict(list)
        for key in sorted(links):
            start, end = sorted(near[key])
            carried[start, end].append(key)
        plain = {
            pair: kind
            for pair, kind in self.lines.items()
            if links.isdisjoint(pair) and keys.issuperset(pair)
        }
        kinds = {**dict.fromkeys(carried, CONNECTS), **plain}
        ties = [Tie(*pair, kinds[pair], tuple(carried.get(pair, ()))) for pair in sorted(kinds)]
        return Scene(keys=sorted(keys - links), ties=ties)

    def _is_line(self, key: str, near: Mapping[str, set[str]]) -> bool:
        """Tell whether a link lies between exactly two things that are no lines themselves."""
        if key in self.kept or not _is_link(self.graph, key) or len(near.get(key, ())) != _ENDS:
            return False
        return not any(_is_link(self.graph, one) for one in near[key])


def _among(key: str, keys: Collection[str]) -> str | None:
    return key if key in keys else None


def _is_link(graph: Graph, key: str) -> bool:
    spot = graph.spots.get(key)
    return spot is not None and spot.kind is ResourceKind.LINK


def _kind(graph: Graph, key: str, other: str) -> str:
    """Say how two resources stand to each other."""
    if other in graph.inside.get(key, ()) or key in graph.inside.get(other, ()):
        return CONTAINS
    is_resting = other in graph.above.get(key, ()) or key in graph.above.get(other, ())
    return RESTS if is_resting else CONNECTS
