"""Hypothesis strategies: rules of every pattern, and streams of events that nearly meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.factories.rules import make_leaf

SITES = ["bern", "basel", ""]
OBJECTS = ["link-1", "link-2", "link-3", "fan"]
SEVERITIES = ["minor", "major", "critical"]

_conditions = st.sampled_from(
    [
        make_leaf("managed_object", "exists"),
        make_leaf("managed_object", "starts_with", "link"),
        make_leaf("managed_object", "is", "link-1"),
        make_leaf("perceived_severity", "at_least", "major"),
        make_leaf("attributes.site", "is", "bern"),
        {"none": [make_leaf("managed_object", "is", "fan")]},
    ]
)
_windows = st.sampled_from([5, 10, 30, 60])
_groups = st.sampled_from([[], [], ["attributes.site"], ["managed_object"]])
_ons = st.sampled_from([["raised"], ["raised", "changed"], ["cleared"], ["raised", "cleared"]])
_pairs = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["sequence", "absence", "together"]),
        "a": _conditions,
        "b": _conditions,
        "within_s": _windows,
        "group_by": _groups,
    },
    optional={"b_on": _ons},
)
patterns = st.one_of(
    st.fixed_dictionaries({"kind": st.just("each"), "group_by": _groups}),
    st.fixed_dictionaries(
        {
            "kind": st.just("count"),
            "at_least": st.integers(2, 4),
            "within_s": _windows,
            "group_by": _groups,
        },
        optional={"distinct": st.sampled_from(["managed_object", "attributes.site"])},
    ),
    _pairs,
    _pairs,
    st.fixed_dictionaries(
        {
            "kind": st.just("flapping"),
            "more_than": st.integers(1, 3),
            "within_s": _windows,
            "group_by": _groups,
        },
        optional={"release_below": st.integers(1, 2)},
    ),
    st.fixed_dictionaries({"kind": st.just("persists"), "after_s": _windows, "group_by": _groups}),
)
_rules: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"pattern": patterns, "when": _conditions, "priority": st.integers(0, 3)},
    optional={
        "on": _ons,
        "cooldown_s": st.sampled_from([0, 5, 20, 60]),
        "stop": st.booleans(),
    },
)


def _is_sound(rule: dict[str, Any]) -> bool:
    return rule["pattern"]["kind"] != "persists" or "cleared" not in rule.get("on", ())


rules = _rules.filter(_is_sound)


@dataclass(frozen=True, slots=True)
class Said:
    """One event as a source says it: when it is received, how late that is, and what it says."""

    gap_s: float
    late_s: float
    document: dict[str, Any]


def _said(name: str, site: str, severity: str, gap_s: float, late_s: float) -> Said:
    attributes = {"site": site} if site else {}
    document = {"managed_object": name, "perceived_severity": severity, "attributes": attributes}
    return Said(gap_s, late_s, document)


said = st.builds(
    _said,
    st.sampled_from(OBJECTS),
    st.sampled_from(SITES),
    st.sampled_from([*SEVERITIES, "cleared"]),
    st.sampled_from([0.0, 0.5, 1.0, 3.0, 5.0, 10.0, 29.0, 61.0]),
    st.sampled_from([0.0, 0.0, 0.0, 1.0, 7.0, 30.0]),
)
streams = st.lists(said, min_size=1, max_size=30)
