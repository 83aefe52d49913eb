"""A new block of each kind is whole: it passes check and test, and is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blocks.authoring.checking import check_folder
from blocks.authoring.drawing import PICTURE_FILE
from blocks.authoring.folders import CODE_FILE, FolderError, read_folder
from blocks.authoring.starting import KINDS, Wish, make_block
from blocks.authoring.trying import try_examples
from blocks.kinds.composite import FLOW_FILE, read_carried
from blocks.quality import Level
from blocks.registry import standard_registry
from garland.block_cli_making import new
from kernel.images import PICTURE_MAX_BYTES, why_no_image
from runtime.flows.composites import composite_problems

WISH = Wish(id="acme.line-test", kind="python", title='A "line" \\ test', summary="Test a line")


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A new block of each kind."""
    kind: str = request.param
    made = tmp_path / kind
    make_block(Wish(id="acme.line-test", kind=kind, title='A "line" \\ test', summary="T"), made)
    return made


def test_it_has_nothing_wrong_and_is_gold(folder: Path) -> None:
    found = check_folder(read_folder(folder))

    assert (found.findings, found.level) == ((), Level.GOLD)


def test_its_examples_come_out_as_they_say(folder: Path) -> None:
    assert [(one.title, one.differences) for one in try_examples(folder) if not one.ok] == []


def test_its_picture_is_an_image_that_does_nothing(folder: Path) -> None:
    content = (folder / PICTURE_FILE).read_bytes()

    assert why_no_image(PICTURE_FILE, content, most=PICTURE_MAX_BYTES) == ""
    assert b"A &quot;line&quot; \\ test" in content


def test_its_tests_run_under_pytest(folder: Path) -> None:
    text = (folder / "tests" / "test_block.py").read_text(encoding="utf-8")
    scope = {"__name__": "test_block", "__file__": str(folder / "tests" / "test_block.py")}

    exec(compile(text, "test_block.py", "exec"), scope)  # noqa: S102  the file that was made
    scope["test_every_example_comes_out_as_it_says"]()  # type: ignore[operator]


def test_a_new_composite_fits_the_blocks_of_this_garland(tmp_path: Path) -> None:
    make_block(replace(WISH, kind="composite"), tmp_path / "made")
    carried = read_carried((tmp_path / "made" / FLOW_FILE).read_bytes())
    manifest = read_folder(tmp_path / "made").manifest
    assert manifest is not None

    assert composite_problems(manifest, carried, standard_registry()) == []


def test_the_command_offers_each_kind_that_there_is() -> None:
    (kind,) = [one for one in new.params if one.name == "kind"]

    assert tuple(kind.type.choices) == KINDS  # type: ignore[attr-defined]


def test_a_folder_that_is_not_empty_is_kept(tmp_path: Path) -> None:
    (tmp_path / CODE_FILE).write_text("mine")

    with pytest.raises(FolderError, match="is there already and is kept"):
        make_block(WISH, tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == [CODE_FILE]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert CODE_FILE in make_block(WISH, tmp_path / "empty")
