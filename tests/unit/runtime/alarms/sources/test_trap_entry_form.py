"""A trap entry's form: reads back what it wrote, takes variables out of a trap, shows problems."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError, Problem
from runtime.alarms.sources.snmp.entry.rows import (
    EntryRows,
    ObjectRow,
    check_rows,
    document_of,
    field_errors,
    numbers_of,
    operate,
    read_rows,
    rows_of,
)
from runtime.alarms.sources.snmp.entry.sampling import begin_with, try_rows, use_variable
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.message import TRAP_ADDRESS
from runtime.alarms.sources.snmp.pairs import changes, paired
from runtime.alarms.sources.snmp.pasted import read_pasted
from runtime.alarms.sources.snmp.received import pasted_text
from runtime.alarms.sources.snmp.starter import starter_entries

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
FAN = "1.3.6.1.4.1.32473.0.1"
FAN_TRAP = f"{FAN}\n{TRAP_ADDRESS} = 10.0.0.7\n1.3.6.1.4.1.32473.1.1.4 = STRING: fan 4\n"
CATALOGUE = Catalogue({})
NAMES, OBJECTS = CATALOGUE.names, CATALOGUE.objects


def fan(**changes: Any) -> EntryRows:
    """Make the form of a fan's trap, complete."""
    rows = EntryRows(
        oid=FAN,
        name="fanFailed",
        objects=[ObjectRow("fanName", "1.3.6.1.4.1.32473.1.1")],
        managed_object="{agent}/{fanName}",
        key="{fanName.index}",
        sample=FAN_TRAP,
    )
    for name, value in changes.items():
        setattr(rows, name, value)
    return rows


@pytest.mark.parametrize("oid", [LINK_DOWN, LINK_UP, "1.3.6.1.2.1.15.0.2"])
def test_an_entry_comes_back_from_its_form_as_it_was(oid: str) -> None:
    document = dict(starter_entries()[oid])

    assert document_of(rows_of(document), NAMES) == document


@given(st.dictionaries(st.text("/abclersnmpoid019", max_size=30), st.text(max_size=40)))
def test_whatever_is_posted_gives_a_form(posted: dict[str, str]) -> None:
    rows = read_rows(posted.items())

    assert try_rows(rows, NAMES, CATALOGUE.find).events == ()


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_pasted_and_pressed_breaks_nothing(sample: str, operation: str) -> None:
    rows = fan(sample=sample)

    begin_with(rows, OBJECTS)
    operate(rows, operation)
    use_variable(rows, operation, OBJECTS)

    assert try_rows(rows, NAMES, CATALOGUE.find).said is None or rows.oid


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        pytest.param("linkDown", LINK_DOWN, id="by name"),
        pytest.param("IF-MIB::LINKDOWN", LINK_DOWN, id="with its MIB"),
        pytest.param(f".{LINK_DOWN}", LINK_DOWN, id="with a dot before"),
        pytest.param("nobodyKnows", "nobodyKnows", id="unknown stays as it was typed"),
    ],
)
def test_a_trap_is_looked_up_by_its_name(typed: str, numbers: str) -> None:
    assert numbers_of(typed, NAMES) == numbers


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"oid": "nobodyKnows"}, "/oid", id="no numbers"),
        pytest.param({"name": "fan failed"}, "/name", id="a blank in the name"),
        pytest.param({"key": "{nothing}"}, "/key", id="a place that is not there"),
        pytest.param({"text": "{"}, "/text", id="a brace alone"),
        pytest.param({"role": "clear"}, "/clears", id="ends nothing"),
        pytest.param({"role": "clear", "clears": ["x"]}, "/clears/0/oid", id="ends what is none"),
        pytest.param({"objects": [ObjectRow("a", "x")]}, "/objects/0/oid", id="a wrong object"),
        pytest.param(
            {"objects": [ObjectRow("fanName", "1.3.1"), ObjectRow("fanName", "1.3.2")]},
            "/objects/1/name",
            id="a name twice",
        ),
        pytest.param({"severity": "awful"}, "/severity", id="no severity"),
    ],
)
def test_a_problem_stands_beside_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_rows(fan(**changed), NAMES)

    assert field in field_errors(refused.value.problems)


