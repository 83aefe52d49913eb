"""What is named by what is brought: how it stands, what would change, and what comes along."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import ConflictError, InvalidError
from runtime.environments.named import (
    Named,
    chosen,
    connection_named,
    content_named,
    seen_of,
)
from runtime.flows.named_places import CALENDAR, CONNECTION, LOOK_UP
from tests.factories.schedules import hours_document

SITES = (LOOK_UP, "sites")
HOURS = (CALENDAR, "Hours")
WRITES = ("inventory.edit", "calendars.edit")


def table(columns: tuple[str, ...] = ("city",), **rows: Any) -> dict[str, Any]:
    return {
        "columns": list(columns),
        "rows": {key: {"city": city} for key, city in rows.items()},
    }


def named_table(there: Any, here: Any) -> Named:
    return content_named(SITES, ["Flow"], there, here)


@pytest.mark.parametrize(
    ("there", "here", "verdict"),
    [
        pytest.param(table(a="Bern"), None, "missing", id="not here"),
        pytest.param(table(a="Bern"), table(a="Bern"), "same", id="equal"),
        pytest.param(table(a="Bern"), table(a="Biel"), "different", id="another value"),
        pytest.param(table(), table(("town",)), "different", id="other columns"),
        pytest.param(None, table(), "here", id="not there"),
        pytest.param(None, None, "missing", id="nowhere"),
    ],
)
def test_says_how_a_table_stands_here(there: Any, here: Any, verdict: str) -> None:
    assert named_table(there, here).verdict == verdict


def test_a_cell_that_is_empty_is_as_one_that_is_not_said() -> None:
    empty = {"columns": ["city"], "rows": {"a": {"city": ""}}}
    unsaid: dict[str, Any] = {"columns": ["city"], "rows": {"a": {}}}

    assert named_table(empty, unsaid).verdict == "same"


def test_counts_the_rows_that_would_come_change_and_go() -> None:
    there = table(a="Bern", b="Biel", c="Chur")
    here = table(b="Basel", c="Chur", d="Davos", e="Engelberg")

    told = named_table(there, here).told()

    assert told == "Overwriting the one here: 1 row new, 1 row changed, 2 rows removed."


@pytest.mark.parametrize(
    ("there", "words"),
    [
        pytest.param(table(), "It comes with 0 rows.", id="empty"),
        pytest.param(table(a="Bern"), "It comes with 1 row.", id="one"),
    ],
)
def test_says_how_much_comes_with_what_is_missing(there: Any, words: str) -> None:
    assert named_table(there, None).told() == words


def test_another_column_alone_changes_no_row() -> None:
    there = {"columns": ["town", "city"], "rows": {"a": {"city": "Bern"}}}

    told = named_table(there, table(a="Bern")).told()

    assert told == "Overwriting the one here: other columns."


def test_counts_the_days_and_weekdays_of_a_calendar() -> None:
    there = hours_document(
        timezone="Europe/Zurich",
        days=[{"date": "2026-12-25", "yearly": True}, {"date": "2026-05-01", "name": "May"}],
    )
    here = hours_document(timezone="Europe/Berlin", days=[{"date": "12-25", "yearly": True}])

    found = content_named(HOURS, ["Flow"], there, here).difference

    assert found is not None
    assert found.told() == "1 day new, other time zone"


def test_a_calendar_that_says_a_closed_day_is_as_one_that_does_not() -> None:
    here = hours_document()
    there = {**here, "week": {**here["week"], "sun": []}}

    assert content_named(HOURS, ["Flow"], there, here).verdict == "same"


def test_suggests_what_is_missing_and_never_what_differs() -> None:
    missing = named_table(table(a="Bern"), None)
    differs = content_named((LOOK_UP, "towns"), ["Flow"], table(a="Bern"), table())

    assert chosen([missing, differs], None, permissions=WRITES) == [missing]


def test_suggests_nothing_that_who_asks_may_not_write() -> None:
    missing = named_table(table(a="Bern"), None)

    assert chosen([missing], None, permissions=["calendars.edit"]) == []


def test_takes_along_what_differs_where_somebody_chose_it() -> None:
    differs = named_table(table(a="Bern"), table())

    assert chosen([differs], {SITES: differs.seen}) == [differs]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        pytest.param(table(a="Bern"), table(b="Biel"), id="here"),
        pytest.param(table(a="Basel"), table(), id="where it comes from"),
    ],
)
def test_refuses_what_was_changed_since_it_was_seen(there: Any, here: Any) -> None:
    seen = seen_of(table(a="Bern"), table())

    with pytest.raises(ConflictError, match="sites was changed meanwhile"):
        chosen([named_table(there, here)], {SITES: seen})


def test_a_connection_never_comes_along() -> None:
    missing = connection_named("Tickets", ["Flow"], is_here=False)

    with pytest.raises(InvalidError, match="connections never come along"):
        chosen([missing], {(CONNECTION, "Tickets"): ""})
    assert (missing.verdict, missing.can_come) == ("missing", False)


def test_refuses_what_nothing_that_is_brought_needs() -> None:
    with pytest.raises(InvalidError, match="nothing that is brought needs it"):
        chosen([], {SITES: "x"})
