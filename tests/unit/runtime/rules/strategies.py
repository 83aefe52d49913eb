"""Hypothesis strategies: conditions of every shape, and alarms that nearly meet them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from runtime.rules.fields import SEVERITIES

TEXTS = [
    "LOS on port",
    "los",
    'Köln "x"',
    "nok\\ia",
    "Link down",
    "5",
    "true",
    "\u0000\ud800",
    "é",
    "𝕏",  # noqa: RUF001  meant
]
NUMBERS = [-5, 0, 3, 5, 2**40, 1e-9, 2.5e-7, 0.001, 0.5, 3e12, 90.0]
FREE = ["attributes.site", "attributes.load", "attributes.a.b", "attributes.on"]
TEXT_FIELDS = ["event_type", "managed_object", "text"]

_texts = st.sampled_from(TEXTS)
_numbers = st.sampled_from(NUMBERS)


def _leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _compared(fields: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(fields)
    one = st.builds(_leaf, field, st.sampled_from(["is", "is_not"]), values)
    listed = st.lists(values, min_size=1, max_size=4)
    return one | st.builds(_leaf, field, st.sampled_from(["in", "not_in"]), listed)


def _ordered(fields: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    op = st.sampled_from(["at_least", "at_most", "more_than", "less_than"])
    return st.builds(_leaf, st.sampled_from(fields), op, values)


_severities = st.sampled_from(SEVERITIES)
_textual = st.builds(
    _leaf,
    st.sampled_from(TEXT_FIELDS + FREE),
    st.sampled_from(["contains", "starts_with", "ends_with"]),
    _texts,
)
_patterned = st.builds(
    _leaf,
    st.sampled_from(TEXT_FIELDS + FREE),
    st.just("matches"),
    st.sampled_from(["^L.*n$", "fan|LOS", "[^a]n", "(o+)+$", "\\d"]),
)
_present = st.builds(
    lambda field, op: {"field": field, "op": op},
    st.sampled_from([*TEXT_FIELDS, *FREE, "count", "affected_services"]),
    st.sampled_from(["exists", "missing"]),
)
leaves = st.one_of(
    _compared(TEXT_FIELDS + FREE, _texts),
    _compared(["count", *FREE], _numbers),
    _compared(FREE, st.booleans()),
    _compared(["perceived_severity"], _severities),
    _ordered(["count", *FREE], _numbers),
    _ordered(["perceived_severity"], _severities),
    _textual,
    _patterned,
    _present,
    st.builds(_leaf, st.just("affected_services"), st.just("contains"), _texts),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda gate, members: {gate: members},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)

_rubbish: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", [], {}, [1], float("nan"), float("inf"), 10**30, True, "1e5", " 5 "]
)
_values = _texts | _numbers | _rubbish
alarms = st.fixed_dictionaries(
    {},
    optional={
        "perceived_severity": _severities,
        "event_type": _values,
        "managed_object": _texts,
        "text": _texts,
        "count": _numbers | _rubbish,
        "affected_services": st.lists(_values, max_size=3) | _rubbish,
        "attributes": st.dictionaries(
            st.sampled_from(["site", "load", "on", "a.b", "a"]),
            _values | st.booleans() | st.fixed_dictionaries({"b": _values}),
        ),
    },
)
