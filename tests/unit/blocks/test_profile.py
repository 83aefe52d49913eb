"""Which schemas a block may use: odd annotations are refused by name, and break nothing."""

from __future__ import annotations

from typing import Any

import pytest

from blocks._profile import check_profile
from blocks.schemas import authoring_problems
from kernel.schema import Schema


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        pytest.param(
            {"type": ["string", "null"], "x-garland": {"widget": "textarea"}},
            "the widget textarea needs the type string",
            id="a widget for what may be null",
        ),
        pytest.param(
            {"type": "string", "x-garland": {"widget": ["secret"]}},
            'x-garland must be {"widget": …} with one of',
            id="a widget that is no name",
        ),
        pytest.param(
            {"type": "string", "x-garland": {"written": "yes"}},
            "written is true, or left out",
            id="written in another way",
        ),
        pytest.param(
            {"type": "string", "x-garland": {"written": True, "widgets": "code"}},
            'x-garland must be {"widget": …} with one of',
            id="something unknown beside written",
        ),
    ],
)
def test_an_odd_annotation_is_refused(schema: dict[str, Any], told: str) -> None:
    problems = check_profile(schema, closed=True)

    assert [problem.pointer for problem in problems] == ["/x-garland"]
    assert problems[0].message.startswith(told)


@pytest.mark.parametrize(
    ("schema", "value", "pointers"),
    [
        pytest.param({"type": "string"}, "= 1 + 1", ["/a"], id="a text"),
        pytest.param(
            {"type": "array", "items": {"type": "string"}}, "= ['b']", ["/a"], id="a list"
        ),
        pytest.param(
            {"type": "array", "items": {"type": "string"}}, ["b", "= c"], ["/a/1"], id="an entry"
        ),
        pytest.param(
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"x": "= c"},
            ["/a/x"],
            id="a field",
        ),
        pytest.param({"type": "string"}, "b", [], id="what is written"),
    ],
)
def test_what_people_alone_write_is_never_calculated(
    schema: dict[str, Any], value: Any, pointers: list[str]
) -> None:
    document = {"properties": {"a": {**schema, "x-garland": {"written": True}}}}

    found = authoring_problems(Schema(document), {"a": value})

    assert [one.pointer for one in found] == pointers


def test_beside_it_expressions_stand_as_ever() -> None:
    document = {"properties": {"a": {"type": "string"}}}

    assert authoring_problems(Schema(document), {"a": "= 1 + 1"}) == []
