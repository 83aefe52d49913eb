"""PATCH does what Entra ID and Okta mean by it, whichever form they send, and nothing twice."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import MalformedError
from tenancy.scim.errors import NoTargetError, PathError, ReadOnlyError, ValueRefusedError
from tenancy.scim.patching import CORE, GROUP, STEPS_MAX, USER, VALUES_MAX, patched, whole
from tests.support.size import examples

ANNA: dict[str, Any] = {
    "userName": "anna",
    "active": True,
    "name": {"givenName": "Anna", "familyName": "Berg"},
    "emails": [{"value": "anna@example.com", "type": "work", "primary": True}],
}
_TEXTS = st.text(min_size=1, max_size=8)
_EMAILS = st.lists(
    st.fixed_dictionaries({"value": _TEXTS}, optional={"type": st.sampled_from(["work", "home"])}),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one["value"],
)
_WRITTEN = {
    "userName": _TEXTS,
    "displayName": _TEXTS,
    "active": st.booleans(),
    "name": st.fixed_dictionaries({"givenName": _TEXTS}, optional={"familyName": _TEXTS}),
    "emails": _EMAILS,
}
USERS = st.fixed_dictionaries({}, optional=_WRITTEN)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=6), inner, max_size=2)
    ),
    max_leaves=4,
)
_PATHS = st.sampled_from(
    ["active", "name", "name.givenName", "emails", 'emails[type eq "work"].value', "members", "id"]
)
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace", "REMOVE", "move"])},
        optional={"path": _PATHS | st.text(max_size=5), "value": _JSON},
    ),
    max_size=3,
)


def changed(*operations: dict[str, Any], document: dict[str, Any] = ANNA) -> dict[str, Any]:
    return patched(document, operations, USER)


@settings(max_examples=examples(60))
@given(USERS, USERS)
def test_both_forms_of_replacing_come_to_the_same_and_once_is_enough(
    before: dict[str, Any], said: dict[str, Any]
) -> None:
    at_once = [{"op": "replace", "value": said}]
    one_by_one = [{"op": "Replace", "path": name, "value": one} for name, one in said.items()]

    after = patched(before, at_once, USER)

    assert after == patched(before, one_by_one, USER) == patched(after, at_once, USER)
    assert {name: after[name] for name in said if name != "name"} == {
        name: one for name, one in said.items() if name != "name"
    }


@settings(max_examples=examples(60))
@given(st.sets(_TEXTS, max_size=4), st.sets(_TEXTS, min_size=1, max_size=4))
def test_members_that_are_added_and_removed_leave_the_others(
    before: set[str], more: set[str]
) -> None:
    group = {"members": [{"value": one} for one in sorted(before)]} if before else {}
    value = [{"value": one} for one in sorted(more)]

    added = patched(group, [{"op": "add", "path": "members", "value": value}], GROUP)
    left = patched(added, [{"op": "remove", "path": "members", "value": value}], GROUP)

    assert {one["value"] for one in added.get("members", [])} == before | more
    assert {one["value"] for one in left.get("members", [])} == before - more


@settings(max_examples=examples(80))
@given(USERS, OPERATIONS)
def test_whatever_is_sent_is_done_or_refused_and_the_given_document_stays(
    document: dict[str, Any], operations: list[dict[str, Any]]
) -> None:
    before = deepcopy(document)

    with suppress(MalformedError):
        patched(document, operations, USER)

    assert document == before


def test_entra_deactivates_by_a_text() -> None:
    done = changed({"op": "Replace", "path": "active", "value": "False"})

    assert done == {**ANNA, "active": False}


def test_okta_deactivates_without_a_path() -> None:
    done = changed({"op": "replace", "value": {"active": False}})

    assert done["active"] is False


def test_keys_of_a_value_may_be_paths() -> None:
    said = {
        "name.givenName": "Ann",
        'emails[type eq "work"].value': "ann@example.com",
        f"{CORE}User:displayName": "Ann B",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "NOC",
        "title": "Lead",
    }

    done = changed({"op": "Add", "value": said})

    assert done["name"] == {"givenName": "Ann", "familyName": "Berg"}
    assert done["emails"] == [{"value": "ann@example.com", "type": "work", "primary": True}]
    assert done.keys() - ANNA.keys() == {"displayName"}


def test_adding_by_brackets_makes_the_value_that_they_ask_for() -> None:
    path = 'emails[type eq "home"].value'

    done = changed({"op": "Add", "path": path, "value": "a@home.example"})

    assert done["emails"][1] == {"type": "home", "value": "a@home.example"}


def test_entra_removes_members_by_brackets_or_by_values() -> None:
    group = {"members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]}
    by_brackets = {"op": "Remove", "path": 'members[value eq "1"]'}
    by_values = {"op": "Remove", "path": "members", "value": [{"value": "2"}]}

    done = patched(group, [by_brackets, by_values], GROUP)

    assert done == {"members": [{"value": "3"}]}


def test_okta_names_the_group_by_its_id_and_replaces_its_members() -> None:
    operations: list[dict[str, Any]] = [
        {"op": "replace", "value": {"id": "g", "displayName": "operator"}},
        {"op": "replace", "path": "members", "value": [{"value": "7", "display": "anna"}]},
    ]

    done = patched({"displayName": "operator"}, operations, GROUP)

    assert done == {"displayName": "operator", "members": [{"value": "7", "display": "anna"}]}


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ({"op": "move", "path": "active"}, PathError),
        ({"op": "remove"}, NoTargetError),
        ({"op": "replace", "path": 'emails[type eq "fax"].value', "value": "x"}, NoTargetError),
        ({"op": "replace", "path": "id", "value": "x"}, ReadOnlyError),
        ({"op": "replace", "path": "active", "value": "perhaps"}, ValueRefusedError),
        ({"op": "replace", "path": 'name[givenName eq "a"]', "value": "x"}, PathError),
        ({"op": "add", "path": "emails", "value": [{"type": "work"}]}, ValueRefusedError),
    ],
)
def test_what_cannot_be_done_is_told_by_its_kind(
    operation: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        changed(operation)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "members.display", "value": "q"},
        {"op": "add", "path": "members.value", "value": {"a": 1}},
        {"op": "replace", "value": {"members.display": "q"}},
        {"op": "add", "path": 'members[display eq "q"].display', "value": "q"},
        {"op": "add", "path": "members[value eq 7].display", "value": "q"},
        {"op": "add", "path": "members", "value": [{"value": ["a"]}]},
    ],
)
def test_a_member_without_a_text_as_value_is_refused(operation: dict[str, Any]) -> None:
    more = {"op": "add", "path": "members", "value": [{"value": "1"}]}

    with pytest.raises(ValueRefusedError, match="value"):
        patched({}, [operation], GROUP)
    with suppress(MalformedError):
        patched({}, [more, operation, more], GROUP)


def test_other_parts_may_come_before_the_value() -> None:
    path = 'emails[type eq "home"]'
    said = {f"{path}.primary": "False", f"{path}.value": "a@home.example"}

    done = changed({"op": "add", "value": said})

    assert done["emails"][1] == {"type": "home", "primary": False, "value": "a@home.example"}


def test_a_whole_document_is_read_by_the_names_that_it_has_here() -> None:
    said = {"schemas": [f"{CORE}User"], "USERNAME": "anna", "Active": "True", "x": {"y": 1}}

    assert whole(said, USER) == {"userName": "anna", "active": True}


def _members(count: int) -> dict[str, Any]:
    return {"members": [{"value": str(one)} for one in range(count)]}


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "add", "path": "members", "value": _members(VALUES_MAX + 1)["members"]}],
        [{"op": "add", "path": "members", "value": [{"value": "a"}]}],
        [{"op": "add", "path": 'members[value eq "a"].display', "value": "a"}],
        [{"op": "add", "path": 'members[value eq "1"].display', "value": "a"}] * 101,
        [{"op": "remove", "path": 'members[value eq "1" or value eq "2"]'}] * 51,
        [{"op": "add", "value": {f'members[value eq "{one}"].display': "a" for one in range(101)}}],
        [{"op": "add", "path": "displayName", "value": "a"}] * (STEPS_MAX + 1),
    ],
)
def test_more_than_any_directory_sends_is_refused(operations: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueRefusedError, match="at most"):
        patched(_members(VALUES_MAX), operations, GROUP)


def test_a_group_that_is_larger_than_may_be_sent_still_gets_smaller() -> None:
    before = _members(VALUES_MAX + 2)

    done = patched(before, [{"op": "remove", "path": 'members[value eq "0"]'}], GROUP)

    assert done["members"] == before["members"][1:]
