"""The rule form reads back what it wrote, survives rubbish, and shows problems beside fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.rules.convert import document_of, rows_of
from designer.rules.operations import operate
from designer.rules.places import place
from designer.rules.rows import read_rows
from runtime.rules.model import check_rule, parse_rule
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document

NESTED = {
    "all": [
        make_leaf("event_type", "in", ["a", "b"]),
        {
            "any": [
                make_leaf("count", "at_least", 3),
                make_leaf("attributes.load", "more_than", 0.5),
            ]
        },
        {"none": [make_leaf("text", "missing")]},
    ]
}


FAN, LOS = ({"all": [make_leaf("text", "contains", word)]} for word in ("fan", "los"))
PAIR: dict[str, Any] = {"a": FAN, "b": LOS, "within_s": 120}
EVERY_PATTERN: list[dict[str, Any]] = [
    {**make_count_pattern(3, 600, "managed_object"), "distinct": "attributes.site"},
    {"kind": "sequence", **PAIR, "b_on": ["cleared"], "group_by": ["attributes.site"]},
    {"kind": "absence", **PAIR},
    {"kind": "together", **PAIR},
    {"kind": "flapping", "more_than": 3, "within_s": 300, "release_below": 2},
    {"kind": "persists", "after_s": 900},
]
ABOVE: dict[str, Any] = {"do": "correlate", "parent": "above"}
EVERY_ACTION: list[dict[str, Any]] = [
    {"do": "start", "flow": "ticket"},
    {"do": "clear"},
    {"do": "correlate", "parent": "matching", "where": FAN, "same": ["attributes.site"]},
    {"do": "correlate", "parent": "above"},
    {
        "do": "correlate",
        "parent": "above",
        "hops": 2,
        "at_least": "minor",
        "max_age_s": 7200,
        "max_children": 50,
    },
    {"do": "enrich", "table": "sites", "key": "{managed_object}", "fields": {"text": "owner"}},
    {"do": "fill", "take": ["place", "affected_services"], "attributes": ["vendor"]},
    {"do": "fill", "attributes": ["vendor", "tier"]},
    {
        "do": "notify",
        "to": ["role:operator", "person:anna@example.com"],
        "subject": "{managed_object} is down",
        "text": "Look at it",
        "every_s": 300,
    },
]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(make_rule_document(), id="plain"),
        pytest.param(make_rule_document(when=NESTED), id="groups in groups"),
        pytest.param(make_rule_document(on=["cleared"], priority=5, cooldown_s=90), id="options"),
        pytest.param(
            make_rule_document(pattern=make_count_pattern(3, 600, "attributes.a/b")), id="count"
        ),
        pytest.param(
            make_rule_document(
                then=[
                    {"do": "start", "flow": "ticket"},
                    {"do": "set", "fields": {"text": "x", "attributes.team": "core"}},
                    {"do": "suppress", "reason": "planned"},
                    {
                        "do": "derive",
                        "alarm": {"specific_problem": "down", "attributes": {"site": "{text}"}},
                    },
                ]
            ),
            id="actions with fields",
        ),
        *(
            pytest.param(make_rule_document(then=[action]), id=action["do"])
            for action in EVERY_ACTION
        ),
        *(
            pytest.param(make_rule_document(pattern=pattern), id=pattern["kind"])
            for pattern in EVERY_PATTERN
        ),
        pytest.param(
            make_rule_document(
                pattern={"kind": "count", "at_least": 2, "within_s": 60},
                then=[{"do": "correlate", "parent": "first"}],
            ),
            id="the first of several",
        ),
    ],
)
def test_a_document_comes_back_from_its_form_unchanged(document: dict[str, Any]) -> None:
    assert check_rule(document) == []
    assert document_of(rows_of(document)) == document


def test_a_rule_of_one_bare_condition_keeps_its_meaning() -> None:
    document = make_rule_document(when=make_leaf("text", "exists"))

    assert document_of(rows_of(document))["when"] == {"all": [make_leaf("text", "exists")]}


def test_reads_rows_in_the_order_of_their_numbers() -> None:
    posted = [
        ("/name", " Ten "),
        ("/when/gate", "any"),
        ("/when/members/10/field", "text"),
        ("/when/members/10/op", "is"),
        ("/when/members/10/value", "last"),
        ("/when/members/2/field", "attributes."),
        ("/when/members/2/other", "site"),
        ("/when/members/2/op", "in"),
        ("/when/members/2/value", "a\r\nb"),
        ("/on", "raised"),
        ("/on", "cleared"),
    ]

    rows = read_rows(posted)

    document = document_of(rows)
    assert document["name"] == "Ten"
    assert document["on"] == ["raised", "cleared"]
    assert document["when"] == {
        "any": [make_leaf("attributes.site", "in", ["a", "b"]), make_leaf("text", "is", "last")]
    }


def test_an_operator_that_no_longer_fits_the_field_is_replaced() -> None:
    posted = [
        ("/when/members/0/field", "count"),
        ("/when/members/0/op", "contains"),
        ("/when/members/0/value", "3"),
    ]

    assert document_of(read_rows(posted))["when"] == {"all": [make_leaf("count", "is", 3)]}


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="/0123456789.abcdefgimnorstuvwhe_", max_size=40)
            | st.sampled_from(
                ["/when/members/0", "/when", "/then/0/do", "/then/0/settings/0/field"]
            ),
            st.text(max_size=20),
        ),
        max_size=12,
    ),
    st.sampled_from(["add:", "group:", "del:", "x"]),
    st.sampled_from(
        ["/then", "/when/members", "/when/members/0", "/then/0/settings", "/on/0", "/"]
    ),
)
def test_rubbish_is_never_an_error(posted: list[tuple[str, str]], verb: str, at: str) -> None:
    rows = read_rows(posted)
    operate(rows, verb + at)

    place(check_rule(document_of(rows)), rows)


@pytest.mark.parametrize(
    ("operation", "members", "actions"),
    [
        pytest.param("add:/when/members", 3, 1, id="add a condition"),
        pytest.param("group:/when/members", 3, 1, id="add a group"),
        pytest.param("del:/when/members/0", 1, 1, id="remove a condition"),
        pytest.param("add:/then", 2, 2, id="add an action"),
        pytest.param("del:/then/0", 2, 0, id="remove an action"),
        pytest.param("group:/then", 2, 1, id="no group of actions"),
        pytest.param("del:/then/7", 2, 1, id="remove what is not there"),
        pytest.param("add:/name", 2, 1, id="what is no list"),
    ],
)
def test_buttons_add_and_remove_rows(operation: str, members: int, actions: int) -> None:
    rows = rows_of(make_rule_document())

    operate(rows, operation)

    assert (len(rows.when.members), len(rows.then)) == (members, actions)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"name": ""}, "/name", id="name"),
        pytest.param(
            {"when": {"all": [{"any": [make_leaf("count", "is", "x")]}]}},
            "/when/members/0/members/0/value",
            id="value in a group",
        ),
        pytest.param({"when": {"all": [{"any": []}]}}, "/when/members/0", id="empty group"),
        pytest.param(
            {"when": {"all": [make_leaf("attributes.", "exists")]}},
            "/when/members/0/field",
            id="attribute without a name",
        ),
        pytest.param({"pattern": make_count_pattern(1, 60)}, "/at_least", id="at least"),
        pytest.param({"pattern": make_count_pattern(2, 0)}, "/within/amount", id="window"),
        pytest.param({"cooldown_s": -1}, "/cooldown/amount", id="pause"),
        pytest.param({"then": []}, "/then", id="no action"),
        pytest.param(
            {"then": [{"do": "set", "fields": {"text": "{nothing}"}}]},
            "/then/0/settings/0/value",
            id="placeholder",
        ),
        pytest.param({"then": [{"do": "derive", "alarm": {}}]}, "/then/0/do", id="missing field"),
        pytest.param({"then": [{"do": "start", "flow": "gone"}]}, "/then/0/flow", id="workflow"),
    ],
)
def test_each_problem_is_shown_at_its_field(changes: dict[str, Any], name: str) -> None:
    rows = rows_of(make_rule_document(**changes))

    placed = place(check_rule(document_of(rows), flow_slugs=()), rows)

    assert [one.pointer for one in placed] == [name]


def test_what_is_no_number_is_left_for_the_check_to_refuse() -> None:
    rows = rows_of(make_rule_document(pattern=make_count_pattern(2, 60)))
    rows.at_least, rows.within.amount, rows.priority = "many", "", "high"

    placed = place(check_rule(document_of(rows)), rows)

    assert {one.pointer for one in placed} == {"/at_least", "/within/amount", "/priority"}


def test_the_form_of_a_good_rule_gives_a_rule_that_parses() -> None:
    rule = parse_rule(document_of(rows_of(make_rule_document(when=NESTED))))

    assert rule.name == "Critical link alarms"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"pattern": {"kind": "persists", "after_s": 0}}, "/within/amount", id="time"),
        pytest.param(
            {"pattern": {"kind": "sequence", **PAIR, "b": {"all": [make_leaf("text", "is", 5)]}}},
            "/b/members/0/value",
            id="a condition of the second",
        ),
        pytest.param(
            {"then": [{**EVERY_ACTION[2], "where": {"all": [make_leaf("no", "exists")]}}]},
            "/then/0/where/members/0/field",
            id="a condition of the parent",
        ),
        pytest.param(
            {"then": [{**EVERY_ACTION[-1], "to": ["everybody"]}]}, "/then/0/to", id="a recipient"
        ),
        pytest.param(
            {"then": [{**EVERY_ACTION[-1], "every_s": 0}]}, "/then/0/every/amount", id="a pause"
        ),
        pytest.param({"then": [ABOVE | {"hops": 6}]}, "/then/0/hops", id="too many hops"),
        pytest.param(
            {"then": [ABOVE | {"max_age_s": 604_801}]}, "/then/0/age/amount", id="too old a parent"
        ),
        pytest.param(
            {"then": [ABOVE | {"max_children": 0}]}, "/then/0/max_children", id="too small a group"
        ),
    ],
)
def test_a_problem_of_a_pattern_or_an_action_is_told_beside_its_field(
    changes: dict[str, Any], name: str
) -> None:
    document = make_rule_document(**changes)

    assert name in [one.pointer for one in place(check_rule(document), rows_of(document))]
