"""Where a block stands on the quality scale, and what its author may say about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blocks.authoring.checking import Checked, check_folder
from blocks.authoring.folders import read_folder
from blocks.quality import RULES, Level, Standing, level_of
from tests.factories.blocks import change_code, change_manifest, make_block_folder


def check(folder: Path) -> Checked:
    return check_folder(read_folder(folder))


def status_of(folder: Path, rule: str) -> str:
    return next(one.status for one in check(folder).standings if one.rule.id == rule)


def state(folder: Path, **rules: Any) -> None:
    named = {name.replace("_", "-"): said for name, said in rules.items()}
    (folder / "quality.json").write_text(json.dumps({"quality": 1, "rules": named}))


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / "block.json").read_text())


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        pytest.param("example", {"examples": []}, id="no example"),
        pytest.param("keywords", {"keywords": ["one"]}, id="one keyword"),
        pytest.param("limit", {"behaviour": {"effects": "read"}}, id="no time limit"),
        pytest.param("repeats", {"behaviour": {"effects": "write"}}, id="writes, repeats unknown"),
        pytest.param("errors", {"errors": []}, id="errors not declared"),
        pytest.param("changes", {"version": "0.2.0"}, id="nothing about the version"),
    ],
)
def test_a_rule_is_open_when_the_manifest_lacks_it(
    tmp_path: Path, rule: str, changes: dict[str, Any]
) -> None:
    assert status_of(make_block_folder(tmp_path, **changes), rule) == "todo"


def test_each_way_out_and_each_error_needs_an_example(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_manifest(folder, examples=manifest_of(folder)["examples"][:1])

    reasons = {one.rule.id: one.reason for one in check(folder).standings}
    assert reasons["port-examples"] == "give an example that leaves by missing"
    assert "ends with http.busy" in reasons["error-examples"]


def test_a_field_inside_a_list_needs_its_title_and_description_too(tmp_path: Path) -> None:
    row = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}
    rows = {"type": "array", "title": "Rows", "description": "All", "items": row}
    config = {"type": "object", "additionalProperties": False, "properties": {"rows": rows}}
    folder = make_block_folder(tmp_path, config=config)

    reasons = {one.rule.id: one.reason for one in check(folder).standings}
    assert reasons["titles"] == "give /config/properties/rows/items/properties/a a title"
    assert reasons["descriptions"] == "describe /config/properties/rows/items/properties/a"


def test_hosts_must_be_named(tmp_path: Path) -> None:
    anywhere = [{"name": "http", "reason": "Asks", "hosts": ["*"]}]

    assert status_of(make_block_folder(tmp_path, permissions=anywhere), "least") == "todo"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param("picture", "![In a workflow](docs/flow.svg)", id="no picture"),
        pytest.param("page-example", "**Example.**", id="no example of use"),
        pytest.param("page-complete", "**Not found**", id="a way out is left out"),
    ],
)
def test_a_rule_is_open_when_the_page_lacks_it(tmp_path: Path, rule: str, text: str) -> None:
    folder = make_block_folder(tmp_path)
    page = folder / "README.md"
    page.write_text(page.read_text().replace(text, ""))

    assert status_of(folder, rule) == "todo"


def test_functions_without_types_are_not_platinum(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "-> Outcome", "")

    assert status_of(folder, "types") == "todo"


def test_an_exemption_counts_with_its_reason(tmp_path: Path) -> None:
    anywhere = [{"name": "http", "reason": "Asks", "hosts": ["*"]}]
    folder = make_block_folder(tmp_path, permissions=anywhere)
    state(folder, least={"status": "exempt", "reason": "The address is the user's"})

    assert check(folder).level is Level.GOLD


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        pytest.param({"least": {"status": "exempt"}}, "needs a reason", id="no reason"),
        pytest.param(
            {"icon": {"status": "exempt", "reason": "ugly"}}, "nobody is exempt", id="never waived"
        ),
        pytest.param({"languages": {"status": "done"}}, "it says done, but", id="not so"),
        pytest.param({"real_peer": {"status": "done"}}, "say in reason", id="done without a word"),
    ],
)
def test_what_an_author_states_wrongly_is_told(
    tmp_path: Path, rules: dict[str, Any], told: str
) -> None:
    folder = make_block_folder(tmp_path)
    state(folder, **rules)

    (found,) = check(folder).findings
    assert found.file == "quality.json"
    assert told in found.message


def test_an_author_may_say_that_something_is_lacking(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    state(folder, picture={"status": "todo", "reason": "It shows the old block"})

    assert check(folder).level is Level.SILVER


def test_a_level_needs_all_rules_of_those_below() -> None:
    bronze = next(rule for rule in RULES if rule.level is Level.BRONZE)
    gold = next(rule for rule in RULES if rule.level is Level.GOLD)

    assert level_of([Standing(bronze, "done"), Standing(gold, "todo")]) is Level.SILVER
    assert level_of([Standing(bronze, "todo"), Standing(gold, "done")]) is Level.NONE
    assert level_of([Standing(bronze, "done"), Standing(gold, "exempt", "x")]) is Level.PLATINUM


def test_a_rule_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))
