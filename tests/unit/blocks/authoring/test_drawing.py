"""A block's picture: a workflow round it is made up where there is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from blocks.authoring.drawing import draw_folder
from blocks.registry import STANDARD_FOLDER

MARKED = 'stroke="var(--accent)" stroke-width="2"'


def drawn_anew(tmp_path: Path, name: str) -> tuple[dict[str, dict[str, dict[str, str]]], str]:
    """Draw a copy of a standard block without its workflow; give what was made up, and drawn."""
    folder = Path(shutil.copytree(STANDARD_FOLDER / name, tmp_path / name))
    picture = draw_folder(folder, anew=True).read_text(encoding="utf-8")
    return json.loads((folder / "docs" / "flow.json").read_text(encoding="utf-8")), picture


def test_a_block_that_watches_starts_the_workflow_made_up_for_it(tmp_path: Path) -> None:
    flow, picture = drawn_anew(tmp_path, "poll_http")

    assert flow["triggers"]["it"]["block"] == "garland.poll-http"
    assert "garland.poll-http" not in {step["block"] for step in flow["steps"].values()}
    assert MARKED in picture


def test_any_other_block_is_a_step_of_it(tmp_path: Path) -> None:
    flow, picture = drawn_anew(tmp_path, "sort_list")

    assert flow["steps"]["it"]["block"] == "garland.sort-list"
    assert MARKED in picture
