"""A rule is told in one sentence, and tried on alarms without doing anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.rules.model import Transition, parse_rule
from runtime.rules.tryout import Sample, try_rule
from runtime.rules.words import rule_sentence
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document

PAIR = {
    "a": make_leaf("text", "is", "a"),
    "b": make_leaf("text", "is", "b"),
    "b_on": ["cleared"],
    "within_s": 300,
}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(
            {},
            "When an alarm comes whose event type is communicationsAlarm and severity is at least "
            "critical, acknowledge it.",
            id="each",
        ),
        pytest.param(
            {
                "when": {
                    "any": [make_leaf("text", "exists"), {"none": [make_leaf("count", "is", 1)]}]
                },
                "on": ["cleared"],
                "then": [{"do": "suppress"}, {"do": "set", "fields": {"text": "x"}}],
            },
            "When an alarm is cleared whose text is there or not times raised is 1, suppress it "
            "and set its text to x.",
            id="groups and several actions",
        ),
        pytest.param(
            {
                "when": make_leaf("event_type", "in", ["a", "b"]),
                "pattern": make_count_pattern(5, 300, "attributes.site"),
                "then": [{"do": "start", "flow": "t"}],
            },
            "When at least 5 alarms within 5 minutes from the same site where event type is one of "
            "a, b, start the workflow “Ticket”.",
            id="count",
        ),
        pytest.param(
            {
                "when": make_leaf("text", "exists"),
                "pattern": PAIR | {"kind": "absence", "group_by": ["attributes.site"]},
                "then": [{"do": "notify", "to": ["role:operator"], "subject": "x"}],
            },
            "When an alarm comes whose text is a and not one is cleared whose text is b within "
            "5 minutes from the same site where for both text is there, mail every operator.",
            id="absence",
        ),
        pytest.param(
            {
                "when": make_leaf("text", "exists"),
                "pattern": {"kind": "persists", "after_s": 600},
                "then": [{"do": "correlate", "parent": "matching"}],
                "stop": True,
            },
            "When an alarm whose text is there still stands after 10 minutes, put it under the "
            "alarm that matches. No later rule sees it then.",
            id="persists",
        ),
        pytest.param(
            {
                "when": make_leaf("text", "exists"),
                "pattern": {"kind": "flapping", "more_than": 3, "within_s": 60, "release_below": 1},
                "then": [{"do": "enrich", "table": "sites", "fields": {"text": "name"}}],
            },
            "When an alarm whose text is there is raised and cleared more than 3 times within "
            "1 minute (again only after fewer than 1), look up its text in sites.",
            id="flapping",
        ),
        pytest.param(
            {
                "when": make_leaf("text", "exists"),
                "then": [{"do": "fill", "take": ["place"], "attributes": ["vendor"]}],
            },
            "When an alarm comes whose text is there, "
            "fill its place and vendor from the inventory.",
            id="fill",
        ),
        pytest.param(
            {
                "when": make_leaf("text", "exists"),
                "then": [
                    {"do": "correlate", "parent": "above"},
                    {
                        "do": "correlate",
                        "parent": "above",
                        "hops": 1,
                        "at_least": "minor",
                        "max_age_s": 3_600,
                        "max_children": 2_000,
                    },
                ],
            },
            "When an alarm comes whose text is there, put it under the nearest alarm that is at "
            "least major, at most 3 hops above its object and put it under the nearest alarm that "
            "is at least minor, one hop above its object (raised at most 1 hour before or after "
            "and with 2,000 alarms under it at most).",
            id="above",
        ),
    ],
)
def test_tells_what_a_rule_does(changes: dict[str, Any], sentence: str) -> None:
    assert rule_sentence(make_rule_document(**changes), {"t": "Ticket"}) == sentence


def samples(*seconds: int, site: str | None = "a") -> list[Sample]:
    attributes = {"site": site} if site else {}
    return [
        Sample({"id": str(number), "attributes": attributes}, NOON + timedelta(seconds=at))
        for number, at in enumerate(seconds)
    ]


@pytest.mark.parametrize(
    ("seconds", "fired"),
    [
        pytest.param((0, 59), 1, id="inside the window"),
        pytest.param((0, 60), 0, id="window start is exclusive"),
        pytest.param((59, 0), 1, id="in any order"),
        pytest.param((0, 10, 20), 1, id="one burst fires once"),
        pytest.param((0, 10, 70, 80), 2, id="after the pause it fires again"),
    ],
)
def test_a_tryout_counts_in_a_sliding_window(seconds: tuple[int, ...], fired: int) -> None:
    document = make_rule_document(pattern=make_count_pattern(2, 60, "attributes.site"))
    del document["when"]

    found = try_rule(parse_rule(document), samples(*seconds))

    assert (len(found.matched), len(found.fired)) == (len(seconds), fired)


def test_a_tryout_does_not_count_alarms_without_the_group() -> None:
    document = make_rule_document(pattern=make_count_pattern(2, 60, "attributes.site"))
    del document["when"]

    assert try_rule(parse_rule(document), samples(0, 1, site=None)).fired == ()


@pytest.mark.parametrize("happened", Transition)
def test_a_sentence_tells_whatever_happens_to_an_alarm(happened: Transition) -> None:
    document = make_rule_document(on=[happened.value])

    sentence = rule_sentence(document, {})

    assert sentence.startswith("When an alarm")
    assert sentence != rule_sentence(make_rule_document(), {})
