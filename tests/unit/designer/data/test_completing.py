"""How an expression is completed at its caret."""

from __future__ import annotations

import pytest

from designer.data import completing
from designer.data.completing import OFFERED, completions
from designer.data.tree import Datum

PLACE = 'trigger.?alarm.?place.orValue("")'
DATA = [Datum(title="Place", trail="Alarm \u203a Place", kind="text", path=PLACE, value="Bern")]


@pytest.mark.parametrize(
    ("text", "insert", "start"),
    [
        pytest.param("= trigger.al", PLACE, 2, id="by its path, without question marks"),
        pytest.param("= pla", PLACE, 2, id="by its title"),
        pytest.param("item.con", '.contains("', 4, id="by what can follow a path"),
        pytest.param("1 + si", "size(", 4, id="by a function"),
    ],
)
def test_a_word_is_completed_from_where_it_begins(text: str, insert: str, start: int) -> None:
    found = {one.insert: one.start for one in completions(text, len(text), DATA)}

    assert found[insert] == start


@pytest.mark.parametrize("text", ["= other", "= ", ".con", f"= {PLACE}", "a" * 300])
def test_what_nothing_fits_is_not_completed(text: str) -> None:
    assert completions(text, len(text), DATA) == []


def test_only_what_stands_before_the_caret_counts_and_few_are_offered() -> None:
    many = [Datum(title="x", trail="x", kind="", path=f"item.n{at}") for at in range(20)]

    found = completions("item.n + rest", len("item.n"), many)

    assert len(found) == OFFERED
    assert {one.start for one in found} == {0}


def test_where_a_word_begins_is_told_from_the_whole_text_however_long() -> None:
    text = f"{'x + ' * 1_000}pla"

    assert completions(text, len(text), DATA)[0].start == 4_000


def test_the_text_is_read_once_however_much_there_is_to_offer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def matched(_: object, text: str) -> str:
        read.append(text)
        return "x"

    monkeypatch.setattr(completing, "_matched", matched)
    data = [Datum(title="x", trail="x", kind="", path=f"item.n{at}") for at in range(100)]

    completions("x." * 5_000, 10_000, data)

    assert [len(one) for one in read] == [200, 200]
