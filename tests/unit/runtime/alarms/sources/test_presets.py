"""Mappings to begin with, on their own samples and on bodies that the products really sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.alarms.sources.editor.form import form_of_mapping, mapping_of_form
from runtime.alarms.sources.editor.trying import Trial, try_mapping
from runtime.alarms.sources.mapped import read_mapped
from runtime.alarms.sources.presets import PRESETS, Preset

EACH = pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))


def tried(preset: Preset) -> Trial:
    pair = [json.dumps(one) if one else "" for one in (preset.sample, preset.clear_sample)]
    return try_mapping(
        preset.mapping,
        *pair,
        read=lambda body: read_mapped(body, source="s", mapping=preset.mapping),
    )


@EACH
def test_gives_an_alarm_for_its_sample(preset: Preset) -> None:
    trial = tried(preset)

    assert trial.problems == ()
    assert len(trial.raised.events) == 1


@EACH
def test_the_end_finds_its_problem_or_there_is_a_warning(preset: Preset) -> None:
    trial = tried(preset)

    assert trial.meets is True or [one.pointer for one in trial.warnings] == ["/clear"]


@EACH
def test_is_shown_by_the_form_and_read_back_as_it_was(preset: Preset) -> None:
    assert mapping_of_form(form_of_mapping(preset.mapping)) == preset.mapping


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        (
            "checkmk",
            "keep/checkmk.json",
            {
                "managed_object": "server1",
                "specific_problem": "Host",
                "perceived_severity": "cleared",
            },
        ),
        (
            "librenms",
            "keep/libre_nms.json",
            {
                "managed_object": "10.10.1.147",
                "specific_problem": "Devices up/down",
                "perceived_severity": "cleared",
            },
        ),
        (
            "graylog",
            "alerta/graylog_notification.json",
            {"managed_object": "test", "perceived_severity": "warning"},
        ),
    ],
)
def test_reads_what_the_product_really_sent(
    shared_data: Path, name: str, file: str, expected: dict[str, str]
) -> None:
    body = json.loads((shared_data / "webhooks" / file).read_text())

    batch = read_mapped(body, source="s", mapping=PRESETS[name].mapping)

    assert batch.rejected == []
    (event,) = batch.events
    assert {field: str(getattr(event, field)) for field in expected} == expected


def test_reads_both_messages_of_a_pagerduty_webhook_as_one_alarm(shared_data: Path) -> None:
    path = shared_data / "webhooks" / "alerta" / "pagerduty_alert.json"
    body: Any = json.loads(path.read_text())

    batch = read_mapped(body, source="s", mapping=PRESETS["pagerduty"].mapping)

    assert [str(one.perceived_severity) for one in batch.events] == ["major", "cleared"]
    assert len({one.dedup_key for one in batch.events}) == 1


def test_reads_templates_of_alerts_by_a_mapping_of_three_lines(shared_data: Path) -> None:
    path = shared_data / "webhooks" / "keep" / "prometheus.json"
    bodies = [one["payload"] for one in json.loads(path.read_text()).values()]
    fields = {
        "managed_object": {"from": "labels.instance", "default": "unknown"},
        "perceived_severity": {"from": "labels.severity", "default": "indeterminate"},
        "text": {"from": "summary"},
    }

    batch = read_mapped(bodies, source="s", mapping={"mapping": 1, "fields": fields})

    assert [str(one.perceived_severity) for one in batch.events] == [
        "critical",
        "warning",
        "critical",
        "warning",
        "indeterminate",
    ]
