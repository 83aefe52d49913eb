"""What makes a document a calendar, and what is said about one that is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from runtime.calendars.forms import document_of, hours_of, hours_text, rows_of, wrong_by_field
from runtime.calendars.model import calendar_problems
from tests.unit.runtime.calendars.strategies import hours

GOOD: dict[str, Any] = {
    "name": "Office",
    "timezone": "Europe/Berlin",
    "week": {"mon": [["08:00", "12:00"]]},
}


@pytest.mark.parametrize(
    ("parts", "pointer", "words"),
    [
        pytest.param({"name": " "}, "/name", "must not be empty", id="no name"),
        pytest.param({"name": "= x"}, "/name", "begin with =", id="an expression's name"),
        pytest.param({"timezone": "Mars/Olympus"}, "/timezone", "Europe/Berlin", id="no zone"),
        pytest.param(
            {"week": {"mon": [["22:00", "06:00"]]}},
            "/week/mon/0",
            "22:00-24:00 and, on the next day, 00:00-06:00",
            id="over midnight",
        ),
        pytest.param({"week": {"tue": [["8", "9"]]}}, "/week/tue/0", "08:00", id="no times"),
        pytest.param({"week": {"tue": [["25:00", "26:00"]]}}, "/week/tue/0", "24:00", id="no hour"),
        pytest.param(
            {"week": {"mon": [["10:00", "12:00"], ["08:00", "11:00"]]}},
            "/week/mon",
            "08:00-11:00 and 10:00-12:00 overlap",
            id="overlap",
        ),
        pytest.param({"days": [{"date": "2026-02-30"}]}, "/days/0/date", "2026-12-25", id="no day"),
        pytest.param({"days": [{"date": "12-25"}]}, "/days/0/date", "2026-12-25", id="no year"),
        pytest.param(
            {"days": [{"date": "2026-12-25"}, {"date": "2026-12-25"}]},
            "/days/1/date",
            "twice",
            id="a day twice",
        ),
        pytest.param(
            {"days": [{"date": "2024-12-25", "yearly": True}, {"date": "12-25", "yearly": True}]},
            "/days/1/date",
            "twice",
            id="a yearly day twice",
        ),
        pytest.param({"week": {"someday": []}}, "/week", "someday", id="no weekday"),
    ],
)
def test_a_problem_names_the_field_and_the_remedy(
    parts: dict[str, Any], pointer: str, words: str
) -> None:
    (problem,) = calendar_problems({**GOOD, **parts})

    assert problem.pointer.startswith(pointer)
    assert words in problem.message


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["name", "timezone", "week", "days", "mon", "date"]), x
            )
        ),
    )
)
def test_rubbish_is_refused_with_words(document: Any) -> None:
    assert calendar_problems(document) != []


@given(hours())
def test_hours_written_for_the_form_are_read_back(found: list[list[str]]) -> None:
    assert hours_of(hours_text(found)) == found


def test_a_form_is_read_into_the_document_it_shows() -> None:
    days = [{"date": "2026-12-24", "name": "Eve", "hours": [["08:00", "12:00"]], "yearly": True}]
    shown = {"name": "Office", "timezone": "UTC", "week-mon": "8-12, 13-17:30"}
    for index, row in enumerate(rows_of({"days": days})):
        shown |= {f"days-{index}-{part}": str(value or "") for part, value in row.items()}

    read = document_of(MultiDict(shown))

    assert read["week"]["mon"] == [["08:00", "12:00"], ["13:00", "17:30"]]
    assert read["days"] == days
    assert calendar_problems(read) == []


def test_a_row_that_is_ticked_for_removal_is_gone() -> None:
    row = {"days-0-date": "2026-12-24", "days-0-remove": "true", "days-1-date": "2026-12-25"}

    read = document_of(MultiDict({"name": "Office", "timezone": "UTC", **row}))

    assert [day["date"] for day in read["days"]] == ["2026-12-25"]


def test_what_cannot_be_read_is_said_beside_its_control() -> None:
    read = document_of(MultiDict({"name": "", "timezone": "UTC", "week-tue": "all day"}))

    assert wrong_by_field(calendar_problems({**read, "name": " "})).keys() == {"name", "week-tue"}
    assert hours_text(read["week"]["tue"]) == "all day"
