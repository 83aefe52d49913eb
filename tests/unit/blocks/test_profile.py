"""Which schemas a block may use: odd annotations are refused by name, and break nothing."""

from __future__ import annotations

from typing import Any

import pytest

from blocks._profile import check_profile


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
    ],
)
def test_an_odd_annotation_is_refused(schema: dict[str, Any], told: str) -> None:
    problems = check_profile(schema, closed=True)

    assert [problem.pointer for problem in problems] == ["/x-garland"]
    assert problems[0].message.startswith(told)
