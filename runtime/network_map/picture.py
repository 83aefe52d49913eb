"""A drawing with every place, colour and number in it, ready to be written as SVG. Pure.

At most `DRAWN_MAX` things are drawn: the focus and the way to its cause, then the worst first, then
those with the most ties. The others are one card that says how many and how bad.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kernel.kept import Kept
from runtime.alarms.model import Severity
from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import Spot
from runtime.network_map.geography import Geography, Line, Point, project
from runtime.network_map.health import QUIET, Counts, Health, healths, together
from runtime.network_map.layout import Cell, arrange
from runtime.network_map.network import Network
from runtime.network_map.scenes import Scene, Tie

DRAWN_MAX = 400
CARD = (172, 48)
CELL = (220, 116)
MARGIN = 28
TYPES_MAX = 50
LAYOUTS_KEPT = 64
_layouts: Kept[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], dict[str, Cell]] = Kept(
    LAYOUTS_KEPT
)
_geographies: Kept[tuple[tuple[str, Point], ...], Geography] = Kept(LAYOUTS_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What of a scene is wanted: at least so bad, of a kind, of a type in the tenant's words."""

    least: Severity | None = None
    kind: ResourceKind | None = None
    type: str = ""

    def takes(self, spot: Spot, health: Health) -> bool:
        """Tell whether a thing is wanted."""
        is_bad = self.least is None or health.rank >= self.least.rank
        return is_bad and self.kind in (None, spot.kind) and self.type in ("", spot.type)