def test_a_clear_that_cannot_meet_is_told_beside_the_trap_it_names() -> None:
    assert field_errors([Problem("/clears/1", "x")]) == {"/clears/1/oid": "x"}


def test_the_sample_becomes_the_alarm_that_the_form_says() -> None:
    (event,) = try_rows(fan(), NAMES, CATALOGUE.find).events

    assert event["managed_object"] == "10.0.0.7/fan 4"
    assert event["perceived_severity"] == "major"
    assert event["reduction_key"] == f"trap {FAN} 10.0.0.7 4"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"oid": LINK_DOWN}, "which the entry is not about", id="another trap"),
        pytest.param({"key": "{nothing}"}, "nothing is no name here", id="not complete"),
    ],
)
def test_what_keeps_the_sample_from_becoming_an_alarm_is_told(
    changed: dict[str, Any], words: str
) -> None:
    trial = try_rows(fan(**changed), NAMES, CATALOGUE.find)

    assert trial.events == ()
    assert words in trial.unmet


def test_an_entry_is_begun_from_a_strange_trap() -> None:
    rows = EntryRows(sample=FAN_TRAP)

    begin_with(rows, OBJECTS)

    assert rows.oid == FAN
    assert rows.objects == [ObjectRow("object1", "1.3.6.1.4.1.32473.1.1")]


def test_a_variable_gets_the_name_that_the_catalogue_has_for_it() -> None:
    rows = EntryRows(sample=f"{FAN}\n1.3.6.1.2.1.2.2.1.1.7 = 7\n1.3.6.1.2.1.2.2.1.1.8 = 8")

    begin_with(rows, OBJECTS)

    assert rows.objects == [ObjectRow("ifIndex", "1.3.6.1.2.1.2.2.1.1")]


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        pytest.param("object:0", "managed_object", "{agent}/{object1}", id="managed object"),
        pytest.param("key:0", "key", "{object1.index}", id="key by its row"),
        pytest.param("key:1", "key", "{object2}", id="key by the value of a scalar"),
        pytest.param("key:9", "key", "", id="no such variable"),
    ],
)
def test_a_variable_is_picked_out_of_the_trap(operation: str, field: str, value: str) -> None:
    rows = EntryRows(sample=f"{FAN_TRAP}1.3.6.1.4.1.32473.2.0 = 5")

    use_variable(rows, operation, OBJECTS)

    assert getattr(rows, field) == value


def test_a_variable_picked_for_the_key_again_leaves_it() -> None:
    rows = fan(key="{agent}/{fanName.index}")

    use_variable(rows, "key:0", OBJECTS)

    assert rows.key == "{agent}"


def test_the_end_of_a_problem_gets_its_key_and_the_variables_it_names() -> None:
    down = {**starter_entries()[LINK_DOWN], "key": "{ifName}", "objects": {"ifName": "1.3.1"}}

    up = paired(down, starter_entries()[LINK_UP])

    assert up["key"] == "{ifName}"
    assert up["objects"]["ifName"] == "1.3.1"
    assert up["clears"] == [LINK_DOWN]


def test_what_differs_from_the_entry_of_ours_is_told_by_field() -> None:
    ours = starter_entries()[LINK_DOWN]

    (change,) = changes({**ours, "severity": "minor"}, ours)

    assert change == ("Severity", "minor", "major")


VALUES = st.none() | st.integers(0, 2**31) | st.text("ab \"':=0", max_size=20)


@given(st.lists(VALUES, max_size=5))
def test_a_received_trap_is_pasted_back_as_what_it_was(values: list[Any]) -> None:
    variables = [[f"1.3.6.1.4.1.32473.{number}.0", one] for number, one in enumerate(values, 1)]

    said = read_pasted(pasted_text({"trap_oid": FAN, "agent": "10.0.0.7", "variables": variables}))

    kept = [
        (oid, " ".join(one.split()) or None if isinstance(one, str) else one)
        for oid, one in variables
    ]
    assert (said.oid, said.agent) == (FAN, "10.0.0.7")
    assert list(said.variables) == kept
