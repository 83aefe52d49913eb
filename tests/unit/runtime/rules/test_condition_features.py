"""Each operator on each kind of field, and each field: what it holds for and what just misses."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.rules.fields import Kind, find_field
from tests.factories.rules import make_leaf
from tests.unit.runtime.rules.features import field_features, operator_features
from tests.unit.runtime.rules.judged import event, fired

TEXT, NUMBER, TRUTH = "text", "count", "service_affecting"
SEVERITY, TEXTS, FREE = "perceived_severity", "affected_services", "attributes.x"
# The field, the operator, its value; what it holds for, and what just misses.
OPERATORS: list[tuple[str, str, Any, Any, Any]] = [
    (TEXT, "is", "los", "los", "LOS"),
    (TEXT, "is_not", "los", "LOS", "los"),
    (TEXT, "in", ["a", "b"], "b", "ab"),
    (TEXT, "not_in", ["a", "b"], "ab", "b"),
    (TEXT, "contains", "los", "a LOS b", "a LO S"),
    (TEXT, "starts_with", "los", "Los b", " los"),
    (TEXT, "ends_with", "los", "a Los", "los."),
    (TEXT, "matches", "^l.s$", "LAS", "laas"),
    (TEXT, "exists", None, "0", ""),
    (TEXT, "missing", None, "", "0"),
    (NUMBER, "is", 5, 5.0, 5.0000001),
    (NUMBER, "is_not", 5, 5.0000001, 5.0),
    (NUMBER, "in", [1, 2.5], 2.5, 2.25),
    (NUMBER, "not_in", [1, 2.5], 2.25, 2.5),
    (NUMBER, "at_least", 5, 5, 4.9999999),
    (NUMBER, "at_most", 5, 5, 5.0000001),
    (NUMBER, "more_than", 5, 5.0000001, 5),
    (NUMBER, "less_than", 5, 4.9999999, 5),
    (NUMBER, "exists", None, 0, None),
    (NUMBER, "missing", None, None, 0),
    (TRUTH, "is", True, True, False),
    (TRUTH, "is_not", True, None, True),
    (TRUTH, "exists", None, False, None),
    (TRUTH, "missing", None, None, False),
    (SEVERITY, "is", "major", "major", "critical"),
    (SEVERITY, "is_not", "major", "critical", "major"),
    (SEVERITY, "in", ["minor", "major"], "minor", "warning"),
    (SEVERITY, "not_in", ["minor", "major"], "warning", "minor"),
    (SEVERITY, "at_least", "major", "major", "minor"),
    (SEVERITY, "at_most", "major", "major", "critical"),
    (SEVERITY, "more_than", "minor", "major", "minor"),
    (SEVERITY, "less_than", "minor", "warning", "minor"),
    (SEVERITY, "exists", None, "cleared", None),
    (SEVERITY, "missing", None, None, "cleared"),
    (TEXTS, "contains", "vpn", ["a", "VPN 7"], ["vp", "n"]),
    (TEXTS, "exists", None, ["a"], []),
    (TEXTS, "missing", None, [], ["a"]),
    (FREE, "is", "5", 5, 5.5),
    (FREE, "is", 5, "5.0", "5 GB"),
    (FREE, "is", True, "True", "yes"),
    (FREE, "is_not", 5, "5 GB", "5"),
    (FREE, "in", ["a", "7"], 7, 77),
    (FREE, "not_in", ["a", "7"], 77, 7),
    (FREE, "at_least", 93.5, "93.5", "93.4"),
    (FREE, "at_most", 93.5, "93.5", "93.6"),
    (FREE, "more_than", 5, "6", "abc"),
    (FREE, "less_than", 5, "-6", "5"),
    (FREE, "contains", "12", 5125, 5152),
    (FREE, "starts_with", "zr", "ZRH", "BZR"),
    (FREE, "ends_with", "h", "ZRH", "ZRHX"),
    (FREE, "matches", "^\\d+$", 512, 51.2),
    (FREE, "exists", None, {"a": 1}, {}),
    (FREE, "missing", None, [], [0]),
]
# The field, a value that a condition asks for, and one that just misses.
FIELDS: list[tuple[str, Any, Any]] = [
    ("perceived_severity", "major", "critical"),
    ("event_type", "communicationsAlarm", "other"),
    ("probable_cause", "lossOfSignal", "lossOfFrame"),
    ("specific_problem", "LOS", "LOF"),
    ("managed_object", "link-1", "link-10"),
    ("text", "down", "down "),
    ("source", "nms", "nms2"),
    ("external_id", "7", "8"),
    ("affected_services", ["vpn"], ["internet"]),
    ("affected_customers", ["acme"], ["bank"]),
    ("service_affecting", True, False),
    ("will_clear", False, True),
    ("reporting_system", "ems-1", "ems-10"),
    ("problem", "PRB-7", "PRB-70"),
    ("place", "ZRH", "BRN"),
    ("managed_object_type", "Port", "Card"),
    ("threshold.indicator", "load", "loss"),
    ("threshold.observed", 93.5, 93.4),
    ("threshold.limit", 90, 91),
    ("threshold.unit", "%", "dB"),
    ("threshold.direction", "up", "down"),
    ("count", 3, 2),
    ("flap_count", 3, 2),
    ("escalation_level", 2, 1),
    ("ack_state", "acknowledged", "unacknowledged"),
    ("topology.parent_down", True, False),
    ("topology.neighbour_down", True, False),
    ("topology.parent", "core-1", "core-2"),
    ("topology.parent_alarm", "a", "b"),
    ("topology.parent_hops", 2, 3),
    ("topology.parent_down(hops=1,age_s=900)", True, False),
    ("topology.neighbour_down(hops=1,age_s=900)", True, False),
    ("maintenance.active", True, None),
    ("maintenance.name", "fibre work", "other work"),
    ("inventory.kind", "node", "site"),
    ("inventory.type", "router", "switch"),
    ("inventory.name", "Core", "Edge"),
    ("inventory.site", "ZRH", "BRN"),
    ("attributes.vendor", "acme", "acme2"),
    ("attributes.k8s.io/zone", "a", "b"),
    ("inventory.rack unit", 7, 8),
]


def seen(path: str, value: Any) -> dict[str, Any]:
    """Write an alarm's facts with one value in its place."""
    top, _, name = path.partition(".")
    return {top: {name: value}} if name else {top: value}


