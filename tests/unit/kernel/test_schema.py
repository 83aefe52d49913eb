"""A document that the validating library cannot read fits nothing, and its field is named."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import InvalidError
from kernel.schema import Schema, half_character_in

TREE = Schema({"additionalProperties": {"$ref": "#"}, "items": {"$ref": "#"}})
TEXT = Schema({"type": "string"})


def nested(depth: int) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param("\ud800", "", id="the document"),
        pytest.param({"name": "a\udfff"}, "/name", id="a field"),
        pytest.param({"a": [1, {"b": "\ud800"}]}, "/a/1/b", id="deep inside"),
        pytest.param({"a": {"\ud800": 1}}, "/a", id="a name"),
    ],
)
def test_half_a_character_is_found_and_named_by_its_field(document: Any, pointer: str) -> None:
    found = half_character_in(document)

    assert found is not None
    assert found.pointer == pointer
    assert "half a character" in found.message


def test_whole_characters_are_no_halves() -> None:
    assert half_character_in({"Zürich": ["\U0001f600", 1, None]}) is None


def test_a_text_that_cannot_be_read_fits_no_schema() -> None:
    with pytest.raises(InvalidError) as refused:
        TEXT.require("\ud800", "refused")

    assert "half a character" in refused.value.problems[0].message


@pytest.mark.parametrize(
    "limits", [{"pattern": "^a$"}, {"enum": ["a"]}, {"type": "integer"}], ids=str
)
def test_a_text_that_cannot_be_shown_is_refused_with_a_remedy(limits: dict[str, object]) -> None:
    schema = Schema({"type": "object", "properties": {"a": limits}})

    with pytest.raises(InvalidError) as refused:
        schema.require({"a": "\ud800"}, "it does not fit")

    assert "half a character" in refused.value.problems[0].message


def test_what_nests_without_end_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        TEXT.require(nested(500), "refused")

    assert "nested too deep" in refused.value.problems[0].message


def test_what_nests_reasonably_is_accepted() -> None:
    assert TREE.accepts(nested(50))
