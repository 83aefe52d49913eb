"""What counts as a secret, what is shown of it, and how it is kept when the rest changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.secrecy import MASK, masked, masked_at, unmasked

SECRET = {"type": "string", "format": "password"}


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "x-api-key",
        "X-Auth-Token",
        "api_key",
        "apiKey",
        "Set-Cookie",
        "clientSecret",
        "PASSWORD",
        "token",
    ],
)
def test_a_name_that_holds_secrets_is_masked_however_it_is_written(name: str) -> None:
    assert masked({name: "s3cret"}, {}) == {name: MASK}
    assert masked({"deep": [{name: ["s3cret"]}]}, {}) == {"deep": [{name: MASK}]}


@pytest.mark.parametrize("name", ["tokens_used", "author", "passwords_changed", "cookies"])
def test_a_name_that_only_resembles_one_is_shown(name: str) -> None:
    assert masked({name: "plain"}, {}) == {name: "plain"}


@pytest.mark.parametrize("value", [None, "", True, False])
def test_a_secret_without_a_value_is_shown_as_it_is(value: Any) -> None:
    assert masked({"password": value}, {}) == {"password": value}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"properties": {"pin": SECRET}}, id="a field"),
        pytest.param({"properties": {"pin": {"x-garland": {"widget": "secret"}}}}, id="a widget"),
        pytest.param({"properties": {"pin": {"x-garland": {"secret": True}}}}, id="a mark"),
        pytest.param({"additionalProperties": SECRET}, id="any field"),
        pytest.param({"oneOf": [{}, {"properties": {"pin": SECRET}}]}, id="an alternative"),
        pytest.param({"if": {}, "then": {"properties": {"pin": SECRET}}}, id="a condition"),
        pytest.param({"allOf": [{"anyOf": [{"properties": {"pin": SECRET}}]}]}, id="nested"),
    ],
)
def test_a_field_its_schema_calls_secret_is_masked(schema: dict[str, Any]) -> None:
    assert masked({"pin": "4711"}, schema) == {"pin": MASK}


def test_a_whole_value_and_the_items_of_a_list_may_be_secret() -> None:
    assert masked("4711", SECRET) == MASK
    assert masked(["4711", ""], {"items": SECRET}) == [MASK, ""]


def test_a_part_of_a_value_is_masked_as_it_would_be_in_the_whole() -> None:
    schema = {"properties": {"keys": {"items": {"properties": {"pin": SECRET}}}}}

    assert masked_at(["keys", "3"], {"pin": "4711", "n": 1}, schema) == {"pin": MASK, "n": 1}
    assert masked_at(["keys", "3", "pin"], "4711", schema) == MASK
    assert masked_at(["login", "password", "0"], "4711", {}) == MASK
    assert masked_at([], {"n": 1}, {}) == {"n": 1}


def test_a_mask_that_was_left_is_what_stood_there_and_the_rest_is_as_sent() -> None:
    before = {"user": "ann", "password": "x", "hops": [{"token": "a"}, {"token": "b"}]}

    sent = {"user": "bob", "password": MASK, "hops": [{"token": MASK}, {"token": "new"}]}

    assert unmasked(sent, before) == {
        "user": "bob",
        "password": "x",
        "hops": [{"token": "a"}, {"token": "new"}],
    }


def test_a_mask_where_nothing_stood_becomes_nothing() -> None:
    assert unmasked({"new": MASK, "more": [MASK]}, {"more": "text"}) == {
        "new": None,
        "more": [None],
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", "Token", "n"]), inner, max_size=3)
    ),
)


@given(values)
def test_what_is_sent_back_unchanged_is_what_it_was(value: Any) -> None:
    assert unmasked(masked(value, {}), value) == value


@given(values)
def test_masking_twice_is_masking_once(value: Any) -> None:
    once = masked(value, {})

    assert masked(once, {}) == once
