"""Trying a mapping on a sample pair: can the end find the problem it ends?"""

from __future__ import annotations

import json
from typing import Any

from runtime.alarms.sources.editor.trying import Trial, tree_of_sample, try_mapping
from runtime.alarms.sources.mapped import read_mapped

RAISED = {"host": "pe1", "rule": "r7", "state": "bad", "said": "It is down"}
CLEARED = {**RAISED, "state": "good", "said": "It is up"}


def tried(raised: Any, cleared: Any, *, problem: str = "rule") -> Trial:
    mapping = {
        "mapping": 1,
        "fields": {
            "managed_object": {"from": "host"},
            "perceived_severity": {"default": "major"},
            "specific_problem": {"from": problem},
        },
        "clear": {"from": "state", "is": ["good"]},
    }
    pair = [one if isinstance(one, str) else json.dumps(one) for one in (raised, cleared)]
    return try_mapping(
        mapping, *pair, read=lambda body: read_mapped(body, source="s", mapping=mapping)
    )


def test_says_that_the_pair_meets() -> None:
    trial = tried(RAISED, CLEARED)

    assert (trial.meets, trial.problems) == (True, ())


def test_refuses_an_identity_that_differs_and_names_the_field_and_both_values() -> None:
    trial = tried(RAISED, CLEARED, problem="said")

    assert trial.meets is False
    assert [one.pointer for one in trial.problems] == ["/fields/specific_problem"]
    assert "'It is down' first and 'It is up' at the end" in trial.problems[0].message


def test_says_nothing_of_meeting_without_a_second_sample() -> None:
    assert tried(RAISED, "").meets is None


def test_says_when_the_second_sample_tells_no_end() -> None:
    trial = tried(RAISED, RAISED)

    assert trial.problems == ()
    assert "gives no end" in trial.warnings[-1].message


def test_a_sample_that_gives_no_alarm_is_a_problem() -> None:
    trial = tried({"rule": "r7"}, "")

    assert trial.problems[0].pointer == "/sample"
    assert "managed_object" in trial.problems[0].message


def test_a_sample_that_is_no_json_is_told_with_its_line() -> None:
    assert "line 1" in tried("{", "").problems[0].message


def test_a_mapping_that_cannot_be_kept_is_not_tried() -> None:
    trial = try_mapping({"mapping": 1, "fields": {}}, "{}", "", read=lambda _: 1 / 0)  # type: ignore[arg-type,return-value]

    assert len(trial.problems) == 2


def test_the_tree_begins_at_the_first_alarm_and_ends_with_what_is_around_it() -> None:
    body = json.dumps({"site": "ZRH", "alerts": [{"a": 1}]})

    tree, wrong = tree_of_sample(body, "alerts")

    assert [one.path for one in tree] == ["a", "$.site"]
    assert wrong == ""


def test_the_tree_says_why_a_sample_cannot_be_read() -> None:
    assert tree_of_sample("{", "")[1].startswith("the sample is not JSON")
