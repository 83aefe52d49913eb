"""`garland flow check`, `run` and `convert`, on the examples and on what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from garland.cli import main
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.tables import make_row, make_table_document

EXAMPLES = Path(__file__).parents[3] / "examples" / "workflows"
LINK = str(EXAMPLES / "ticket-a-critical-link.json")
SITES = f"@{EXAMPLES / 'sites.json'}"


def flow(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["flow", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Give a function that writes a document and gives its path."""

    def write(document: Any) -> str:
        path = tmp_path / "flow.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_the_example_has_no_problems() -> None:
    checked = flow("check", LINK)

    assert (checked.exit_code, checked.output) == (0, "0 error(s), 0 warning(s)\n")


def test_problems_are_told_with_their_place_and_exit_1(file: Any) -> None:
    path = file(flow_document({"call": step("http-request")}, ["hand > call"]))

    told, as_json = flow("check", path), flow("check", path, "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert "/steps/call/config/url" in told.output
    assert json.loads(as_json.output)["problems"][0]["step"] == "call"


def test_the_example_runs_without_anything_outside() -> None:
    done = flow("run", LINK, "--tables", SITES, "--mock")

    assert done.exit_code == 0, done.output
    assert "mocked by its first example" in done.output
    assert "approved at once" in done.output
    assert "succeeded after 5 step(s), 300 s of waiting skipped" in done.output


def test_another_input_takes_another_way() -> None:
    done = flow("run", LINK, "--tables", SITES, "--mock", "--input", '{"site": "ZRH"}', "--json")

    document = json.loads(done.output)
    assert document["state"] == "succeeded"
    assert [line["step"] for line in document["trace"]] == ["site", "gold", "ticket"]


def test_a_failing_run_exits_1_and_names_the_step() -> None:
    failed = flow("run", LINK, "--mock")

    assert failed.exit_code == 1
    assert "error at site: There is no table sites: give it with --tables." in failed.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--input", "["], "--input", id="no JSON"),
        pytest.param(["--input", "[1]"], "--input must be a JSON object", id="no object"),
        pytest.param(["--trigger", "@/none"], "/none cannot be read", id="no such file"),
        pytest.param(["--trigger", '{"kind": "schedule"}'], "no trigger of it is", id="no trigger"),
        pytest.param(["--input", '{"n": "x"}'], "n must be a whole number", id="wrong input"),
    ],
)
def test_what_it_is_started_with_is_checked(file: Any, arguments: list[str], said: str) -> None:
    takes = {"type": "object", "properties": {"n": {"type": "integer"}}}

    refused = flow("run", file({**chain_document(1), "input": takes}), *arguments)

    assert refused.exit_code == 1
    assert said in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("document", ["{", "[]", '{"flow": 1}', '{"a": 1, "a": 2}'])
def test_a_file_that_is_no_workflow_is_refused_in_a_sentence(file: Any, document: str) -> None:
    path = file(document)

    for command in ("check", "run"):
        refused = flow(command, path)
        assert refused.exit_code == 1
        assert isinstance(refused.exception, SystemExit)


def test_a_decision_table_is_asked_from_what_the_command_was_given(file: Any) -> None:
    ask = step("decide", config={"table": "triage"}, input={"alarm": "= trigger.alarm"})
    log = step("write-log", config={"message": "= steps.ask.output.values.team"})
    document = flow_document({"ask": ask, "log": log}, ["rule > ask", "ask:decided > log"])
    rows = [make_row(["critical", "-"], ["core", ""])]
    tables = json.dumps({"triage": make_table_document(rows=rows)})

    done = flow("run", file(document), "--decisions", tables)

    assert done.exit_code == 0, done.output
    assert '"values": {"team": "core"' in done.output


NODES = "key,kind,name\nBRN,site,Bern\nr1,node,Router 1\nr2,node,Router 2\n"
RELATIONS = "from,to,relation\nBRN,r1,contains\nBRN,r2,contains\n"


def test_the_inventory_is_what_the_command_was_given(file: Any, tmp_path: Path) -> None:
    look = step("common-cause", input={"items": ["r1", "r2"]})
    log = step("write-log", config={"message": "= steps.look.output.root.name"})
    document = flow_document({"look": look, "log": log}, ["hand > look", "look:found > log"])
    options: list[str] = []
    for name, text in (("nodes.csv", NODES), ("relations.csv", RELATIONS)):
        (tmp_path / name).write_text(text)
        options += ["--inventory", str(tmp_path / name)]

    given = flow("run", file(document), "--trigger", '{"kind": "manual"}', *options)
    empty = flow("run", file(document), "--trigger", '{"kind": "manual"}')

    assert given.exit_code == 0, given.output
    assert "Bern" in given.output
    assert "The inventory does not know enough of the objects" in empty.output


def test_an_inventory_that_cannot_be_read_is_refused_with_the_line(
    file: Any, tmp_path: Path
) -> None:
    bad = tmp_path / "nodes.csv"
    bad.write_text("key,kind\nr1,router\n")
    document = flow_document({"log": step("write-log", config={"message": "x"})}, ["hand > log"])

    refused = flow("run", file(document), "--inventory", str(bad))

    assert refused.exit_code == 1
    assert "--inventory cannot be used" in refused.output
    assert "router" in refused.output


def test_a_decision_table_that_was_not_given_is_asked_for(file: Any) -> None:
    ask = step("decide", config={"table": "triage"}, input={"values": {}})
    document = flow_document({"ask": ask}, ["rule > ask"])

    done = flow("run", file(document))

    assert done.exit_code == 1
    assert "There is no decision table triage: give it with --decisions." in done.output


@pytest.mark.parametrize("form", ["json", "bpmn"])
def test_a_workflow_converted_there_and_back_is_the_same(form: str, tmp_path: Path) -> None:
    first = flow("convert", LINK, "--to", "json").output
    between = tmp_path / "between"
    between.write_text(flow("convert", LINK, "--to", form).output)

    assert flow("convert", str(between), "--to", "json").output == first


def test_what_another_tool_drew_is_converted_with_what_could_not_be_taken(tmp_path: Path) -> None:
    model = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    drawn = tmp_path / "theirs.bpmn"
    drawn.write_text(
        f'<definitions xmlns="{model}"><process id="p"><task id="t"/></process></definitions>'
    )

    done = flow("convert", str(drawn), "--to", "svg")

    assert "p: Task (t): became a placeholder" in done.stderr
    assert done.stdout.startswith("<svg")


def test_what_is_no_workflow_is_not_converted(file: Any) -> None:
    refused = flow("convert", file("[]"), "--to", "bpmn")

    assert refused.exit_code == 1
    assert "no workflows as they are exported" in refused.output
