"""What a template holds: told in words, compared, and put in the order of bringing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.packs.parts import BLOCK, RULE, TABLE, WORKFLOW
from runtime.tenant_templates.contents import (
    ORDER,
    Contents,
    Item,
    changes_between,
    file_of,
    read_contents,
)
from runtime.tenant_templates.stock import Held, Stock
from runtime.tenant_templates.taking import closed_over, ordered
from tests.support.size import examples


def item(kind: str, name: str, *needs: str, says: int = 0) -> Item:
    document = {"says": says}
    return Item(kind=kind, file=file_of(kind, name), title=name, document=document, needs=needs)


def stock(*items: Item, refusal: str = "") -> Stock:
    return Stock(held={one.file: Held(item=one, refusal=refusal) for one in items})


def test_what_differs_between_versions_is_told_by_title() -> None:
    before = Contents(items=[item(WORKFLOW, "a"), item(RULE, "b")])
    after = Contents(items=[item(WORKFLOW, "a", says=1), item(TABLE, "c")])

    assert changes_between(before, after) == {
        "new": ["c (look-up table)"],
        "changed": ["a (workflow)"],
        "gone": ["b (rule)"],
    }


def test_what_is_needed_at_any_depth_comes_along() -> None:
    table = item(TABLE, "sites")
    called = item(WORKFLOW, "called", table.file)
    caller = item(WORKFLOW, "caller", called.file)

    found = closed_over(stock(table, called, caller), [caller.file])

    assert found == [caller.file, called.file, table.file]


def test_what_is_missing_is_named_with_who_needs_it() -> None:
    with pytest.raises(InvalidError) as refused:
        closed_over(stock(item(RULE, "wake", "workflow/gone")), ["rule/wake"])

    (problem,) = refused.value.problems
    assert problem.message.startswith("the workflow gone, which wake needs, is not live")


def test_what_cannot_be_taken_says_why() -> None:
    with pytest.raises(InvalidError) as refused:
        closed_over(stock(item(BLOCK, "x@1"), refusal="nobody vouches for it"), ["block/x@1"])

    assert [one.message for one in refused.value.problems] == ["nobody vouches for it"]


NAMES = st.sampled_from("abcdef")


@given(
    kinds=st.dictionaries(NAMES, st.sampled_from(ORDER), min_size=1),
    needs=st.lists(st.tuples(NAMES, NAMES)),
)
@settings(max_examples=examples(50))
def test_the_order_of_bringing_holds_all_once_and_callers_after_called(
    kinds: dict[str, str], needs: list[tuple[str, str]]
) -> None:
    # a part needs only what comes before it in the alphabet, so that there is no circle
    items = [
        item(
            kind,
            name,
            *(file_of(kinds[to], to) for by, to in needs if by == name and to in kinds and to < by),
        )
        for name, kind in kinds.items()
    ]

    files = [one.file for one in ordered(items)]

    assert sorted(files) == sorted(one.file for one in items)
    for one in items:
        for need in one.needs:
            if one.kind in (WORKFLOW, BLOCK) and need.startswith(f"{one.kind}/"):
                assert files.index(need) < files.index(one.file)


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.text(max_size=20)), max_size=10))
@settings(max_examples=examples(50))
def test_what_is_written_is_read_back(parts: list[tuple[str, str]]) -> None:
    contents = Contents(items=[item(kind, name) for kind, name in parts], block_ids=["a.b"])

    again = read_contents(contents.document())

    assert again.document() == contents.document()
    assert again.digest == contents.digest
