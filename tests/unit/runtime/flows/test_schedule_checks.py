"""What publishing says about a schedule: the field, and the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.problems import Known
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

KNOWN = Known(calendars=frozenset({"Business hours"}))
CRON = {"cron": "0 6 * * *"}


def problems(schedule: dict[str, Any], known: Known = KNOWN) -> list[tuple[str, str]]:
    document = flow_document(
        {"note": step("write-log", config={"message": "Hi"})},
        ["clock > note"],
        triggers={"clock": {"kind": "schedule", **schedule}},
    )
    return [
        (one.pointer.removeprefix("/triggers/clock"), one.message)
        for one in check_flow(document, standard_registry(), known)
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        pytest.param(CRON, id="a cron line alone, in UTC"),
        pytest.param({**CRON, "timing": "cron", "timezone": "Europe/Berlin"}, id="cron"),
        pytest.param({"every_s": 900}, id="an interval"),
        pytest.param(
            {"timing": "interval", "every_s": 1, "start": "2026-12-01T08:00"}, id="with a start"
        ),
        pytest.param({"at": "2026-12-24T18:00", "timezone": "Europe/Berlin"}, id="a local time"),
        pytest.param({"at": "2026-12-24T17:00:00Z"}, id="an instant"),
        pytest.param(
            {**CRON, "calendar": {"name": "Business hours", "when": "closed"}}, id="a calendar"
        ),
        pytest.param(
            {**CRON, "misfire": {"policy": "all", "limit": 5, "grace_s": 300}}, id="misfires"
        ),
    ],
)
def test_a_sound_schedule_can_be_published(schedule: dict[str, Any]) -> None:
    assert problems(schedule) == []


@pytest.mark.parametrize(
    ("schedule", "pointer", "words"),
    [
        pytest.param({}, "/cron", "0 6 * * mon-fri", id="no times"),
        pytest.param({"cron": "61 * * * *"}, "/cron", "minute 61", id="a wrong line"),
        pytest.param({"timing": "interval"}, "/every_s", "how many seconds", id="no interval"),
        pytest.param({"timing": "once"}, "/at", "2026-12-24T18:00", id="no moment"),
        pytest.param({"at": "soon"}, "/at", "2026-12-24T17:00:00Z", id="a wrong moment"),
        pytest.param({"at": "9999-12-31T23:59"}, "/at", "no moment", id="a far moment"),
        pytest.param({"every_s": 60, "start": "noon"}, "/start", "no moment", id="a wrong start"),
        pytest.param(
            {"every_s": 60, "cron": "* * * * *"},
            "/cron",
            "an interval has none: remove it",
            id="two kinds at once",
        ),
        pytest.param({"every_s": 0}, "/every_s", "every_s", id="no seconds"),
        pytest.param({"every_s": 1.5}, "/every_s", "every_s", id="parts of a second"),
        pytest.param({**CRON, "timezone": "Mars/Olympus"}, "/timezone", "Berlin", id="no zone"),
        pytest.param(
            {**CRON, "calendar": {"name": "Old hours"}},
            "/calendar/name",
            "no calendar Old hours: add it, or choose another",
            id="an unknown calendar",
        ),
        pytest.param({**CRON, "calendar": {}}, "/calendar", "name", id="a calendar without name"),
        pytest.param(
            {**CRON, "misfire": {"policy": "maybe"}}, "/misfire/policy", "policy", id="no policy"
        ),
        pytest.param(
            {**CRON, "misfire": {"policy": "once", "limit": 3}},
            "/misfire/limit",
            "only with the policy all",
            id="a limit without all",
        ),
        pytest.param(
            {**CRON, "misfire": {"grace_s": -1}}, "/misfire/grace_s", "grace_s", id="grace"
        ),
    ],
)
def test_a_problem_names_the_field_and_the_remedy(
    schedule: dict[str, Any], pointer: str, words: str
) -> None:
    ((where, message),) = problems(schedule)

    assert where.startswith(pointer)
    assert words in message


def test_calendars_that_are_not_known_are_not_checked() -> None:
    assert problems({**CRON, "calendar": {"name": "Any"}}, Known()) == []
