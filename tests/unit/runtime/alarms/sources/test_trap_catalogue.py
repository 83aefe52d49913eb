"""The trap catalogue: entries are checked so that what clears can meet what it ends."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.model import parse_event
from runtime.alarms.sources.snmp.catalogue import check_meeting, parse_entry
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.message import V2C, Notification, Value, read_message
from runtime.alarms.sources.snmp.pasted import read_pasted
from runtime.alarms.sources.snmp.reading import events_of
from runtime.alarms.sources.snmp.starter import starter_entries
from tests.support.captures import SNMP, captured

DOWN = "1.3.6.1.6.3.1.1.5.3"
OURS = Catalogue({})
Changes = dict[str, Any]


def raising(**changes: Any) -> dict[str, Any]:
    """Give the document of a trap that raises."""
    document = {
        "trap": 1,
        "oid": "1.3.6.1.4.1.32473.0.1",
        "name": "fanFailed",
        "severity": "major",
        "key": "fan/{fanIndex}",
        "objects": {"fanIndex": "1.3.6.1.4.1.32473.1.1", "fanName": "1.3.6.1.4.1.32473.1.2"},
    }
    return {**document, **changes}


def clearing(**changes: Any) -> dict[str, Any]:
    """Give the document of the trap that ends it."""
    ends = {"severity": "cleared", "clears": ["1.3.6.1.4.1.32473.0.1"]}
    return raising(oid="1.3.6.1.4.1.32473.0.2", name="fanWell", **{**ends, **changes})


def meet(raised: Changes, cleared: Changes) -> None:
    documents = {raised["oid"]: raised, cleared["oid"]: cleared}
    check_meeting(parse_entry(cleared), documents.get)


def test_every_entry_that_comes_with_us_can_be_kept_and_meets_what_it_clears() -> None:
    for document in starter_entries().values():
        check_meeting(parse_entry(dict(document)), starter_entries().get)


def test_every_standard_notification_is_known_by_its_name(shared_data: Path) -> None:
    told = json.loads((shared_data / "snmp" / "ietf_notifications.json").read_text())

    assert len(told) == 349
    assert {one["oid"]: one["name"] for one in told}.items() <= {
        oid: entry["name"] for oid, entry in starter_entries().items()
    }.items()


@pytest.mark.parametrize(
    ("raised", "cleared"),
    [
        pytest.param({}, {}, id="the same key"),
        pytest.param(
            {"key": "fan/{fanIndex.index}"}, {"key": "fan/{fanName.index}"}, id="one row's index"
        ),
        pytest.param(
            {},
            {"key": "fan/{fan}", "objects": {"fan": "1.3.6.1.4.1.32473.1.1"}},
            id="one variable by two names",
        ),
    ],
)
def test_keys_that_come_to_the_same_text_can_meet(raised: Changes, cleared: Changes) -> None:
    meet(raising(**raised), clearing(**cleared))


@pytest.mark.parametrize(
    ("cleared", "why"),
    [
        pytest.param({"key": "fans/{fanIndex}"}, "'fan/'", id="another text"),
        pytest.param({"key": "fan/{fanName}"}, "different variables", id="another variable"),
        pytest.param({"key": "fan/{fanIndex.index}"}, "different", id="the index for the value"),
        pytest.param({"key": ""}, "different parts", id="no key"),
        pytest.param({"key": "fan/{agent}"}, "different variables", id="the agent"),
        pytest.param({"clears": ["1.3.6.1.4.1.32473.0.9"]}, "no entry", id="a trap nobody knows"),
    ],
)
def test_a_clear_that_could_never_meet_its_raise_is_refused(cleared: Changes, why: str) -> None:
    with pytest.raises(InvalidError, match=why) as refused:
        meet(raising(), clearing(**cleared))

    assert [one.pointer for one in refused.value.problems] == ["/clears"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"oid": "1.3.x"}, "/oid", id="no identifier"),
        pytest.param({"text": "{fanSpeed}"}, "/text", id="a variable it does not name"),
        pytest.param({"text": "a { b"}, "/text", id="a lone brace"),
        pytest.param({"key": "{fanIndex|fanName}"}, "/key", id="a key that depends"),
        pytest.param({"severity": "cleared"}, "/severity", id="clears nothing"),
        pytest.param({"clears": ["1.3.6.1.4.1.32473.0.3"]}, "/severity", id="clears, and is bad"),
        pytest.param({"event_type": "fire"}, "/event_type", id="an unknown event type"),
        pytest.param({"colour": "red"}, "/colour", id="an unknown field"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_by_field(changes: Changes, pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_entry(raising(**changes))

    assert pointer in [one.pointer for one in refused.value.problems]


def test_a_link_that_comes_up_ends_the_alarm_it_raised(shared_data: Path) -> None:
    datagrams = captured(shared_data, SNMP)
    down, up = (
        events_of(read_message(datagrams[name]).notification, sender="192.0.2.1", find=OURS.find)
        for name in ("v2c linkDown", "v2c linkUp")
    )

    (raised,), (cleared,) = down, up
    assert raised["perceived_severity"] == "major"
    assert raised["managed_object"] == "192.0.2.1/GigabitEthernet0/7"
    assert raised["text"] == "GigabitEthernet0/7 of 192.0.2.1 is down"
    assert raised["attributes"]["ifOperStatus"] == 2
    assert cleared["perceived_severity"] == "cleared"
    named = [parse_event({"source": "s", **one}).dedup_key for one in (raised, cleared)]
    assert named[0] == named[1]


def test_two_ports_of_one_device_are_two_alarms() -> None:
    one, other = (
        events_of(
            _said(DOWN, (("1.3.6.1.2.1.2.2.1.1." + port, int(port)),)), sender="r1", find=OURS.find
        )
        for port in ("7", "8")
    )

    assert one[0]["reduction_key"] != other[0]["reduction_key"]


def test_an_unknown_trap_is_an_indeterminate_alarm_with_all_it_said() -> None:
    oid = "1.3.6.1.4.1.32473.0.77"

    (event,) = events_of(
        _said(oid, (("1.3.6.1.4.1.32473.5", "on fire"),)), sender="r1", find=OURS.find
    )

    assert event["perceived_severity"] == "indeterminate"
    assert event["specific_problem"] == f"Trap {oid}"
    assert "1.3.6.1.4.1.32473.5 = on fire" in event["text"]
    assert event["attributes"]["variables"] == {"1.3.6.1.4.1.32473.5": "on fire"}


@pytest.mark.parametrize("oid", sorted(starter_entries()))
def test_every_trap_we_know_makes_an_event_that_can_be_taken(oid: str) -> None:
    entry = OURS.find(oid)
    assert entry is not None
    variables = tuple((f"{one}.7", f"value of {name}") for one, name in entry.objects)

    for event in events_of(_said(oid, variables), sender="192.0.2.1", find=OURS.find):
        parse_event(event)


@given(st.text(max_size=300))
def test_any_pasted_text_is_a_trap_or_a_clear_refusal(text: str) -> None:
    with suppress(InvalidError):
        read_pasted(text)


def test_a_pasted_datagram_is_read(shared_data: Path) -> None:
    digits = captured(shared_data, SNMP)["v2c linkDown"].hex(" ")

    assert read_pasted(digits).oid == DOWN


def _said(oid: str, variables: tuple[tuple[str, Value], ...]) -> Notification:
    return Notification(version=V2C, oid=oid, variables=variables)
