"""Patches as acts: a JSON patch and a merge patch that mean the same ask for the same."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.tmf642.dialect import V4, V5
from runtime.alarms.tmf642.patching import Acts, acts_of, merged, operated

BEFORE: dict[str, Any] = {
    "id": "1",
    "alarmedObject": {"@type": "AlarmedObjectRef", "id": "ne-1"},
    "alarmDetails": "before",
    "perceivedSeverity": "major",
    "state": "raised",
    "place": [{"@type": "RelatedPlace", "role": "site"}],
    "comment": [{"comment": "first", "userId": "bob"}],
}
TEXTS = ("alarmDetails", "probableCause", "specificProblem", "reportingSystemId", "externalAlarmId")
VALUES = st.dictionaries(st.sampled_from(TEXTS), st.text(max_size=9), min_size=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


def asked(patch: Any) -> Acts:
    return acts_of(BEFORE, patch, kept={}, dialect=V4, by="Ada")


@given(VALUES)
def test_both_kinds_of_patch_ask_for_the_same(values: dict[str, str]) -> None:
    operations = [{"op": "add", "path": f"/{name}", "value": one} for name, one in values.items()]

    assert asked(operated(BEFORE, operations, V5)) == asked(merged(BEFORE, values))


@given(JSON)
def test_any_body_is_read_or_refused(body: Any) -> None:
    with suppress(InvalidError):
        assert isinstance(asked(merged(BEFORE, body)), Acts)
    with suppress(InvalidError):
        assert isinstance(asked(operated(BEFORE, body, V5)), Acts)


@given(st.lists(st.sampled_from([*BEFORE, *TEXTS, "0", "-", "id"]), min_size=1, max_size=3), JSON)
def test_any_operation_is_done_or_refused_and_leaves_the_document_alone(
    path: list[str], value: Any
) -> None:
    before = repr(BEFORE)

    for op in ("add", "remove", "replace", "test"):
        operation = {"op": op, "path": "/" + "/".join(path), "value": value}
        with suppress(InvalidError):
            operated(BEFORE, [operation], V5)

    assert repr(BEFORE) == before


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param({"ackState": "acknowledged"}, Acts(acknowledged=True), id="ack"),
        pytest.param({"ackState": "unacknowledged"}, Acts(acknowledged=False), id="give back"),
        pytest.param({"state": "cleared"}, Acts(is_clear=True), id="clear by state"),
        pytest.param({"perceivedSeverity": "cleared"}, Acts(is_clear=True), id="by severity"),
        pytest.param({"parentAlarm": []}, Acts(parent=""), id="out of the group"),
        pytest.param({"parentAlarm": [{"id": "7"}]}, Acts(parent="7"), id="into a group"),
        pytest.param({"correlatedAlarm": None}, Acts(children=[]), id="no children"),
        pytest.param({"alarmDetails": None}, Acts(fields={"text": ""}), id="text away"),
        pytest.param(
            {"comment": [{"comment": "first"}, {"comment": "new", "userId": "eve"}]},
            Acts(comments=[("new", "eve")]),
            id="one comment is new",
        ),
    ],
)
def test_reads_what_is_asked_for(patch: dict[str, Any], expected: Acts) -> None:
    found = asked(patch)

    wanted = Acts(
        fields=expected.fields,
        acknowledged=expected.acknowledged,
        ack_by="Ada",
        is_clear=expected.is_clear,
        clear_by="Ada",
        comments=list(expected.comments),
        parent=expected.parent,
        children=expected.children,
    )
    assert found == wanted
