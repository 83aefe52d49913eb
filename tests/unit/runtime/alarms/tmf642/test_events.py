"""Which event of TMF642 each thing that happens to an alarm is."""

from __future__ import annotations

from typing import Any, cast

import pytest

from runtime.alarms.deeds import DEEDS
from runtime.alarms.documents import AlarmView
from runtime.alarms.lifecycle import Transition
from runtime.alarms.tmf642.hub.events import CHANGE, CREATE, DELETE, STATE, Happened
from tests.factories.tenancy import NOON

TOLD = {
    "created": CREATE,
    "changed": CHANGE,
    "cleared": STATE,
    "reopened": STATE,
    "late": CHANGE,
    "acknowledged": CHANGE,
    "unacknowledged": CHANGE,
    "commented": CHANGE,
    "set": CHANGE,
    "assigned": CHANGE,
    "shelved": STATE,
    "unshelved": STATE,
    "suppressed": CHANGE,
    "unsuppressed": CHANGE,
    "grouped": CHANGE,
    "ungrouped": CHANGE,
    "group_joined": CHANGE,
    "group_left": CHANGE,
    "escalated": CHANGE,
    "deleted": DELETE,
}
UNTOLD = {Transition.REPEATED.value, Transition.IGNORED.value}


@pytest.mark.parametrize(("kind", "event_type"), TOLD.items(), ids=TOLD.keys())
def test_what_happened_is_one_event_of_the_contract(kind: str, event_type: str) -> None:
    happened = Happened(alarm=cast(AlarmView, None), kind=kind, at=NOON, facts=dict[str, Any]())

    assert happened.event_type == event_type


def test_the_table_has_every_deed_and_transition_that_leaves_a_line() -> None:
    assert set(TOLD) - {"deleted"} == {*DEEDS, *(one.value for one in Transition)} - UNTOLD
