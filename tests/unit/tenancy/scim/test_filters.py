"""Filters of SCIM are read as they were written, and anything else is refused in words."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.scim.errors import FilterError, PathError
from tenancy.scim.filters import (
    Attribute,
    Both,
    Compare,
    Either,
    Filter,
    Not,
    Within,
    equals_of,
    matches,
)
from tenancy.scim.reading import COMPARES, read_filter, read_path
from tests.support.size import examples

ANNA = {
    "userName": "Anna@Example.com",
    "externalId": "E-7",
    "active": True,
    "emails": [
        {"value": "anna@example.com", "type": "work", "primary": True},
        {"value": "a@home.example", "type": "home"},
    ],
    "name": {"familyName": "Berg"},
}
_NAMES = st.sampled_from(["userName", "active", "emails", "not", "or", "pr", "x-y"])
_SUBS = st.sampled_from(["", "", "value", "type"])
_URNS = st.sampled_from(["", "", "urn:ietf:params:scim:schemas:core:2.0:User"])
_VALUES = st.one_of(st.text(), st.integers(), st.booleans(), st.none())
_ATTRIBUTES = st.builds(Attribute, name=_NAMES, sub=_SUBS, urn=_URNS)
_COMPARES = st.one_of(
    st.builds(Compare, attribute=_ATTRIBUTES, operator=st.sampled_from(COMPARES), value=_VALUES),
    st.builds(Compare, attribute=_ATTRIBUTES, operator=st.just("pr")),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    _COMPARES,
    lambda inner: st.one_of(
        st.builds(Both, left=inner, right=inner),
        st.builds(Either, left=inner, right=inner),
        st.builds(Not, inner=inner),
        st.builds(Within, attribute=_ATTRIBUTES, inner=inner),
    ),
    max_leaves=6,
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "userName": st.text(),
        "active": st.booleans(),
        "emails": st.lists(st.fixed_dictionaries({"value": st.text()}), max_size=3),
    },
)


def written(wanted: Filter) -> str:
    """Write a filter as RFC 7644 has it."""
    if isinstance(wanted, Both | Either):
        word = "and" if isinstance(wanted, Both) else "or"
        return f"({written(wanted.left)}) {word} ({written(wanted.right)})"
    if isinstance(wanted, Not):
        return f"not ({written(wanted.inner)})"
    sub = f".{wanted.attribute.sub}" if wanted.attribute.sub else ""
    schema = f"{wanted.attribute.urn}:" if wanted.attribute.urn else ""
    named = schema + wanted.attribute.name + sub
    if isinstance(wanted, Within):
        return f"{named}[{written(wanted.inner)}]"
    value = "" if wanted.operator == "pr" else f" {json.dumps(wanted.value)}"
    return f"{named} {wanted.operator}{value}"


@settings(max_examples=examples(60))
@given(FILTERS)
def test_a_filter_is_read_as_it_was_written(wanted: Filter) -> None:
    assert read_filter(written(wanted)) == wanted


@settings(max_examples=examples(80))
@given(st.one_of(st.text(), FILTERS.map(written).flatmap(lambda one: st.just(one[:-1] + " ("))))
def test_whatever_else_is_refused_in_words(text: str) -> None:
    with suppress(FilterError):
        read_filter(text)


@settings(max_examples=examples(60))
@given(FILTERS, FILTERS, DOCUMENTS)
def test_what_joins_filters_means_what_it_says(
    left: Filter, right: Filter, document: dict[str, Any]
) -> None:
    one, other = matches(left, document), matches(right, document)

    assert matches(Both(left=left, right=right), document) is (one and other)
    assert matches(Either(left=left, right=right), document) is (one or other)
    assert matches(Not(inner=left), document) is not one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('userName eq "anna@example.com"', True, id="texts in any case"),
        pytest.param('externalId eq "e-7"', False, id="but for external ids"),
        pytest.param('emails.value eq "a@home.example"', True, id="any of several values"),
        pytest.param('emails eq "a@home.example"', True, id="a value for the whole"),
        pytest.param('emails[type eq "home" and value sw "anna"]', False, id="one value alone"),
        pytest.param("active eq True", True, id="flags in any case"),
        pytest.param('NAME.familyname CO "er"', True, id="names and operators in any case"),
        pytest.param("title pr", False, id="nothing is there"),
        pytest.param("title eq null", True, id="nothing is null"),
        pytest.param('userName eq "x" or active eq true and name pr', True, id="and before or"),
        pytest.param(
            'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ANNA"', True, id="with schema"
        ),
    ],
)
def test_asks_a_document(text: str, expected: bool) -> None:
    assert matches(read_filter(text), ANNA) is expected


def test_equals_joined_by_and_are_told_one_by_one() -> None:
    found = equals_of(read_filter('userName eq "a" and (active eq true)'))

    assert [(one.attribute.key, one.value) for one in found] == [
        ("username", "a"),
        ("active", True),
    ]


def test_what_is_more_than_equals_is_refused() -> None:
    with pytest.raises(FilterError, match="only eq"):
        list(equals_of(read_filter('userName sw "a"')))


@pytest.mark.parametrize("text", ["", "a..b", "emails[type eq", "emails.x[a pr]", "a b", "1a"])
def test_a_path_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises((PathError, FilterError)):
        read_path(text)
