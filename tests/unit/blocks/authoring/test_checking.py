"""What `garland block check` finds in a folder: each thing by itself, with its place and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blocks.authoring.checking import Checked, check_folder
from blocks.authoring.folders import FolderError, read_folder
from blocks.authoring.trying import try_examples
from blocks.quality import Level
from tests.factories.blocks import change_code, change_manifest, make_block_folder


def check(folder: Path) -> Checked:
    return check_folder(read_folder(folder))


def findings(folder: Path) -> list[tuple[str, str]]:
    return [(one.file, one.pointer) for one in check(folder).findings]


def test_a_new_block_has_nothing_wrong_and_is_gold(tmp_path: Path) -> None:
    found = check(make_block_folder(tmp_path))

    assert (found.findings, found.notes, found.level) == ((), (), Level.GOLD)


def test_a_folder_without_a_manifest_is_none(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"it has no block\.json"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("{", "block.json", id="no JSON"),
        pytest.param('{"a": 1, "a": 2}', "block.json", id="a name twice"),
        pytest.param("[]", "block.json", id="no object"),
        pytest.param("\ud800".encode("utf-8", "surrogatepass"), "block.json", id="no text"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_told(
    tmp_path: Path, content: str | bytes, told: str
) -> None:
    folder = make_block_folder(tmp_path)
    (folder / "block.json").write_bytes(content.encode() if isinstance(content, str) else content)

    assert findings(folder)[0][0] == told


def test_a_wrong_field_is_told_by_its_pointer(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path, category="nowhere")

    assert ("block.json", "/category") in findings(folder)
    assert check(folder).level is Level.NONE


def test_an_ability_that_is_used_must_be_declared(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "name = ctx", "ctx.mail.send(to=[], subject='', body='')\n    name = ctx")

    (found,) = check(folder).findings
    assert (found.file, found.pointer) == ("block.py", "line 10")
    assert 'add {"name": "mail", "reason": "…"} to permissions' in found.message


def test_a_helper_that_takes_the_context_counts_too(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    helper = "def tell(context: Context) -> None:\n    context.alarms.get('1')\n\n\ndef run"
    change_code(folder, "def run", helper)

    assert findings(folder) == [("block.py", "line 9")]


def test_an_ability_that_is_not_used_must_not_be_asked_for(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    asked = json.loads((folder / "block.json").read_text())["permissions"]
    change_manifest(folder, permissions=[*asked, {"name": "mail", "reason": "Mails"}])

    assert findings(folder) == [("block.json", "/permissions/1")]


def test_a_connection_needs_a_slot_and_a_slot_its_use(tmp_path: Path) -> None:
    slot = {"slot": "other", "title": "T", "reason": "R", "accepts": ["bearer"]}
    folder = make_block_folder(tmp_path, secrets=[slot])
    change_code(folder, 'request("GET", ', 'request("GET", connection="probe", url=')

    assert findings(folder) == [("block.py", "line 11"), ("block.json", "/secrets/0")]


def test_a_way_out_must_be_declared(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, 'ctx.emit("missing"', 'ctx.emit("gone"')

    (found,) = check(folder).findings
    assert found.message == "it leaves by gone, which is no way out of it: found, missing"


def test_a_licence_must_be_an_spdx_one(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path, licence="Ours alone")

    (found,) = check(folder).findings
    assert found.pointer == "/licence"
    assert "Ours alone is no SPDX licence" in found.message


def test_code_that_python_cannot_read_is_told_with_its_line(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "def run(ctx", "def run(ctx:")

    assert ("block.py", "line 8") in findings(folder)


def test_code_without_run_is_told(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "def run(", "def perform(")

    assert findings(folder) == [("block.py", "")]


@pytest.mark.parametrize("name", ["block.py", "icon.svg", "README.md"])
def test_a_file_that_is_missing_is_told(tmp_path: Path, name: str) -> None:
    folder = make_block_folder(tmp_path)
    (folder / name).unlink()

    assert (name, "") in findings(folder)


def test_a_private_key_in_the_folder_is_found_before_it_travels(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    (folder / "docs" / "key").write_text("-----BEGIN PRIVATE KEY-----\n")

    assert findings(folder) == [("docs/key", "")]


def test_an_import_that_the_sandbox_has_no_use_for_is_noted(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "from urllib.parse", "import socket\nfrom urllib.parse")

    found = check(folder)
    assert found.findings == ()
    assert [one.message for one in found.notes] == [
        "it imports socket, but a block has no sockets: ask ctx.http"
    ]


def test_the_code_may_lie_in_src(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    (folder / "src").mkdir()
    (folder / "block.py").rename(folder / "src" / "block.py")

    assert check(folder).level is Level.GOLD
    assert [one.ok for one in try_examples(folder)] == [True] * 4
