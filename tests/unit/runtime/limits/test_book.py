"""The book: counts kept for a second, with what was added here, and counted again when full."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runtime.limits.book import LimitsBook


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


class Counting:
    """Counts rows, and how often it was asked."""

    def __init__(self, rows: int) -> None:
        self.rows, self.asked = rows, 0

    def __call__(self) -> int:
        """Give the rows."""
        self.asked += 1
        return self.rows


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(clock: Clock) -> LimitsBook:
    return LimitsBook(clock=clock)


def test_a_count_is_kept_for_a_second(book: LimitsBook, clock: Clock) -> None:
    rows = Counting(5)
    for _ in range(10):
        book.counted("k", rows)
    before = rows.asked
    clock.now += 1.01
    book.counted("k", rows)

    assert (before, rows.asked) == (1, 2)


def test_what_this_process_added_is_counted_in(book: LimitsBook) -> None:
    book.counted("k", Counting(5))

    book.add("k", 3)

    assert book.counted("k", Counting(0)) == 8


def test_a_count_that_took_long_is_kept_longer(book: LimitsBook, clock: Clock) -> None:
    def slow() -> int:
        clock.now += 2.0
        return 5

    book.counted("k", slow)
    clock.now += 35.0
    rows = Counting(1)

    assert book.counted("k", rows) == 5
    clock.now += 6.0
    assert book.counted("k", rows) == 1


def test_where_it_seems_full_it_is_counted_again(book: LimitsBook) -> None:
    rows = Counting(9)
    book.is_full("k", 10, rows)
    book.add("k", 1)
    rows.rows = 4

    assert not book.is_full("k", 10, rows)


def test_where_it_is_full_it_is_counted_twenty_times_a_second(
    book: LimitsBook, clock: Clock
) -> None:
    rows = Counting(10)
    found: list[bool] = []
    ask: Callable[[], bool] = lambda: book.is_full("k", 10, rows)  # noqa: E731  short
    for _ in range(100):
        found.append(ask())
        clock.now += 0.01

    assert all(found)
    assert rows.asked <= 22
