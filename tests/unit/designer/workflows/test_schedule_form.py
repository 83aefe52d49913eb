"""The form of a schedule trigger: its fields follow from its kind."""

from __future__ import annotations

import time
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from blocks.forms import Field
from blocks.registry import standard_registry
from designer.workflows.inspector import node_sections, read_node
from runtime.flows.problems import Known

REGISTRY = standard_registry()
CRON = {"kind": "schedule", "timing": "cron", "cron": "0 6 * * *", "timezone": "Europe/Berlin"}
KNOWN = Known(calendars=frozenset({"Business hours"}))


def fields(node: dict[str, Any], known: Known = KNOWN) -> dict[str, Field]:
    (section,) = node_sections(node, REGISTRY, known)
    inner = [one for field in section.fields for one in (field, *field.children)]
    return {one.name.removeprefix("/node/"): one for one in inner}


def sent(**parts: str) -> MultiDict[str, str]:
    return MultiDict({f"/node/{name.replace('__', '/')}": text for name, text in parts.items()})


@pytest.mark.parametrize(
    ("node", "there", "absent"),
    [
        pytest.param(CRON, "cron", {"every_s", "start", "at"}, id="at times"),
        pytest.param({"kind": "schedule", "every_s": 60}, "every_s", {"cron", "at"}, id="every"),
        pytest.param(
            {"kind": "schedule", "at": "2026-12-24T18:00"}, "at", {"cron", "every_s"}, id="once"
        ),
    ],
)
def test_a_kind_shows_its_own_fields(node: dict[str, Any], there: str, absent: set[str]) -> None:
    shown = fields(node)

    assert {"timing", there, "timezone", "calendar", "misfire", "title"} <= shown.keys()
    assert absent & shown.keys() == set()
    assert [one.error for one in shown.values() if one.error] == []


def test_choosing_another_kind_drops_what_the_first_had() -> None:
    read = read_node(CRON, sent(timing="interval", cron="0 6 * * *", timezone="UTC"), REGISTRY)

    assert (read["timing"], read["every_s"], "cron" in read) == ("interval", 3_600, False)


def test_a_calendar_and_a_zone_are_chosen_from_those_there_are() -> None:
    shown = fields({**CRON, "calendar": {"name": "Business hours"}})

    assert [one.value for one in shown["calendar/name"].choices] == ["Business hours"]
    assert {"UTC", "Europe/Berlin"} <= {one.value for one in shown["timezone"].choices}


@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        pytest.param({"cron": "61 * * * *"}, "cron", "minute 61", id="cron"),
        pytest.param({"timezone": "Mars/Olympus"}, "timezone", "not known", id="zone"),
        pytest.param(
            {"calendar": {"name": "Old", "when": "open", "otherwise": "skip"}},
            "calendar/name",
            "no calendar Old",
            id="calendar",
        ),
    ],
)
def test_what_would_stop_publishing_is_said_beside_the_field(
    parts: dict[str, Any], field: str, words: str
) -> None:
    assert words in fields({**CRON, **parts})[field].error


def test_a_limit_is_asked_for_only_where_it_counts() -> None:
    every = {**CRON, "misfire": {"policy": "all", "limit": 5}}

    read = read_node(
        every, sent(timing="cron", cron="* * * * *", misfire="{}", misfire__policy="once"), REGISTRY
    )

    assert "misfire/limit" in fields(every)
    assert read["misfire"] == {"policy": "once"}
    assert "misfire/limit" not in fields(read)


def test_no_field_of_a_schedule_offers_an_expression() -> None:
    shown = fields({**CRON, "calendar": {"name": "Business hours"}, "misfire": {"policy": "all"}})

    assert [name for name, one in shown.items() if one.can_toggle] == []


def test_all_time_zones_are_listed_in_no_time() -> None:
    fields(CRON)

    begun = time.process_time()
    fields(CRON)

    assert time.process_time() - begun < 0.1
