"""Mappings as documents: what is refused when one is saved, and what is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.alarms.sources.mapping import MappingError, check_mapping, warnings_of


def mapping(fields: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """Make a mapping of a host and its severity, changed as said; None leaves a field out."""
    given = {"managed_object": {"from": "host"}, "perceived_severity": {"from": "severity"}}
    kept = {name: one for name, one in {**given, **(fields or {})}.items() if one is not None}
    return {"mapping": 1, "fields": kept, **parts}


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param(mapping({"managed_object": None}), "/fields/managed_object", id="no object"),
        pytest.param(
            mapping({"perceived_severity": None}), "/fields/perceived_severity", id="no severity"
        ),
        pytest.param(mapping({"text": {"from": "a b"}}), "/fields/text", id="no path"),
        pytest.param(mapping({"text": {"from": "= item."}}), "/fields/text", id="no expression"),
        pytest.param(mapping({"text": {"from": "= steps.a.b"}}), "/fields/text", id="no such data"),
        pytest.param(mapping({"text": {}}), "/fields/text", id="neither path nor constant"),
        pytest.param(mapping({"colour": {"from": "a"}}), "/fields/colour", id="no such field"),
        pytest.param(
            mapping({"event_type": {"default": "alarm"}}), "/fields/event_type", id="no event type"
        ),
        pytest.param(
            mapping({"perceived_severity": {"default": "cleared"}}),
            "/fields/perceived_severity",
            id="a constant that only clears",
        ),
        pytest.param(mapping(severities={"p1": "awful"}), "/severities/p1", id="no severity word"),
        pytest.param(mapping(severities={"P1": "major"}), "/severities/P1", id="a capital"),
        pytest.param(mapping(list="= item.a"), "/list", id="a list that is computed"),
        pytest.param(mapping(zone="Mars/Olympus"), "/zone", id="no time zone"),
        pytest.param(mapping(clear={"from": "state"}), "/clear/is", id="an end without words"),
        pytest.param({"mapping": 2, "fields": {}}, "/mapping", id="another version"),
        pytest.param([], "", id="no object at all"),
    ],
)
def test_refuses_what_could_never_give_an_alarm(document: Any, pointer: str) -> None:
    with pytest.raises(MappingError) as caught:
        check_mapping(document)

    assert pointer in [one.pointer for one in caught.value.problems]


def test_takes_paths_expressions_and_constants() -> None:
    fields = {"text": {"from": "= item.a + trigger.body.b"}, "event_type": {"default": "other"}}

    check_mapping(mapping(fields, clear={"from": "state", "is": ["ok"]}, zone="Europe/Zurich"))


CLEAR = {"from": "state", "is": ["ok"]}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"specific_problem": {"from": "severity"}}, "how bad it is", id="severity"),
        pytest.param(
            {"specific_problem": {"from": "at"}, "raised_at": {"from": "at"}}, "a time", id="time"
        ),
        pytest.param(
            {"specific_problem": {"from": "said"}, "text": {"from": "said"}}, "free text", id="text"
        ),
        pytest.param({"specific_problem": {"from": "state"}}, "how bad it is", id="what ends it"),
        pytest.param({"reduction_key": {"from": "a.timestamp"}}, "a time", id="by its name"),
        pytest.param(
            {"specific_problem": {"from": "= item.host + item.severity"}},
            "how bad it is",
            id="inside an expression",
        ),
    ],
)
def test_warns_of_an_identity_that_does_not_stay(fields: dict[str, Any], says: str) -> None:
    warnings = warnings_of(mapping(fields, clear=CLEAR))

    assert len(warnings) == 1
    assert says in warnings[0].message
    assert "never clears" in warnings[0].message


def test_warns_of_nothing_where_the_identity_stays() -> None:
    assert warnings_of(mapping({"specific_problem": {"from": "rule.name"}}, clear=CLEAR)) == []


def test_warns_when_nothing_tells_an_end() -> None:
    (warning,) = warnings_of(mapping(severities={"5": "critical"}))

    assert warning.pointer == "/clear"


@pytest.mark.parametrize("severities", [{"ok": "cleared"}, {}])
def test_a_severity_may_tell_the_end(severities: dict[str, str]) -> None:
    parts = {"severities": severities} if severities else {}

    assert warnings_of(mapping(**parts)) == []
