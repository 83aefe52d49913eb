"""All that a pack brings along is checked, one by one and together, without an installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blocks.packs import PackError
from blocks.registry import STANDARD_FOLDER
from runtime.packs.checking import check_contents
from tests.factories.flows import flow_document, step
from tests.factories.packs import make_pack
from tests.factories.rules import make_rule_document

TELL = flow_document({"note": step("write-log", config={"message": "hi"})}, ["hand > note"])
SITES = {"name": "Sites", "rows": {"ZRH": {"tier": "gold"}}}
MANIFEST = json.loads(
    (STANDARD_FOLDER / "write_log" / "block.json").read_text(encoding="utf-8")
) | {"id": "acme.note", "publisher": "acme", "behaviour": {"effects": "none"}}


def write(pack: Path, name: str, document: Any) -> None:
    file = pack / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return make_pack(tmp_path)


def told(pack: Path) -> list[str]:
    with pytest.raises(PackError) as refused:
        check_contents(pack)
    return [problem.message for problem in refused.value.problems]


def test_a_pack_of_everything_passes_and_is_counted(pack: Path) -> None:
    own = {"it": {"block": "acme.note", "version": "1.0.0", "config": {"message": "hi"}}}
    sites = step("look-up-table", config={"table": "Sites"}, input={"key": "ZRH"})
    own["site"] = sites
    write(pack, "blocks/note/block.json", MANIFEST)
    write(pack, "flows/a.json", flow_document(own, ["hand > it", "it > site"], name="Own"))
    write(pack, "rules/r.json", make_rule_document(then=[{"do": "start", "flow": "own"}]))
    write(pack, "tables/sites.json", SITES)

    counts = check_contents(pack).counts()

    assert counts == {"blocks": 1, "workflows": 1, "rules": 1, "look-up tables": 1}


def test_a_workflow_is_checked_against_its_blocks(pack: Path) -> None:
    write(pack, "flows/a.json", flow_document({"note": step("write-log")}, ["hand > note"]))

    (message,) = told(pack)

    assert message.startswith("flows/a.json: ")
    assert "Message is missing" in message


@pytest.mark.parametrize(
    ("file", "document", "wanted"),
    [
        pytest.param(
            "rules/r.json",
            make_rule_document(then=[{"do": "start", "flow": "elsewhere"}]),
            "elsewhere",
            id="a rule starts a workflow that is not there",
        ),
        pytest.param(
            "flows/a.json",
            flow_document(
                {"call": step("call-workflow", config={"flow": "elsewhere"})}, ["hand > call"]
            ),
            "there is no workflow elsewhere",
            id="a workflow calls one that is not there",
        ),
        pytest.param(
            "flows/a.json",
            flow_document(
                {"it": step("look-up-table", config={"table": "Gone"}, input={"key": "a"})},
                ["hand > it"],
            ),
            "Gone",
            id="a look-up table that is not there",
        ),
        pytest.param("tables/t.json", {"name": "T"}, "rows is missing", id="a table without rows"),
        pytest.param("mappings/m.json", {}, "mappings/m.json", id="a mapping of no shape"),
        pytest.param("decisions/d.json", {}, "decisions/d.json", id="no decision table"),
        pytest.param("blocks/x/block.json", {}, "blocks/x/block.json", id="a bad manifest"),
    ],
)
def test_what_does_not_fit_is_told_with_its_file(
    pack: Path, file: str, document: Any, wanted: str
) -> None:
    write(pack, "tables/sites.json", SITES)
    write(pack, file, document)

    messages = told(pack)

    assert all(one.startswith(file) for one in messages)
    assert any(wanted in one for one in messages)


def test_two_workflows_of_one_name_are_refused(pack: Path) -> None:
    write(pack, "flows/a.json", TELL)
    write(pack, "flows/b.json", TELL)

    assert told(pack) == ["flows/b.json: flows/a.json has this name already"]


def test_a_look_up_table_may_be_csv_and_is_named_by_its_file(pack: Path) -> None:
    (pack / "tables").mkdir()
    (pack / "tables" / "sites.csv").write_text("site;tier;team\nZRH;gold;noc\n", encoding="utf-8")

    (table,) = check_contents(pack).tables

    assert table.document == {
        "name": "sites",
        "columns": ["tier", "team"],
        "rows": {"ZRH": {"tier": "gold", "team": "noc"}},
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("site\nZRH\n", "columns: name 1 to 50 columns", id="no column"),
        pytest.param("site,tier\n,gold\n", "line 2: key: a row needs a key", id="no key"),
        pytest.param("site,tier\na,1\na,2\n", "line 3: the key a is there twice", id="twice"),
    ],
)
def test_a_bad_csv_is_told_with_file_and_line(pack: Path, text: str, wanted: str) -> None:
    (pack / "tables").mkdir()
    (pack / "tables" / "sites.csv").write_text(text, encoding="utf-8")

    (message,) = told(pack)

    assert message.startswith("tables/sites.csv: ")
    assert wanted in message


def test_a_pack_holds_blocks_of_its_own_publisher(pack: Path) -> None:
    write(pack, "blocks/note/block.json", {**MANIFEST, "id": "other.note", "publisher": "other"})

    (message,) = told(pack)

    assert message.startswith("blocks/note/block.json: publisher must be acme")
