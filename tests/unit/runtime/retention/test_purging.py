"""Which alarms a purge names: the filter as JSON and as a form, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.model import Severity
from runtime.retention.purging.wish import (
    ANY,
    CLOSED,
    SEVERITIES,
    SIDES,
    STATES,
    Wish,
    parse_wish,
    wish_document,
)


def pointers(document: Any) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        parse_wish(document)
    return [one.pointer for one in caught.value.problems]


def test_without_a_word_it_is_what_is_closed() -> None:
    assert parse_wish({}) == Wish(status=CLOSED)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        pytest.param({"is": "minor"}, {Severity.MINOR}, id="is"),
        pytest.param({"below": "minor"}, {Severity.WARNING, Severity.INDETERMINATE}, id="below"),
        pytest.param({"above": "minor"}, {Severity.MAJOR, Severity.CRITICAL}, id="above"),
        pytest.param({"above": "critical"}, set(), id="above all"),
    ],
)
def test_a_severity_is_one_or_all_on_a_side_of_it(
    severity: dict[str, str], expected: set[Severity]
) -> None:
    assert parse_wish({"severity": severity}).severities == frozenset(expected)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param([], "", id="no object"),
        pytest.param({"older": 3}, "/older", id="a field that there is not"),
        pytest.param({"status": "raised"}, "/status", id="alarms that stand"),
        pytest.param({"older_than_days": -1}, "/older_than_days", id="less than no time"),
        pytest.param({"older_than_days": 3_651}, "/older_than_days", id="over ten years"),
        pytest.param({"severity": {"is": "cleared"}}, "/severity/is", id="a severity of none"),
        pytest.param({"severity": {}}, "/severity", id="no side"),
        pytest.param({"operator_state": {"by": "Ann"}}, "/operator_state/state", id="who alone"),
        pytest.param({"status": ANY}, "/older_than_days", id="all that is cleared, at once"),
        pytest.param(
            {"operator_state": {"state": "unacknowledged"}}, "/status", id="closed, and nobody's"
        ),
        pytest.param(
            {
                "status": ANY,
                "older_than_days": 1,
                "operator_state": {"state": "unacknowledged", "by": "Ann"},
            },
            "/operator_state/by",
            id="nobody's, and Ann's",
        ),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_its_field(document: Any, pointer: str) -> None:
    assert pointers(document) == [pointer]


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        pytest.param({"older_than_days": "soon"}, "/older_than_days", id="a word"),
        pytest.param({"older_than_days": "²"}, "/older_than_days", id="no digit"),
        pytest.param({"older_than_days": "99999"}, "/older_than_days", id="too many"),
        pytest.param({"by": "Ann"}, "/state", id="who, and not what"),
    ],
)
def test_a_form_that_says_no_filter_is_refused(form: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidError) as caught:
        wish_document(form)

    assert [one.pointer for one in caught.value.problems] == [pointer]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["", CLOSED, ANY]),
            "older_than_days": st.integers(1, 3_650).map(str),
            "side": st.sampled_from(["", *SIDES]),
            "severity": st.sampled_from(["", *SEVERITIES]),
            "state": st.sampled_from(["", *STATES]),
        },
    )
)
def test_every_choice_of_the_form_is_a_filter_or_refused_with_a_remedy(
    form: dict[str, str],
) -> None:
    try:
        wish = parse_wish(wish_document(form))
    except InvalidError as error:
        remedies = [one.message for one in error.problems]
    else:
        remedies = [wish.status]
        assert wish.status == CLOSED or wish.older_than_days >= 1
    assert remedies
    assert all(remedies)
