"""Hypothesis strategies: every field with every operator, deep trees, and crowds of like rules.

The values come from a small pool and from anywhere: the first make conditions hold, the second find
what nobody thought of. A crowd has about as many rules as durable_rules can bear, or one more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from runtime.rules.around import offered_fields
from runtime.rules.conditions import LISTED, ORDER, PRESENCE, TEXTUAL, Op, bind, operators_of
from runtime.rules.fields import ATTRIBUTES, CATALOGUE, NUMBER_LIMIT, SEVERITIES, Field, Kind
from runtime.rules.model import check_rule
from tests.factories.rules import make_leaf, make_rule_document
from tests.unit.runtime.rules.strategies import FREE, NUMBERS, TEXTS

FIELDS = (
    *CATALOGUE,
    *offered_fields(),
    *(Field(path=path, title=path, kind=Kind.FREE) for path in (*FREE, "inventory.rack")),
)
PATTERNS = ["^L.*n$", "fan|LOS", "[^a]n", "(o+)+$", "\\d", "^$", ".", "(?-i)LOS", "\\p{Lu}", "ß|é"]
EDGES = [0.1, -0.001, 1e-12, 1e14, 2**31 - 1, 2**31, 2**53, -(2**53), 0.30000000000000004]

texts = st.sampled_from(TEXTS) | st.text(min_size=1, max_size=12)
numbers = (
    st.sampled_from([*NUMBERS, *EDGES])
    | st.integers(-(10**14), 10**14)
    | st.floats(-NUMBER_LIMIT, NUMBER_LIMIT, exclude_min=True, exclude_max=True)
)
_truths = st.booleans()
_scalars = texts | numbers | _truths
_OPERANDS: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: texts,
    Kind.TEXTS: texts,
    Kind.NUMBER: numbers,
    Kind.TRUTH: _truths,
    Kind.SEVERITY: st.sampled_from(SEVERITIES),
    Kind.FREE: _scalars,
}


def _operand(field: Field, op: Op) -> st.SearchStrategy[Any]:
    if op in PRESENCE:
        return st.none()
    if op is Op.MATCHES:
        return st.sampled_from(PATTERNS)
    if field.kind is not Kind.FREE:
        return _some(_OPERANDS[field.kind], op)
    if op in ORDER:
        return numbers
    return texts if op in TEXTUAL else _some(texts, op) | _some(numbers, op) | _some(_truths, op)


def _some(values: st.SearchStrategy[Any], op: Op) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=1, max_size=24) if op in LISTED else values


def _leaves_of(field: Field) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(operators_of(field)).flatmap(
        lambda op: st.builds(make_leaf, st.just(field.path), st.just(op.value), _operand(field, op))
    )


def _is_bound(leaf: dict[str, Any]) -> bool:
    return not isinstance(bind(leaf["field"], Op(leaf["op"]), leaf.get("value")), str)


leaves = st.sampled_from(FIELDS).flatmap(_leaves_of).filter(_is_bound)


def _is_allowed(condition: dict[str, Any]) -> bool:
    return not check_rule(make_rule_document(when=condition))


conditions = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda gate, members: {gate: members},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=24,
).filter(_is_allowed)

_said = st.recursive(
    st.none() | _scalars | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Write `topology.parent` and its like as a document has them; attributes may hold dots."""
    document: dict[str, Any] = {}
    for path, value in flat.items():
        top, _, name = path.partition(".")
        if name:
            document.setdefault(top, {})[name] = value
        else:
            document[path] = value
    return document


def _value_of(field: Field) -> st.SearchStrategy[Any]:
    """Give a value that goes with a field three times out of four."""
    fitting = _OPERANDS[field.kind]
    if field.kind is Kind.TEXTS:
        fitting = st.lists(texts, max_size=4)
    return st.one_of(fitting, fitting, fitting, _said)


alarms = st.fixed_dictionaries({}, optional={field.path: _value_of(field) for field in FIELDS}).map(
    _nested
)

SIZES = [55, 57, 63, 65, 99, 101, 129, 199, 201, 255, 257, 379, 381, 511, 513]
_Make = Callable[[int], dict[str, Any]]
_FAMILIES: Mapping[str, _Make] = {
    "the same": lambda _: make_leaf("event_type", "is", "c1"),
    "other values": lambda i: make_leaf("event_type", "is", f"c{i}"),
    "other than": lambda i: make_leaf("event_type", "is_not", f"c{i}"),
    "other fields": lambda i: make_leaf(f"{ATTRIBUTES}f{i}", "is", 1),
    "present": lambda i: make_leaf(f"{ATTRIBUTES}f{i}", "exists"),
    "missing": lambda i: make_leaf(f"{ATTRIBUTES}f{i}", "missing"),
    "thresholds": lambda i: make_leaf("count", "at_least", i),
    "ceilings": lambda i: make_leaf("flap_count", "less_than", i / 7),
    "texts": lambda i: make_leaf("text", "contains", f"{i % 30}"),
    "lists": lambda i: make_leaf("event_type", "in", [f"c{(i + j) % 70}" for j in range(24)]),
    "not of lists": lambda i: make_leaf("event_type", "not_in", [f"c{i}", f"c{i + 1}"]),
    "either": lambda i: {"any": [_FAMILIES["the same"](i), make_leaf("count", "is", i)]},
    "neither": lambda i: {"none": [_FAMILIES["other values"](i), make_leaf("count", "is", i)]},
    "both": lambda i: {"all": [_FAMILIES["the same"](i), _FAMILIES["thresholds"](i)]},
    "two by two": lambda i: {
        "all": [
            {"any": [_FAMILIES["other values"](i), _FAMILIES["present"](i % 9)]},
            {"any": [_FAMILIES["thresholds"](i), _FAMILIES["missing"](i % 5)]},
        ]
    },
}


def _crowd(name: str, size: int) -> list[dict[str, Any]]:
    return [_FAMILIES[name](number) for number in range(size)]


crowds = st.lists(
    st.builds(_crowd, st.sampled_from(sorted(_FAMILIES)), st.sampled_from(SIZES)),
    min_size=1,
    max_size=3,
).map(lambda found: [one for crowd in found for one in crowd][:1_000])

in_crowds: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.integers(0, 520).map(lambda i: f"c{i}"),
        "count": st.integers(-1, 520),
        "flap_count": st.integers(0, 80) | st.floats(0, 80),
        "text": st.integers(0, 99).map(str),
        "attributes": st.sets(st.integers(0, 520), max_size=400).map(
            lambda numbers: {f"f{i}": 1 for i in sorted(numbers)}
        ),
    },
)
