"""Packs from folders: checked before an installation reads them."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from garland.pack_cli import pack
from tests.factories.packs import make_entry, make_pack


def run(*words: str) -> Result:
    return CliRunner().invoke(pack, list(words))


def test_a_good_pack_passes_and_tells_what_it_holds(tmp_path: Path) -> None:
    done = run("check", str(make_pack(tmp_path)))

    assert done.exit_code == 0
    assert done.output == "Acme fans 1.2.0: 2 trap entries\n0 problem(s)\n"


def test_all_that_is_wrong_is_told_with_file_entry_and_field(tmp_path: Path) -> None:
    bad = {"a.json": [make_entry(severity="loud")], "b.json": [{"trap": 1}]}
    folder = make_pack(tmp_path, traps=bad)

    done = run("check", "--json", str(folder))

    assert done.exit_code == 1
    assert [one["pointer"] for one in json.loads(done.output)["problems"]] == [
        "/traps/a.json/0/severity",
        "/traps/b.json/0/name",
        "/traps/b.json/0/oid",
        "/traps/b.json/0/severity",
    ]
