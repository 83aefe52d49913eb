"""Every block that comes with Garland is gold, and its picture is true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blocks.authoring.checking import check_folder
from blocks.authoring.drawing import picture_of
from blocks.authoring.folders import read_folder
from blocks.quality import Level
from blocks.registry import STANDARD_FOLDER
from designer.setup.form import POLICIES

FOLDERS = sorted(file.parent for file in STANDARD_FOLDER.glob("*/block.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_standard_block_is_gold(folder: Path) -> None:
    found = check_folder(read_folder(folder))

    todo = {
        one.rule.id: one.reason
        for one in found.standings
        if one.status == "todo" and one.rule.level <= Level.GOLD
    }
    assert (found.findings, todo) == ((), {})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_picture_is_drawn_from_its_workflow(folder: Path) -> None:
    picture = (folder / "docs" / "flow.svg").read_text(encoding="utf-8")

    assert picture == picture_of(read_folder(folder)), f"run `garland block draw {folder}`"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_workflow_has_the_block_in_it(folder: Path) -> None:
    flow = json.loads((folder / "docs" / "flow.json").read_text(encoding="utf-8"))
    block_id = json.loads((folder / "block.json").read_text(encoding="utf-8"))["id"]

    users = [*flow["steps"].values(), *flow["triggers"].values()]
    assert block_id in {user.get("block") for user in users}


def test_a_block_that_remembers_says_what_runs_at_the_same_moment_do() -> None:
    remembering = [folder for folder in FOLDERS if '"name": "state"' in _text(folder, "block.json")]

    silent = [one.name for one in remembering if POLICIES["queue"] not in _text(one, "README.md")]

    assert (len(remembering) > 5, silent) == (True, [])


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")
