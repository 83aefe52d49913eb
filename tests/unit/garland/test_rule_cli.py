"""Rules from files: checked, tried event by event, and backtested against another version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from garland.rule_cli import rule
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document

ANY = make_leaf("managed_object", "exists")
YES: Any = True
EXAMPLES = Path(__file__).parents[3] / "examples/rules"


def written(folder: Path, name: str, content: Any) -> str:
    """Write a JSON document, or lines of them; give the path."""
    file = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return str(file)


def alarm(number: int) -> dict[str, Any]:
    return {
        "managed_object": f"link-{number}",
        "perceived_severity": "major",
        "raised_at": f"2026-11-24T12:00:{number:02}Z",
    }


def run(*words: str) -> Result:
    return CliRunner().invoke(rule, list(words))


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda one: one.stem)
def test_an_example_passes_the_check(file: Path) -> None:
    done = run("check", "--rule", str(file))

    assert done.exit_code == 0, done.output


def test_a_good_rule_passes_the_check(tmp_path: Path) -> None:
    done = run("check", "--rule", written(tmp_path, "rule.json", make_rule_document()))

    assert (done.exit_code, done.output) == (0, "0 problem(s)\n")


def test_what_is_wrong_is_named_with_its_place(tmp_path: Path) -> None:
    bad = make_rule_document(pattern={"kind": "persists", "after_s": 10**9})

    done = run("check", "--json", "--rule", written(tmp_path, "rule.json", bad))

    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0]["pointer"] == "/pattern/after_s"


def test_each_event_is_told_in_a_simulation(tmp_path: Path) -> None:
    file = written(tmp_path, "rule.json", make_rule_document(when=ANY, cooldown_s=60))
    lines = "\n".join(json.dumps(alarm(number)) for number in (1, 2))

    done = run("simulate", "--rule", file, "--alarms", written(tmp_path, "alarms.jsonl", lines))

    assert done.exit_code == 0
    assert "2 event(s), 2 matched, fired 2 time(s)" in done.output


def test_a_simulation_tells_each_condition_with_the_value_it_saw(tmp_path: Path) -> None:
    when = make_leaf("perceived_severity", "is", "critical")
    file = written(tmp_path, "rule.json", make_rule_document(when=when))

    done = run(
        "simulate", "--json", "--rule", file, "--alarms", written(tmp_path, "a.json", [alarm(1)])
    )

    (step,) = json.loads(done.output)["steps"]
    assert step["is_match"] is False
    assert step["tested"]["when"]["seen"] == "major"


def test_a_rule_that_waits_needs_time_to_go_on(tmp_path: Path) -> None:
    document = make_rule_document(when=ANY, pattern={"kind": "persists", "after_s": 60})
    alarms = written(tmp_path, "alarms.json", [alarm(1)])
    files = ("--rule", written(tmp_path, "rule.json", document), "--alarms", alarms)

    assert "fired 0 time(s)" in run("backtest", *files).output
    assert "fired 1 time(s)" in run("backtest", *files, "--after", "60").output


def test_a_backtest_tells_what_differs_from_another_version(tmp_path: Path) -> None:
    start = {"do": "start", "flow": "ticket"}
    new = make_rule_document(when=ANY, pattern=make_count_pattern(3, 60), then=[start])
    old = make_rule_document(when=ANY)
    events = {"events": [alarm(number) for number in range(4)]}

    done = run(
        "backtest",
        *("--rule", written(tmp_path, "new.json", new)),
        *("--against", written(tmp_path, "old.json", old)),
        *("--alarms", written(tmp_path, "alarms.json", events)),
    )

    assert "4 event(s), 4 alarm(s); fired 1 time(s), started ticket 1 time(s)" in done.output
    assert "0 firing(s) are new, 3 would be gone" in done.output


@pytest.mark.parametrize(
    ("alarms", "said"),
    [
        pytest.param([], "at least one", id="none"),
        pytest.param([alarm(1), {}], "/alarms/1", id="a bad one"),
        pytest.param("[", "alarms.json", id="no JSON"),
    ],
)
def test_alarms_that_cannot_be_played_are_refused(tmp_path: Path, alarms: Any, said: str) -> None:
    file = written(tmp_path, "rule.json", make_rule_document())

    done = run("backtest", "--rule", file, "--alarms", written(tmp_path, "alarms.json", alarms))

    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize("command", ["simulate", "backtest"])
def test_what_a_file_knows_nothing_of_is_said(tmp_path: Path, command: str) -> None:
    when = {"none": [make_leaf("topology.parent_down", "is", YES)]}
    file = written(tmp_path, "rule.json", make_rule_document(when=when))
    files = ("--rule", file, "--alarms", written(tmp_path, "alarms.json", [alarm(1)]))

    words, facts = run(command, *files).output, json.loads(run(command, "--json", *files).output)

    assert (
        "counted as missing, as a file has nothing round its alarms: topology.parent_down" in words
    )
    assert facts["not_known"] == ["topology.parent_down"]


def test_a_rule_that_asks_for_nothing_round_alarms_is_told_nothing_of_it(tmp_path: Path) -> None:
    file = written(tmp_path, "rule.json", make_rule_document(when=ANY))

    done = run("simulate", "--rule", file, "--alarms", written(tmp_path, "a.json", [alarm(1)]))

    assert "counted as missing" not in done.output
