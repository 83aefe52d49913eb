"""`garland block from-openapi` writes a pack, and says what is not in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from blocks.manifest import parse_manifest
from blocks.packs import read_pack
from garland.openapi_cli import from_openapi

SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1.2.3", "license": {"name": "Apache 2.0"}},
    "paths": {
        "/things": {"get": {"operationId": "listThings", "tags": ["a"], "responses": {"200": {}}}},
        "/files": {
            "post": {
                "operationId": "sendFile",
                "tags": ["b"],
                "requestBody": {"content": {"multipart/form-data": {"schema": {}}}},
            }
        },
    },
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "things.json"
    file.write_text(json.dumps(SPEC))
    return file


def run(spec: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(from_openapi, [str(spec), "--out", str(out), *more])


def test_writes_a_pack_that_can_be_read(spec: Path, tmp_path: Path) -> None:
    done = run(spec, tmp_path / "pack", "--publisher", "acme")

    pack = read_pack(tmp_path / "pack")
    folder = tmp_path / "pack" / "blocks" / "list-things"
    manifest = parse_manifest(json.loads((folder / "block.json").read_text()))
    assert (done.exit_code, pack.id, pack.version) == (0, "acme.things", "1.2.3")
    assert (manifest.id, manifest.licence) == ("acme.list-things", "Apache-2.0")
    assert (folder / manifest.icon).read_text().startswith("<svg")
    assert len((folder / "README.md").read_text()) > 100


def test_says_what_is_left_out_and_why(spec: Path, tmp_path: Path) -> None:
    done = run(spec, tmp_path / "pack")

    told = "`sendFile`: it sends multipart/form-data"
    assert "left out: sendFile" in done.output
    assert told in (tmp_path / "pack" / "IMPORTED.md").read_text()


def test_tells_a_program_the_same(spec: Path, tmp_path: Path) -> None:
    found = json.loads(run(spec, tmp_path / "pack", "--json", "--select", "a").output)

    assert (found["ok"], found["blocks"], found["left_out"]) == (True, ["list-things"], [])


def test_touches_nothing_that_is_there(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "mine.txt").write_text("mine")

    done = run(spec, tmp_path / "pack")

    assert (done.exit_code, [one.name for one in (tmp_path / "pack").iterdir()]) == (
        1,
        ["mine.txt"],
    )
    assert "not empty" in done.output


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--publisher", "Acme Inc"), "small letters"),
        (("--select", "nope"), "nope is no tag or operation"),
    ],
)
def test_says_what_to_mend(spec: Path, tmp_path: Path, more: tuple[str, ...], told: str) -> None:
    done = run(spec, tmp_path / "pack", *more)

    assert done.exit_code == 1
    assert told in done.output
    assert not (tmp_path / "pack").exists()
