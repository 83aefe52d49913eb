"""The chain of digests: whole as it was written, broken by any change to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.audit.chain import Break, Told, digest_of, find_break
from tests.factories.tenancy import NOON
from tests.support.size import examples

ENTRY = Told(
    tenant_id="acme",
    number=1,
    at=NOON,
    action="rule.published",
    by="Anna",
    by_id="1",
    about_kind="rule",
    about_id="2",
    about="Links",
    facts={"version": 3},
    request_id="",
)
TEXT = st.text(max_size=5)
ENTRIES = st.lists(
    st.builds(lambda by, about: replace(ENTRY, by=by, about=about), TEXT, TEXT), max_size=6
)
Chain = list[tuple[Told, str]]


def chained(entries: list[Told]) -> Chain:
    before, found = "", []
    for number, entry in enumerate(entries, 1):
        told = replace(entry, number=number)
        before = digest_of(before, told)
        found.append((told, before))
    return found


def broken(chain: Chain, written: Chain) -> Break | None:
    ends: dict[str, Any] = {"last": len(written), "ends_with": written[-1][1] if written else ""}
    return find_break(chain, kept_from=1, begins_with="", **ends)


@given(ENTRIES)
@settings(max_examples=examples(50))
def test_a_chain_is_whole_as_it_was_written(entries: list[Told]) -> None:
    chain = chained(entries)

    assert broken(chain, chain) is None


@given(ENTRIES.filter(bool), st.data())
@settings(max_examples=examples(100))
def test_an_entry_that_is_changed_left_out_or_moved_shows(
    entries: list[Told], data: st.DataObject
) -> None:
    written = chained(entries)
    place = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.integers(0, len(written) - 1))
    told, digest = written[place]
    changed: Chain = [*written]
    changed[place] = (replace(told, by=told.by + "!"), digest)
    moved: Chain = [*written]
    moved[place], moved[other] = moved[other], moved[place]

    assert broken(changed, written) is not None
    assert broken(written[:place] + written[place + 1 :], written) is not None
    assert (broken(moved, written) is None) == (place == other)


@pytest.mark.parametrize("field", [name for name in Told.__slots__ if name not in ("at", "facts")])
def test_every_field_counts(field: str) -> None:
    other: Any = 2 if field == "number" else "other"

    assert digest_of("", replace(ENTRY, **{field: other})) != digest_of("", ENTRY)


def test_what_was_let_go_of_at_the_beginning_is_not_missed() -> None:
    written = chained([ENTRY] * 4)

    kept = {"kept_from": 3, "begins_with": written[1][1], "last": 4, "ends_with": written[3][1]}

    assert find_break(written[2:], **kept) is None  # type: ignore[arg-type]  # names and digests
    assert find_break(written[3:], **kept) == Break(number=3, why="entry 3 is missing")  # type: ignore[arg-type]
