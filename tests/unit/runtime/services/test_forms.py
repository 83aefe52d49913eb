"""A day in the form of a service is read on the clocks of its zone; one that is none is named."""

from __future__ import annotations

import pytest

from kernel.errors import InvalidError
from runtime.services.forms import document_of
from runtime.services.model import parse_service


@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/Lima", "UTC"])
@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31T23:59", "9" * 30, "0000-00-00", "²"])
def test_a_day_at_the_edge_of_time_breaks_nothing(since: str, zone: str) -> None:
    form = {"name": "Shop", "zone": zone, "since": since, "hops": "3"}

    with pytest.raises(InvalidError) as refused:
        parse_service({**document_of(form), "key": ""})

    assert {one.pointer for one in refused.value.problems} - {"/key"} <= {"/watched_from"}


def test_a_day_is_its_midnight_on_the_clocks_of_the_zone() -> None:
    form = {"name": "Shop", "zone": "Europe/Zurich", "since": "2026-11-02", "hops": "3"}

    assert document_of(form)["watched_from"] == "2026-11-01T23:00:00.000Z"
