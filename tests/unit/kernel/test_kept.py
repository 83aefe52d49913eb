"""What is costly to make is kept, the latest used, up to so much."""

from __future__ import annotations

from kernel.kept import Kept


def test_a_value_is_made_once() -> None:
    kept: Kept[str, str] = Kept(2)

    assert kept.get("a", lambda: "first") == "first"
    assert kept.get("a", lambda: "second") == "first"


def test_the_value_that_was_not_used_for_longest_goes_first() -> None:
    kept: Kept[str, str] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: f"first {key}")  # type: ignore[misc]

    assert kept.get("a", lambda: "second a") == "first a"
    assert kept.get("b", lambda: "second b") == "second b"


def test_heavy_values_leave_room_for_fewer() -> None:
    kept: Kept[str, str] = Kept(10, weigh=len)
    for value in ("abcd", "efgh", "ijkl"):
        kept.get(value, lambda value=value: value)  # type: ignore[misc]

    assert kept.get("efgh", lambda: "made anew") == "efgh"
    assert kept.get("abcd", lambda: "made anew") == "made anew"


def test_a_value_heavier_than_all_room_is_given_and_not_kept() -> None:
    kept: Kept[str, str] = Kept(3, weigh=len)

    assert kept.get("a", lambda: "heavy") == "heavy"
    assert kept.get("a", lambda: "new") == "new"
