"""How long earlier drafts are kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from runtime.flows.revisions import ALL_KEPT, KEPT_FOR, MOST_KEPT, SITTING, Mark, let_go
from tests.factories.tenancy import NOON

SECOND = timedelta(seconds=1)


def marks(count: int, apart: timedelta, by: str = "Ann") -> list[Mark]:
    return [Mark(uuid4(), NOON - n * apart, by) for n in range(count)]


def kept(found: list[Mark]) -> list[UUID]:
    gone = let_go(found, NOON)
    return [one.id for one in found if one.id not in gone]


def test_the_newest_are_all_kept_since_somebody_may_build_on_them() -> None:
    found = marks(ALL_KEPT + 30, SECOND)

    assert kept(found) == [one.id for one in found[:ALL_KEPT]]


def test_of_older_ones_the_last_of_each_sitting_is_kept() -> None:
    recent, older = marks(ALL_KEPT, SECOND), marks(6, SITTING / 2)
    found = [*recent, *(one._replace(made_at=one.made_at - SITTING * 2) for one in older)]

    assert len(kept(found)) == ALL_KEPT + 1


def test_what_another_person_saved_is_a_sitting_of_its_own() -> None:
    recent = marks(ALL_KEPT, SECOND)
    found = [*recent, *marks(1, SECOND, by="Ben")]

    assert len(kept(found)) == ALL_KEPT + 1


def test_none_is_kept_over_a_week_and_never_too_many() -> None:
    assert len(kept(marks(MOST_KEPT + 20, SITTING))) == MOST_KEPT
    assert len(kept(marks(ALL_KEPT + 20, KEPT_FOR))) == ALL_KEPT
