"""Place and threshold between TMF642 and an alarm's own fields."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.alarms.tmf642.measured import read_place, read_threshold

CROSSED = {"indicatorName": "Temperature", "observedValue": "93.5"}
HOT = {"indicator": "Temperature", "observed": 93.5}


@pytest.mark.parametrize(
    ("places", "place"),
    [
        pytest.param(None, "", id="none"),
        pytest.param([{"role": "site"}], "", id="a role alone"),
        pytest.param([{"role": "site", "id": "zrh", "name": "Zurich"}], "zrh", id="v4"),
        pytest.param([{"role": "site", "name": "Zurich"}], "Zurich", id="only a name"),
        pytest.param([{"role": "x", "name": "A"}, {"role": "y", "id": "b"}], "b", id="id first"),
        pytest.param([{"role": "site", "relatedPlace": {"id": "zrh"}}], "zrh", id="v5"),
        pytest.param([{"role": "site", "id": "z" * 600}], "z" * 512, id="cut to the field"),
    ],
)
def test_a_place_is_read(places: Any, place: str) -> None:
    assert read_place(places) == place


@pytest.mark.parametrize(
    ("crossed", "threshold"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(CROSSED, HOT, id="indicator and value"),
        pytest.param({**CROSSED, "direction": "UP"}, {**HOT, "direction": "up"}, id="up"),
        pytest.param({**CROSSED, "direction": "sideways"}, HOT, id="no such direction"),
        pytest.param({**CROSSED, "indicatorUnit": "°C"}, {**HOT, "unit": "°C"}, id="unit"),
        pytest.param({"observedValue": "93.5"}, None, id="no indicator"),
        pytest.param({"indicatorName": "x"}, None, id="no value"),
        pytest.param({**CROSSED, "observedValue": "hot"}, None, id="no number"),
        pytest.param({**CROSSED, "observedValue": "nan"}, None, id="not a number"),
        pytest.param({**CROSSED, "observedValue": "1e999"}, None, id="beyond numbers"),
    ],
)
def test_a_threshold_is_read_where_it_says_what_and_how_much(
    crossed: Any, threshold: dict[str, Any] | None
) -> None:
    assert read_threshold(crossed) == threshold
