"""A syslog rule's form: reads back what it wrote, is proposed from a line, shows problems."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.sources.listened.rules.rows import (
    RuleRows,
    check_rule,
    document_of,
    field_errors,
    read_rows,
    rows_of,
    with_rule,
)
from runtime.alarms.sources.listened.rules.suggesting import suggest_rule
from runtime.alarms.sources.syslog.message import LEVELS, SyslogMessage, read_syslog
from runtime.alarms.sources.syslog.rules import Judge, Verdict, check_rules, is_like
from runtime.alarms.sources.syslog.starter import starter_rules

LINK = "<187>1: r1: Jun  1 12:50:26: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down"
FAN = "<27>Nov 24 14:56:18 r1 fand: fan tray 2 failed"
FULL = {
    "name": "Fan",
    "raise": "fan tray (?P<tray>\\d+) failed",
    "clear": "fan tray (?P<tray>\\d+) well",
    "event": "FAN_*",
    "clear_event": "FAN_OK",
    "app": "fand",
    "facilities": ["daemon", "local4"],
    "least": "err",
    "severity": "major",
    "event_type": "equipmentAlarm",
    "probable_cause": "fan",
    "managed_object": "{host}/{tray}",
    "specific_problem": "Fan failed",
    "text": "{text}",
    "key": "{host}/{tray}",
}


def judged(rule: dict[str, Any], line: str) -> Verdict:
    """Judge a line by one rule alone; what it does not take makes nothing."""
    return Judge({"rules": [rule], "least": "none"}).judge(
        read_syslog(line.encode()), sender="192.0.2.1"
    )


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(FULL, id="every field"),
        pytest.param({"name": "x", "raise": "^", "event": "A", "ignore": True}, id="ignores"),
        *(pytest.param(one, id=one["name"]) for one in starter_rules()),
    ],
)
def test_a_rule_comes_back_from_its_form_as_it_was(rule: dict[str, Any]) -> None:
    assert document_of(rows_of(rule)) == rule


@given(st.dictionaries(st.sampled_from([*FULL, "does", "ends", "sample"]), st.text(max_size=30)))
def test_whatever_is_posted_is_a_rule_or_is_refused(posted: dict[str, str]) -> None:
    rows = read_rows(posted)

    with suppress(InvalidError):
        check_rule([], None, rows)
        assert check_rules([document_of(rows)]) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "Taken"}, "name", id="another rule's name"),
        pytest.param({"raises": "("}, "raise", id="no pattern"),
        pytest.param({"raises": "(?=look)"}, "raise", id="a pattern without bound"),
        pytest.param({"raises": "", "event": ""}, "raise", id="any message at all"),
        pytest.param({"clears": "well"}, "key", id="an end that has no such group"),
        pytest.param({"clears": "", "clear_event": ""}, "clear", id="an end like the problem"),
        pytest.param({"key": "{nothing}"}, "key", id="a place that is not there"),
        pytest.param({"facilities": "moon"}, "facilities", id="no facility"),
        pytest.param({"severity": "awful"}, "severity", id="no severity"),
    ],
)
def test_a_problem_stands_beside_its_field(changed: dict[str, str], field: str) -> None:
    rows = rows_of(FULL)
    for name, value in changed.items():
        setattr(rows, name, value)

    with pytest.raises(InvalidError) as refused:
        check_rule([{"name": "Taken", "raise": "x"}], None, rows)

    assert field in field_errors(refused.value.problems)


def test_a_rule_keeps_its_place_and_a_new_one_comes_before_all_others() -> None:
    rules = [{"name": "a"}, {"name": "b"}]

    assert [one["name"] for one in with_rule(rules, 1, {"name": "c"})] == ["a", "c"]
    assert [one["name"] for one in with_rule(rules, None, {"name": "c"})] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("changed", "is_taken"),
    [
        pytest.param({}, True, id="a pattern alone"),
        pytest.param({"facilities": ["daemon"]}, True, id="its facility"),
        pytest.param({"facilities": ["local4"]}, False, id="another facility"),
        pytest.param({"least": "err"}, True, id="its level"),
        pytest.param({"least": "crit"}, False, id="less bad than asked for"),
        pytest.param({"app": "FAND"}, True, id="its program, in whatever letters"),
        pytest.param({"app": "fan"}, False, id="another program"),
        pytest.param({"event": "FAN*"}, False, id="a name that it does not have"),
    ],
)
def test_a_rule_takes_only_messages_that_it_looks_at(
    changed: dict[str, Any], is_taken: bool
) -> None:
    rule = {"name": "Fan", "raise": "fan tray", **changed}

    assert (judged(rule, FAN).rule == "Fan") is is_taken


def test_a_level_is_asked_of_the_problem_and_not_of_its_end() -> None:
    rule = {"name": "Link", "raise": "state to down", "clear": "state to up", "least": "err"}
    up = LINK.replace("<187>", "<189>").replace("down", "up")

    event = judged(rule, up).event

    assert event is not None
    assert event["perceived_severity"] == "cleared"


def test_an_end_may_have_another_name_than_its_problem() -> None:
    rule = {
        "name": "Link", "raise": "^", "clear": "^", "event": "LINK-*", "clear_event": "LINKUP-*",
    }  # fmt: skip
    up = LINK.replace("LINK-3-UPDOWN", "LINKUP-5-UP")

    severities = [judged(rule, line).event for line in (LINK, up)]

    assert [one and one["perceived_severity"] for one in severities] == ["major", "cleared"]


@given(st.text("ab", max_size=8), st.text("ab*", max_size=6))
def test_a_star_stands_for_anything(text: str, like: str) -> None:
    parts = like.split("*")

    def holds(said: str, rest: list[str]) -> bool:
        if len(rest) == 1:
            return said.endswith(rest[0])
        at = (place for place in range(len(said) + 1) if said.startswith(rest[0], place))
        return any(holds(said[place + len(rest[0]) :], rest[1:]) for place in at)

    is_whole = text == like or not like
    expected = (
        is_whole
        if len(parts) == 1
        else text.startswith(parts[0]) and holds(text[len(parts[0]) :], parts[1:])
    )
    assert is_like(text, like) is expected


def test_a_rule_is_proposed_with_what_varies_as_groups_and_its_end() -> None:
    rule = suggest_rule(read_syslog(LINK.encode()))

    assert rule["event"] == "LINK-3-UPDOWN"
    assert rule["raise"] == "Interface (?P<port>[^ ,]+), changed state to down"
    assert rule["clear"] == "Interface (?P<port>[^ ,]+), changed state to up"
    assert (rule["managed_object"], rule["key"]) == ("{host}/{port}", "{host}/{port}")
    event = judged(rule, LINK.replace("down", "up")).event
    assert event is not None
    assert event["perceived_severity"] == "cleared"


WORDS = st.sampled_from(
    ["down", "10.0.0.1", "ge-0/0/1", "(x)", "a.b", "42", "fe80::1", "  ", "set", "ä", "[", "Gi1/2"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join), st.sampled_from(LEVELS))
def test_a_proposed_rule_fits_the_line_it_was_made_of(text: str, level: str) -> None:
    message = SyslogMessage(facility="daemon", level=level, text=text.strip(), raw=text, host="r1")

    rule = suggest_rule(message)

    assert check_rules([rule]) == []
    verdict = Judge({"rules": [rule], "least": "none"}).judge(message, sender="192.0.2.1")
    assert verdict.rule == rule["name"]


def test_a_proposed_rule_fits_every_line_that_routers_wrote(shared_data: Path) -> None:
    missed = []
    for file in sorted((shared_data / "syslog" / "napalm-logs").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)["raw"]
            rule = suggest_rule(read_syslog(said.encode()))
            if check_rules([rule]) or judged(rule, said).rule != rule["name"]:
                missed.append(said)

    assert missed == []


def test_a_form_that_ignores_leaves_out_what_an_alarm_needs() -> None:
    rows = RuleRows(name="Noise", does="ignore", raises="noise", severity="major", key="{host}")

    assert document_of(rows) == {"name": "Noise", "raise": "noise", "ignore": True}
