"""Tidying: what lies beside what, and what stays together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from designer.tidying.arranging import EMPTY, GRID, NEAR, PADDING, Drawing, Rect, arrange
from designer.tidying.layers import Tie

WIDTH, HEIGHT = 208, 98
Places = Mapping[str, tuple[int, int]]


def _at(x: float = 0, y: float = 0) -> Rect:
    return Rect(x=x, y=y, w=WIDTH, h=HEIGHT)


def _drawing(
    ids: str,
    wires: str = "",
    *,
    within: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    notes: Mapping[str, Rect] | None = None,
    nodes: Mapping[str, Rect] | None = None,
) -> Drawing:
    """Draw nodes, one letter each; upper case is a loop; a wire is two letters."""
    return Drawing(
        nodes={id_: _at() for id_ in ids} | dict(nodes or {}),
        ties=[Tie(source=one[0], target=one[1]) for one in wires.split()],
        loops=frozenset(id_ for id_ in ids if id_.isupper()),
        within=within or {},
        groups=groups,
        notes=notes or {},
    )


def _overlap(places: Places, one: str, other: str, *, gap: int = 0) -> bool:
    (a, b), (c, d) = places[one], places[other]
    return abs(a - c) < WIDTH + gap and abs(b - d) < HEIGHT + gap


def test_what_follows_stands_to_the_right_in_one_line() -> None:
    places = arrange(_drawing("abc", "ab bc"))

    assert places == {"a": (0, 0), "b": (272, 0), "c": (544, 0)}


def test_no_two_wires_cross_where_they_need_not() -> None:
    places = arrange(_drawing("abcef", "ab ac ce bf"))

    assert (places["b"][1] < places["c"][1]) == (places["f"][1] < places["e"][1])


def test_upper_ports_lead_to_what_stands_above() -> None:
    ties = [Tie(source="a", target="b", row=1), Tie(source="a", target="c", row=0)]
    drawing = Drawing(nodes={id_: _at() for id_ in "abc"}, ties=ties, within={}, notes={})

    places = arrange(drawing)

    assert places["c"][1] < places["b"][1]


def test_a_wire_past_steps_has_room_beside_them() -> None:
    places = arrange(_drawing("abcd", "ab bc cd ad"))

    assert places["a"][1] == places["d"][1]
    assert abs(places["b"][1] - places["a"][1]) >= 24


def test_a_body_stands_below_its_loop_and_nothing_else_in_its_box() -> None:
    drawing = _drawing("aLbxyc", "aL Lb xy ac", within={"x": "L", "y": "L"})

    places = arrange(drawing)

    left, top = places["x"][0] - PADDING, places["L"][1] + 132
    right, bottom = places["y"][0] + WIDTH + PADDING, places["x"][1] + HEIGHT + PADDING
    assert places["x"][1] > top
    assert places["y"][0] > places["x"][0]
    for id_ in "abc":
        x, y = places[id_]
        assert x >= right or x + WIDTH <= left or y >= bottom or y + HEIGHT <= top


def test_an_empty_body_has_room_for_its_box() -> None:
    places = arrange(_drawing("Lb", "Lb"))

    assert places["b"][0] >= places["L"][0] + EMPTY[0]


def test_no_stranger_stands_in_a_group() -> None:
    places = arrange(_drawing("abcd", "ab ac ad", groups=["bd"]))

    downs = sorted(places[id_][1] for id_ in "bd")
    assert not downs[0] <= places["c"][1] <= downs[1]


def test_a_group_that_wires_leave_and_come_back_to_stays_together() -> None:
    places = arrange(_drawing("abc", "ab bc", groups=["ac"]))

    assert places["b"][0] > max(places["a"][0], places["c"][0])


def test_of_several_chosen_only_those_are_placed_where_they_stood_as_a_whole() -> None:
    stood = {"b": _at(400, 320), "c": _at(400, 320)}

    places = arrange(_drawing("abc", "ab ac", nodes=stood), chosen=["b", "c"])

    assert places.keys() == {"b", "c"}
    assert [x for x, _ in places.values()] == [400, 400]
    assert min(y for _, y in places.values()) == 320
    assert not _overlap(places, "b", "c")


def test_a_note_goes_along_with_the_step_it_stands_by() -> None:
    note = Rect(x=900, y=1092, w=208, h=144)
    nodes = {"a": _at(900, 980), "b": _at(0, 0), "c": _at(300, 300)}

    places = arrange(_drawing("abc", "ca cb", nodes=nodes, notes={"n": note}))

    (x, y), (left, top) = places["note:n"], places["a"]
    assert (x - left, y - top) == (0, 112)
    assert places["b"][1] + HEIGHT <= top or places["b"][1] >= y + note.h


def test_a_note_above_a_step_has_room_there() -> None:
    nodes = {"a": _at(0, 400), "b": _at(0, 0), "c": _at(300, 300)}

    drawing = _drawing("abc", "cb ca", nodes=nodes, notes={"n": Rect(x=0, y=240, w=208, h=144)})
    places = arrange(drawing)

    assert places["note:n"][1] < places["a"][1]
    assert not _overlap(places, "b", "note:n")


def test_a_note_far_from_all_is_left_alone() -> None:
    far = Rect(x=5_000, y=0, w=208, h=144)

    assert "note:n" not in arrange(_drawing("a", notes={"n": far}))


spots = st.tuples(st.integers(-100, 100), st.integers(-100, 100))


@given(st.lists(spots, min_size=1, max_size=8), spots)
def test_a_note_keeps_its_place_beside_the_nearest_step(
    corners: list[tuple[int, int]], at: tuple[int, int]
) -> None:
    nodes = {f"s{n}": _at(x * GRID, y * GRID) for n, (x, y) in enumerate(corners)}
    note = Rect(x=at[0] * GRID, y=at[1] * GRID, w=160, h=96)
    nearest = min(nodes, key=lambda id_: nodes[id_].gap_to(note))

    places = arrange(_drawing("", nodes=nodes, notes={"n": note}))

    assert ("note:n" in places) == (nodes[nearest].gap_to(note) <= NEAR)
    if "note:n" in places:
        (x, y), (left, top), step = places["note:n"], places[nearest], nodes[nearest]
        assert abs((x - left) - (note.x - step.x)) <= GRID
        assert abs((y - top) - (note.y - step.y)) <= GRID


def test_what_a_note_belongs_to_is_looked_for_about_it_alone() -> None:
    asked: list[Rect] = []

    class Asked(Rect):
        @override
        def gap_to(self, other: Rect) -> float:
            asked.append(self)
            return super().gap_to(other)

    row = range(0, 100_000, 1_000)
    nodes = {f"s{x}": Asked(x=x, y=0, w=WIDTH, h=HEIGHT) for x in row}
    notes = {f"n{x}": _at(x, HEIGHT + 32) for x in row}

    arrange(_drawing("", nodes=nodes, notes=notes))

    assert len(asked) == len(notes)


def test_a_circle_is_laid_out_as_if_its_last_wire_were_not_there() -> None:
    places = arrange(_drawing("abc", "ab bc ca"))

    assert [places[id_][0] for id_ in "abc"] == [0, 272, 544]


def test_loops_that_stand_in_each_other_are_left_where_they_are() -> None:
    assert arrange(_drawing("ABc", within={"A": "B", "B": "A"})).keys() == {"c"}


def test_a_chain_of_thousands_is_no_trouble() -> None:
    ids = [f"s{at}" for at in range(3_000)]
    ties = [Tie(source=one, target=other) for one, other in pairwise(ids)]

    places = arrange(Drawing(nodes={id_: _at() for id_ in ids}, ties=ties, within={}, notes={}))

    assert places["s2999"] == (2_999 * 272, 0)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=20))
def test_nothing_lies_on_anything_else_and_all_stand_on_the_grid(
    wires: list[tuple[str, str]],
) -> None:
    places = arrange(_drawing("abcdefgh", " ".join(a + b for a, b in wires if a != b)))

    assert not [pair for pair in combinations(places, 2) if _overlap(places, *pair)]
    assert {x % GRID + y % GRID for x, y in places.values()} == {0}


class _Counted(list[Any]):
    """A list that counts how often it is gone through."""

    times = 0

    @override
    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


def test_wires_and_groups_are_gone_through_once_however_many_loops_there_are() -> None:
    letters = "ABCDEFGH"
    drawing = _drawing(letters + letters.lower(), within={one.lower(): one for one in letters})
    ties, groups = _Counted([Tie(source="A", target="B")]), _Counted(["CD", "e"])

    arrange(replace(drawing, ties=ties, groups=groups))

    assert (ties.times, groups.times) == (1, 1)
