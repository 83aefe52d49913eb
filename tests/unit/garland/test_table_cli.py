"""Decision tables from files: checked, asked, exchanged, and judged over alarms like rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from garland.rule_cli import rule
from garland.table_cli import table
from tests.factories.tables import make_row, make_table_document
from tests.unit.garland.test_rule_cli import alarm, written

MAJOR = '{"perceived_severity": "major", "attributes.load": 95}'


@pytest.fixture
def file(tmp_path: Path) -> str:
    return written(tmp_path, "triage.json", make_table_document())


def run(*words: str) -> Result:
    return CliRunner().invoke(table, list(words))


def test_a_good_table_passes_and_tells_what_it_forgets(file: str) -> None:
    done = run("check", file)

    assert done.exit_code == 0
    assert done.output.startswith("no row takes: ")
    assert done.output.endswith("0 problem(s)\n")


def test_rows_that_contradict_each_other_are_a_problem(tmp_path: Path) -> None:
    rows = [make_row([">= major", "-"], ["core", ""]), make_row(["critical", "-"], ["noc", ""])]
    file = written(tmp_path, "bad.json", make_table_document(hit="unique", rows=rows))

    done = run("check", "--json", file)

    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0]["pointer"].startswith("/rows/1")
    by_rule = CliRunner().invoke(rule, ["check", "--rule", file])
    assert by_rule.exit_code == 1


def test_a_table_says_which_row_decides(file: str) -> None:
    done = run("ask", file, "--values", MAJOR)

    assert done.output == 'row(s) 1: {"team": "core", "do": null}\n'


def test_no_row_is_an_answer(file: str) -> None:
    done = run("ask", file, "--json", "--alarm", '{"perceived_severity": "cleared"}')

    assert json.loads(done.output) == {"port": "none", "rows": []}


def test_a_value_that_cannot_be_read_is_named(file: str) -> None:
    done = run("ask", file, "--values", '{"attributes.load": "much"}')

    assert done.exit_code == 1
    assert "/values/attributes.load" in done.output


@pytest.mark.parametrize("kind", ["dmn", "csv"])
def test_an_exported_table_is_imported_again(tmp_path: Path, file: str, kind: str) -> None:
    out = str(tmp_path / f"Triage.{kind}")
    run("export", file, "--as", kind, "--to", out)

    done = run("import", out)

    assert json.loads(done.output) == make_table_document()


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    done = run("import", written(tmp_path, "other.dmn", "<html/>"))

    assert done.exit_code == 1
    assert "other.dmn cannot be read" in done.output


def test_a_table_is_tried_on_alarms_like_a_rule(tmp_path: Path, file: str) -> None:
    events: list[dict[str, Any]] = [alarm(1) | {"attributes": {"load": 95}}, alarm(2)]
    alarms = written(tmp_path, "alarms.json", events)
    words = ["simulate", "--json", "--rule", file, "--alarms", alarms]

    done = json.loads(CliRunner().invoke(rule, words).output)

    assert [one["is_match"] for one in done["steps"]] == [True, False]
    assert done["steps"][0]["decision"]["rows"] == [1]
    assert list(done["steps"][0]["tested"]) == ["row 1"]


def test_a_table_in_dmn_is_backtested(tmp_path: Path, file: str) -> None:
    out = str(tmp_path / "Triage.dmn")
    run("export", file, "--to", out)
    alarms = written(tmp_path, "alarms.json", [alarm(1) | {"attributes": {"load": 95}}])

    done = CliRunner().invoke(rule, ["backtest", "--rule", out, "--alarms", alarms])

    assert "fired 1 time(s)" in done.output


def test_the_example_forgets_no_alarm_and_decides() -> None:
    example = str(Path(__file__).parents[3] / "examples" / "tables" / "which-team-takes-it.json")
    alarm = '{"perceived_severity": "critical", "attributes": {"site": "ZRH"}}'

    checked, asked = run("check", example), run("ask", example, "--alarm", alarm)

    assert checked.exit_code == 0
    assert "no row takes" not in checked.output
    assert asked.output == 'row(s) 1: {"team": "core", "within_h": 1}\n'
