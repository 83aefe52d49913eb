"""Documents held against a JSON Schema."""

from __future__ import annotations

import pytest

from kernel.errors import InvalidError
from kernel.schema import Schema


@pytest.mark.parametrize(
    "limits", [{"pattern": "^a$"}, {"enum": ["a"]}, {"type": "integer"}], ids=str
)
def test_a_text_that_cannot_be_shown_is_refused_with_a_remedy(limits: dict[str, object]) -> None:
    schema = Schema({"type": "object", "properties": {"a": limits}})

    with pytest.raises(InvalidError) as refused:
        schema.require({"a": "\ud800"}, "it does not fit")

    assert "half a character" in refused.value.problems[0].message
