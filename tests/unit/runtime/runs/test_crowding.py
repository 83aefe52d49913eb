"""Looking for parked runs when enough others have ended."""

from __future__ import annotations

from uuid import UUID

from runtime.limits.book import Known, LimitsBook
from runtime.limits.model import Limits
from runtime.runs.crowding import with_room

ANN, BOB = UUID(int=1), UUID(int=2)


def known(runs_at_once: int) -> Known:
    return Known(defaults=Limits(runs_at_once=runs_at_once))


def test_a_fortieth_of_what_may_be_under_way_has_to_end_first() -> None:
    book = LimitsBook()

    found = [with_room({ANN: 10}, book, known(1_000)) for _ in range(6)]

    assert found == [[], [], [ANN], [], [], [ANN]]


def test_tenants_are_counted_apart() -> None:
    book = LimitsBook()

    found = with_room({ANN: 24, BOB: 25}, book, known(1_000))

    assert found == [BOB]


def test_where_few_may_be_under_way_each_end_counts() -> None:
    assert with_room({ANN: 1}, LimitsBook(), known(5)) == [ANN]