EVERYTHING = Sieve()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One thing that is drawn; `x` and `y` are its middle."""

    key: str
    name: str
    kind: ResourceKind
    type: str
    x: float
    y: float
    health: Health
    members: int
    is_outside: bool
    is_focus: bool
    on_path: bool
    near: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A line between two things; `links` are the resources it stands for, the worst first."""

    ends: tuple[Dot, Dot]
    kind: str
    links: Sequence[tuple[str, str, Health]]
    health: Health
    on_path: bool

    @property
    def middle(self) -> Point:
        """Give where its mark is drawn."""
        start, end = self.ends
        return (start.x + end.x) / 2, (start.y + end.y) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All of a drawing.

    Attributes:
        box: Left, upper, width and height of what is drawn.
        folded: How many things are not drawn, and how bad they are together.
        hidden: How many the filters leave out.
        unplaced: How many have no coordinates, where those are asked for.
        types: The types there are to choose from.
    """

    box: tuple[float, float, float, float]
    dots: Sequence[Dot] = ()
    wires: Sequence[Wire] = ()
    lines: Sequence[Line] = ()
    folded: tuple[int, Health] = (0, QUIET)
    hidden: int = 0
    unplaced: int = 0
    health: Health = QUIET
    types: Sequence[str] = field(default_factory=list)


def draw(network: Network, scene: Scene, counts: Counts, sieve: Sieve, *, is_geo: bool) -> Picture:
    """Draw a scene.

    Args:
        network: What the scene is of.
        scene: What may be shown.
        counts: Active alarms by object and severity.
        sieve: What of it is wanted.
        is_geo: Lay it out by coordinates; what has none is left out.
    """
    links = {link for tie in scene.ties for link in tie.links}
    bad = healths(counts, {*scene.keys, *links}, network.places, whole=scene.whole)
    fitting = _fitting(network, scene, sieve, bad)
    wanted = [key for key in fitting if key in network.positions] if is_geo else fitting
    shown = _ranked(scene, wanted, bad)[:DRAWN_MAX]
    drawn = set(shown)
    ties = [tie for tie in scene.ties if tie.start in drawn and tie.end in drawn]
    positions = {key: network.positions[key] for key in shown} if is_geo else {}
    geography = _geography(positions) if positions else None
    points = geography.points if geography else _points(shown, ties)
    dots = {key: _dot(network, scene, key, points[key], bad) for key in shown}
    rest = [bad.get(key, QUIET) for key in wanted if key not in drawn]
    return Picture(
        box=_box(points, has_more=bool(rest)),
        dots=_with_neighbours(dots, ties),
        wires=[_wire(network, tie, dots, bad, scene.path) for tie in ties],
        lines=geography.lines if geography else (),
        folded=(len(rest), together(rest)),
        hidden=len(scene.keys) - len(fitting),
        unplaced=len(fitting) - len(wanted),
        health=together(list(bad.values())),
        types=sorted({network.spot(key).type for key in scene.keys} - {""})[:TYPES_MAX],
    )


def _fitting(network: Network, scene: Scene, sieve: Sieve, bad: Mapping[str, Health]) -> list[str]:
    """Give the things that the filters take; what the drawing is about always is."""
    always = {scene.focus, *scene.path}
    return [
        key
        for key in scene.keys
        if key in always or sieve.takes(network.spot(key), bad.get(key, QUIET))
    ]


def _ranked(scene: Scene, keys: Sequence[str], bad: Mapping[str, Health]) -> list[str]:
    """Put things in the order in which they get a place."""
    if len(keys) <= DRAWN_MAX:
        return list(keys)
    always = {scene.focus, *scene.path}
    degree = Counter(end for tie in scene.ties for end in (tie.start, tie.end))
    return sorted(
        keys,
        key=lambda key: (key not in always, -bad.get(key, QUIET).rank, -degree[key], key),
    )


def _points(shown: Sequence[str], ties: Sequence[Tie]) -> dict[str, Point]:
    """Lay things out by their ties; the same things and ties are laid out once."""
    keys, pairs = tuple(sorted(shown)), tuple((tie.start, tie.end) for tie in ties)
    cells = _layouts.get((keys, pairs), lambda: arrange(keys, pairs))
    wide, high = CELL
    return {key: (column * wide, row * high) for key, (column, row) in cells.items()}


def _geography(positions: Mapping[str, Point]) -> Geography:
    """Lay things out by their coordinates; the same ones are laid out once."""
    key = tuple(positions.items())
    return _geographies.get(key, lambda: project(positions, room=CELL))


def _box(points: Mapping[str, Point], *, has_more: bool) -> tuple[float, float, float, float]:
    """Give what the cards take up, with a margin, and a row more for the card of the others."""
    if not points:
        return (0, 0, CELL[0], CELL[1])
    xs, ys = zip(*points.values(), strict=True)
    left, upper = min(xs) - CARD[0] / 2 - MARGIN, min(ys) - CARD[1] / 2 - MARGIN
    right, lower = max(xs) + CARD[0] / 2 + MARGIN, max(ys) + CARD[1] / 2 + MARGIN
    lower += CELL[1] if has_more else 0
    return (left, upper, right - left, lower - upper)


def _dot(network: Network, scene: Scene, key: str, at: Point, bad: Mapping[str, Health]) -> Dot:
    spot = network.spot(key)
    return Dot(
        key=key,
        name=spot.name or key,
        kind=spot.kind,
        type=spot.type,
        x=at[0],
        y=at[1],
        health=bad.get(key, QUIET),
        members=len(network.places.members.get(key, ())),
        is_outside=key in scene.outside,
        is_focus=key == scene.focus,
        on_path=key in scene.path,
    )


def _with_neighbours(dots: Mapping[str, Dot], ties: Sequence[Tie]) -> list[Dot]:
    """Name with each thing what it is tied to, for who reads the list; the worst things first."""
    near: dict[str, list[str]] = defaultdict(list)
    for tie in ties:
        near[tie.start].append(dots[tie.end].name)
        near[tie.end].append(dots[tie.start].name)
    named = [replace(dot, near=tuple(sorted(near[key]))) for key, dot in dots.items()]
    return sorted(named, key=lambda dot: (-dot.health.rank, -dot.health.total, dot.key))


def _wire(
    network: Network,
    tie: Tie,
    dots: Mapping[str, Dot],
    bad: Mapping[str, Health],
    path: Sequence[str],
) -> Wire:
    links = [(key, network.spot(key).name or key, bad.get(key, QUIET)) for key in tie.links]
    steps = {frozenset(pair) for pair in pairwise(path)}
    return Wire(
        ends=(dots[tie.start], dots[tie.end]),
        kind=tie.kind,
        links=sorted(links, key=lambda link: (-link[2].rank, link[0])),
        health=together([link[2] for link in links]),
        on_path=frozenset((tie.start, tie.end)) in steps,
    )
