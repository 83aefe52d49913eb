"""Of an organisation's names, those that cannot stand in a document are not kept for it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.sharing.names import Names, Said, names_in
from tests.support.size import examples

_texts = st.text(st.sampled_from("abABß1é\u0301\u200b -_東京.ﬁ½\u212a"), max_size=30)
_names = st.lists(
    st.text(st.sampled_from("abß1é\u0301\u200b -東fik2"), min_size=1, max_size=5), max_size=8
)


@settings(max_examples=examples(200))
@given(_texts, _names, st.integers(0, 30), st.integers(0, 30))
def test_a_name_is_found_in_a_text_and_in_any_part_of_it_as_if_all_were_kept(
    text: str, names: list[str], start: int, end: int
) -> None:
    kept = Names.of({"a customer": iter(names)}, among=Said.of([text]))

    for part in (text, text[start:end], text[end:]):
        assert list(names_in(part, kept)) == list(names_in(part, Names.of({"a customer": names})))


def test_names_that_cannot_stand_in_a_text_are_not_kept() -> None:
    names = [f"bng-{n}" for n in range(10, 100)]

    kept = Names.of({"a managed object": names}, among=Said.of(["tell bng 17 of it"]))

    assert sum(map(len, kept.by_first.values())) == 1