def holds(condition: dict[str, Any], value: Any) -> bool:
    return (
        fired({"kind": "each"}, [event(0, 0, **seen(condition["field"], value))], when=condition)
        != []
    )


@pytest.mark.parametrize(("field", "op", "value", "hit", "miss"), OPERATORS)
def test_an_operator(field: str, op: str, value: Any, hit: Any, miss: Any) -> None:
    condition = make_leaf(field, op, value)

    assert (holds(condition, hit), holds(condition, miss)) == (True, False)


@pytest.mark.parametrize(("field", "hit", "miss"), FIELDS)
def test_a_field(field: str, hit: Any, miss: Any) -> None:
    is_list = isinstance(hit, list)
    condition = make_leaf(field, "contains" if is_list else "is", hit[0] if is_list else hit)

    assert (holds(condition, hit), holds(condition, miss)) == (True, False)


def test_every_operator_of_every_kind_of_field_has_a_row() -> None:
    assert {(kind_of(field), op) for field, op, *_ in OPERATORS} == operator_features()


def test_every_field_has_a_row() -> None:
    free = {path.partition(".")[0] for path, *_ in FIELDS if kind_of(path) is Kind.FREE}
    fixed = {path for path, *_ in FIELDS if kind_of(path) is not Kind.FREE}

    assert fixed | free == field_features()


def kind_of(path: str) -> Kind:
    field = find_field(path)
    assert field is not None
    return field.kind
