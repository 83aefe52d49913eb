"""The templates that come with Garland: sound as they are, and each played to its ends."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

import pytest

from blocks.registry import standard_registry
from designer.gallery.filling import defaults_of, filled, value_problems
from designer.gallery.library import LIBRARY, library
from designer.gallery.model import Template, Trial
from designer.gallery.offers import pack_templates
from designer.gallery.trying import rehearse, trials_of
from designer.workflows.samples import SAMPLES, sample_alarm, sample_events
from kernel.ids import slugify
from runtime.alarms.model import parse_event
from runtime.calendars.model import parse_calendar
from runtime.flows.drawn import picture_of
from runtime.flows.model import every_step
from runtime.flows.problems import Known, Versions
from runtime.flows.validate import check_flow
from runtime.rules.model import check_rule
from tests.factories.tenancy import NOON

REGISTRY = standard_registry()
LIVE = Versions(live=1, numbers=frozenset({1}))
TEMPLATES = [pytest.param(one, id=key) for key, one in library().items()]
EVERY = [*TEMPLATES, *(pytest.param(one, id=key) for key, one in pack_templates().items())]
TRIALS = [
    pytest.param(one, trial, id=f"{key}: {trial.title}")
    for key, one in library().items()
    for trial in one.trials
]
WRITES_TO_DEVICES = {
    "garland.run-device-command",
    "garland.netconf-edit",
    "garland.snmp-set",
}
ASKS_FIRST = {
    "customer-notice": {"tell"},
    "order-fall-out": {"correct"},
    "capacity-threshold": {"move"},
    "ddos": {"divert"},
    "sla-breach": {"credit"},
}
"""Steps that mass notification, reroutes, corrections and credits are."""


def known_to(template: Template) -> Known:
    return Known(
        flows={slugify(template.flow["name"]): LIVE},
        calendars=frozenset(one["name"] for one in template.parts("calendars")),
        lookups=frozenset(one["name"] for one in template.parts("tables")),
        tables={},
    )


def test_there_are_twelve_at_least_and_none_is_one_of_a_packs() -> None:
    names = [one.flow["name"] for one in library().values()]

    assert len(names) >= 12
    assert len({*names, *(one.title for one in pack_templates().values())}) == len(names) + len(
        pack_templates()
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_defaults_are_what_its_documents_say(template: Template) -> None:
    values = defaults_of(template)

    assert value_problems(template, values) == []
    assert filled(template, values) == template.document


@pytest.mark.parametrize("template", EVERY)
def test_nothing_is_wrong_with_its_workflow(template: Template) -> None:
    assert check_flow(template.flow, REGISTRY, known_to(template)) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_comes_with_it_could_be_saved(template: Template) -> None:
    slug = slugify(template.flow["name"])

    assert [
        check_rule(one, {slug}) for one in template.parts("rules") if check_rule(one, {slug})
    ] == []
    for calendar in template.parts("calendars"):
        parse_calendar(calendar)
    for table in template.parts("tables"):
        assert all(set(row) <= set(table["columns"]) for row in table["rows"].values())


@pytest.mark.parametrize(("template", "trial"), TRIALS)
def test_its_workflow_goes_each_way_to_the_end_it_tells_of(
    template: Template, trial: Trial
) -> None:
    done = rehearse(template.document, trial, REGISTRY, now=NOON)

    assert done.state == trial.state
    assert [f"{one.step} {one.port}".strip() for one in done.trace] == list(trial.path)


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_trials_walk_all_but_what_only_notes_a_failure(template: Template) -> None:
    walked = {line.split()[0].rpartition(".")[2] for one in template.trials for line in one.path}
    inside = {id_ for id_, _, _ in every_step(template.flow)}

    assert len(template.trials) >= 3
    assert inside - walked <= {"unsent", "refused"}
    assert {one.sample for one in template.trials} <= {"", *(one.name for one in SAMPLES)}


@pytest.mark.parametrize("template", TEMPLATES)
def test_people_agree_before_it_changes_a_device_or_tells_everybody(template: Template) -> None:
    steps = template.flow["steps"]
    risky = {id_ for id_, one in steps.items() if one["block"] in WRITES_TO_DEVICES}

    assert not (risky | ASKS_FIRST.get(template.key, set())) & reached_without_asking(template.flow)


def reached_without_asking(flow: Mapping[str, Any]) -> set[str]:
    """Give the steps that a run can come to without leaving an approval as approved."""
    asks = {id_ for id_, one in flow["steps"].items() if one["block"] == "garland.approval"}
    found, ahead = set(flow["triggers"]), deque(flow["triggers"])
    while ahead:
        here = ahead.popleft()
        for wire in flow["wires"]:
            source, _, port = wire["from"].partition(":")
            if source != here or wire["to"] in found or (here in asks and port == "approved"):
                continue
            found.add(wire["to"])
            ahead.append(wire["to"])
    return found


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_failure_of_a_call_to_the_outside_is_left_without_a_way(template: Template) -> None:
    wired = {one["from"] for one in template.flow["wires"]}
    calls = {
        id_
        for id_, one in template.flow["steps"].items()
        if one["block"] in {"garland.http-request", "garland.send-email", *WRITES_TO_DEVICES}
    }

    assert {id_ for id_ in calls if f"{id_}:error" not in wired} == set()


@pytest.mark.parametrize("template", EVERY)
def test_its_picture_shows_each_step_by_its_name(template: Template) -> None:
    drawn = picture_of(template.flow, REGISTRY)

    for id_, one in template.flow["steps"].items():
        assert (one.get("title") or id_)[:15].replace("'", "&#x27;") in drawn


@pytest.mark.parametrize("key", library())
def test_its_file_is_written_as_it_would_be_written_again(key: str) -> None:
    text = (LIBRARY / key / "template.json").read_text(encoding="utf-8")

    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_sample_alarms_are_events_that_would_be_taken_in() -> None:
    events = [parse_event(one) for one in sample_events()]

    assert {one.source for one in events} == {"sample"}
    assert len({(one.managed_object, one.specific_problem) for one in events}) == len(events)


def test_a_template_without_trials_is_played_as_it_is() -> None:
    template = pack_templates()["pack-note-the-site-with-an-alarm"]
    [trial] = trials_of(template)

    done = rehearse(template.document, trial, REGISTRY, now=NOON)

    assert done.state == "succeeded"
    assert sample_alarm(trial.sample)["managed_object"] == "link-7"
