"""Coordinates as imports bring them, and where they are on the drawing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.inventory.reading.files import Naming, read_files
from runtime.network_map.geography import Point, position_of, project

ROOM = (220.0, 116.0)
ZURICH, BERN, LUGANO = (47.38, 8.54), (46.95, 7.44), (46.01, 8.95)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param({"latitude": 47.38, "longitude": 8.54}, ZURICH, id="numbers"),
        pytest.param({"Latitude": "47.38", "Longitude": " 8.54 "}, ZURICH, id="text of a CSV"),
        pytest.param({"lat": 47.38, "lng": 8.54}, ZURICH, id="short names"),
        pytest.param({"pos": [8.54, 47.38]}, ZURICH, id="a pair of topohub"),
        pytest.param({"latitude": 47.38}, None, id="half of it"),
        pytest.param({"latitude": "north", "longitude": 8.54}, None, id="no number"),
        pytest.param({"latitude": 90.1, "longitude": 8.54}, None, id="beyond the pole"),
        pytest.param({"latitude": 47.38, "longitude": -180.5}, None, id="round the world"),
        pytest.param({"latitude": "nan", "longitude": 8.54}, None, id="not a number"),
        pytest.param({"latitude": True, "longitude": 8.54}, None, id="true is no latitude"),
        pytest.param({"latitude": [47.38], "longitude": 8.54}, None, id="a list"),
    ],
)
def test_reads_coordinates_as_imports_bring_them(
    attributes: dict[str, Any], expected: Point | None
) -> None:
    assert position_of(attributes) == expected


@pytest.mark.parametrize(
    ("file", "placed"),
    [("zoo/Abilene.graphml", 11), ("zoo/Airtel.graphml", 9), ("sndlib/polska.json", 12)],
)
def test_real_networks_lie_where_their_files_say(shared_data: Path, file: str, placed: int) -> None:
    found = read_files([(shared_data / "topology" / file).read_bytes()], Naming())

    places = {
        key: at
        for key, said in found.resources.items()
        if (at := position_of(said.attributes)) is not None
    }
    assert len(places) == placed
    assert len(set(project(places, room=ROOM).points.values())) == placed


def test_north_is_up_and_east_is_right() -> None:
    points = project({"zrh": ZURICH, "brn": BERN, "lug": LUGANO}, room=ROOM).points

    assert points["brn"][0] < points["zrh"][0] < points["lug"][0]
    assert points["zrh"][1] < points["brn"][1] < points["lug"][1]


def test_the_lines_are_round_degrees_where_they_belong() -> None:
    found = project({"a": (46.0, 6.0), "b": (48.0, 10.0)}, room=ROOM)

    meridians = {line.text: line.at for line in found.lines if line.is_meridian}
    assert meridians["6° E"] == found.points["a"][0]
    assert meridians["10° E"] == found.points["b"][0]
    assert "47° N" in {line.text for line in found.lines if not line.is_meridian}


def test_places_at_one_spot_are_moved_apart() -> None:
    points = project({"a": ZURICH, "b": ZURICH, "c": ZURICH}, room=ROOM).points

    for one, other in combinations(points.values(), 2):
        assert abs(one[0] - other[0]) >= ROOM[0] or abs(one[1] - other[1]) >= ROOM[1]


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
        min_size=1,
    )
)
def test_any_places_on_earth_make_a_drawing_of_bounded_size(places: dict[str, Point]) -> None:
    found = project(places, room=ROOM)

    assert set(found.points) == set(places)
    for x, y in found.points.values():
        assert -2_000 < x < 6_000
        assert -2_000 < y < 5_000
    assert len(found.lines) <= 20
