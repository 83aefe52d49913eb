"""Packs from folders: checked before an installation reads them."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from blocks.packages.keys import make_key_file
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


def test_the_same_files_give_the_same_file_and_it_is_shown(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    first, second = tmp_path / "a.gblk", tmp_path / "b.gblk"

    packed = run("pack", str(folder), "--out", str(first))
    run("pack", str(folder), "--out", str(second))
    shown = run("show", str(first))

    assert packed.exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert "Acme fans: acme.fans 1.2.0" in shown.output
    assert "not signed, sha256:" in shown.output
    assert "trap entries    Trap entries (traps)" in shown.output


def test_a_signature_leaves_the_pack_what_it_is(tmp_path: Path) -> None:
    file, key = tmp_path / "a.gblk", tmp_path / "own.key"
    run("pack", str(make_pack(tmp_path)), "--out", str(file))
    plain = json.loads(run("show", "--json", str(file)).output)
    make_key_file(key, passphrase="")

    signed = run("sign", str(file), "--key", str(key))
    found = json.loads(run("show", "--json", str(file)).output)

    assert signed.exit_code == 0
    assert (plain["signed_by"], len(found["signed_by"])) == ([], 1)
    assert found["digest"] == plain["digest"]


def test_what_does_not_fit_is_not_packed(tmp_path: Path) -> None:
    folder = make_pack(tmp_path, traps={"a.json": [make_entry(severity="loud")]})

    refused = run("pack", str(folder), "--out", str(tmp_path / "a.gblk"))

    assert refused.exit_code == 1
    assert "/traps/a.json/0/severity  traps/a.json, entry 1 (fanFailed): " in refused.output
    assert not (tmp_path / "a.gblk").exists()
