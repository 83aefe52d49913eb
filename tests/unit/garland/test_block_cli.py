"""`garland block`: what an integrator types, what comes back, and with which exit code."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from blocks.registry import STANDARD_FOLDER
from garland.cli import main
from tests.factories.blocks import change_code, change_manifest, make_block_folder

ROOT = Path(__file__).parents[3]


def block(*words: str | Path, **more: Any) -> Result:
    return CliRunner().invoke(main, ["block", *map(str, words)], **more)


def as_json(*words: str | Path) -> Any:
    return json.loads(block(*words, "--json").stdout)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, as a person without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("GARLAND_SERVER", raising=False)
    monkeypatch.delenv("GARLAND_TOKEN", raising=False)
    return tmp_path


def test_a_new_block_passes_check_and_test_at_once() -> None:
    made = block("new", "acme.line-test", "--title", 'A "line" test', "--licence", "MIT")

    assert made.exit_code == 0, made.output
    assert "garland block check line-test" in made.output
    assert block("check", "line-test", "--level", "gold").exit_code == 0
    assert block("test", "line-test").exit_code == 0


def test_new_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "line-test").mkdir()
    (tmp_path / "line-test" / "mine").write_text("kept")

    refused = block("new", "acme.line-test")

    assert refused.exit_code == 1
    assert "is there already and is kept" in refused.output
    assert [one.name for one in (tmp_path / "line-test").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        pytest.param(["Acme.Line"], "/id", id="capitals"),
        pytest.param(["line"], "/id", id="no publisher"),
        pytest.param(["acme.line", "--title", "x" * 61], "/title", id="too long"),
        pytest.param(["acme.line", "--licence", "ours"], "/licence", id="no licence"),
    ],
)
def test_new_refuses_a_wish_by_its_field_and_leaves_nothing(
    tmp_path: Path, words: list[str], pointer: str
) -> None:
    refused = block("new", *words)

    assert refused.exit_code == 1
    assert f"  {pointer}  " in refused.output
    assert list(tmp_path.iterdir()) == []


def test_new_without_a_terminal_needs_the_name() -> None:
    assert block("new").exit_code == 2


def test_new_asks_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garland.block_cli_making.is_terminal", lambda: True)

    answers = ["Acme", "acme.line", "perl", "python", "Line test", "", "nowhere", "data", "MIT"]
    made = block("new", input="\n".join([*answers, ""]))

    assert made.exit_code == 0, made.output
    assert "with one dot: acme.circuit-state" in made.output
    assert as_json("check", "line")["block"]["title"] == "Line test"


def test_check_tells_file_place_and_remedy_and_ends_with_1(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path, category="nowhere")

    told, found = block("check", folder), as_json("check", folder)

    assert told.exit_code == 1
    assert "  block.json /category: category must be one of" in told.output
    assert found["ok"] is False
    assert found["problems"][0]["pointer"] == "/category"
    assert found["quality"]["level"] == "none"


def test_check_ends_with_1_below_the_level_that_was_asked_for(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path, keywords=[])

    assert block("check", folder).exit_code == 0
    assert block("check", folder, "--level", "gold").exit_code == 1


def test_test_tells_what_was_expected_and_what_came(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, '"state": response.json()["state"]', '"state": "up"')

    told, found = block("test", folder), as_json("test", folder)

    assert told.exit_code == 1
    expected = ["output /state", '  expected  "down"', '  came      "up"']
    assert "\n".join(f"        {line}" for line in expected) in told.output
    assert "3 of 4 examples passed" in told.output
    assert found["examples"][0]["differences"] == [
        {"where": "output /state", "expected": '"down"', "came": '"up"'}
    ]


def test_test_runs_the_code_in_the_sandbox_unless_it_is_trusted(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    mark = tmp_path / "mark"
    change_code(folder, "def run", f"open({str(mark)!r}, 'w').close()\n\n\ndef run")

    sandboxed = block("test", folder)

    assert (sandboxed.exit_code, mark.exists()) == (1, False)
    assert block("test", folder, "--trust").exit_code == 0
    assert mark.exists()


def test_a_block_that_comes_with_garland_runs_with_what_it_shares() -> None:
    assert block("test", STANDARD_FOLDER / "filter_list").exit_code == 0


def test_a_crash_is_told_with_what_it_was(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, "name = ctx.input", "1 / 0\n    name = ctx.input")

    assert "it failed with block.crashed" in block("test", folder).stdout
    assert "Run it with --trust to see where." in block("test", folder).stdout
    assert 'block.py", line 10, in run' in block("test", folder, "--trust").stderr


def test_a_block_without_examples_does_not_pass(tmp_path: Path) -> None:
    done = block("test", make_block_folder(tmp_path, examples=[]))

    assert done.exit_code == 1
    assert "There is no example" in done.output


def test_the_same_files_are_packed_to_the_same_bytes(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    first, second = tmp_path / "1.gblk", tmp_path / "2.gblk"

    assert block("pack", folder, "--out", first).exit_code == 0
    (folder / "block.py").touch()
    assert block("pack", folder, "--out", second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_what_has_problems_is_not_packed(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path, licence="ours")

    refused = block("pack", folder)

    assert refused.exit_code == 1
    assert "/licence" in refused.output
    assert list(tmp_path.glob("*.gblk")) == []


def test_a_package_never_lands_in_the_folder_it_was_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_block_folder(tmp_path)
    monkeypatch.chdir(folder)

    assert block("pack").exit_code == 0
    assert (tmp_path / "acme.circuit-state-0.1.0.gblk").is_file()


def test_a_package_is_signed_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.gblk"
    block("pack", make_block_folder(tmp_path), "--out", file)
    made = as_json("key", "new", tmp_path / "key")

    signed = block("sign", file, "--key", tmp_path / "key")

    assert signed.exit_code == 0, signed.output
    shown = as_json("show", file)
    assert shown["signed_by"] == [made["id"]]
    assert "block.json" in shown["files"]


def test_what_a_package_is_made_of_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "a.gblk"
    packed = as_json("pack", make_block_folder(tmp_path), "--out", file)

    listed = json.loads(block("sbom", file).stdout)

    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["bom-ref"] == packed["digest"]


def test_a_signature_does_not_change_what_a_package_is_named_for_good(tmp_path: Path) -> None:
    file = tmp_path / "a.gblk"
    packed = as_json("pack", make_block_folder(tmp_path), "--out", file)
    block("key", "new")

    assert as_json("sign", file)["digest"] == packed["digest"]


def test_a_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    key = tmp_path / "key"
    block("key", "new", key)
    before = key.read_bytes()

    again = block("key", "new", key)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (again.exit_code, key.read_bytes()) == (1, before)
    assert "is there already" in again.output


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        pytest.param(lambda _: None, "garland block key new", id="missing"),
        pytest.param(lambda key: key.write_text("x"), "can be read by others", id="open to others"),
        pytest.param(
            lambda key: (key.write_text("x"), key.chmod(0o600)), "holds no private key", id="no key"
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_told(tmp_path: Path, prepare: Any, told: str) -> None:
    file = tmp_path / "a.gblk"
    block("pack", make_block_folder(tmp_path), "--out", file)
    prepare(tmp_path / "key")

    refused = block("sign", file, "--key", tmp_path / "key")

    assert refused.exit_code == 1
    assert told in refused.output


def test_a_key_may_be_kept_under_a_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.gblk"
    block("pack", make_block_folder(tmp_path), "--out", file)
    monkeypatch.setenv("GARLAND_KEY_PASSPHRASE", "a long one")
    block("key", "new", "key")

    assert block("sign", file, "--key", "key").exit_code == 0
    monkeypatch.delenv("GARLAND_KEY_PASSPHRASE")
    refused = block("sign", file, "--key", "key")
    assert (refused.exit_code, "has a passphrase" in refused.output) == (1, True)


def test_a_file_that_is_no_package_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gblk").write_bytes(b"PK\x05\x06 no")

    for command in ("show", "sign", "publish"):
        refused = block(command, tmp_path / "a.gblk")
        assert (refused.exit_code, "Traceback" in refused.output) == (1, False)


def test_diff_says_by_how_much_the_version_has_to_grow(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = make_block_folder(tmp_path / "old", version="1.2.0")
    new = make_block_folder(tmp_path, version="1.2.1", errors=[], examples=[])

    told, found = block("diff", old, new), as_json("diff", old, new)

    assert told.exit_code == 1
    assert "  major  /errors  The error http.busy is gone." in told.output
    assert "at least 2.0.0, or run with --bump" in told.output
    assert (found["needed"], found["least"], found["ok"]) == ("major", "2.0.0", False)


def test_diff_writes_the_version_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = make_block_folder(tmp_path / "old", version="1.2.0")
    new = make_block_folder(tmp_path, version="1.2.0")
    before = (new / "block.json").read_text()

    assert block("diff", old, new, "--bump").exit_code == 0
    assert (new / "block.json").read_text() == before.replace('"1.2.0"', '"1.2.1"')
    assert block("diff", old, new).exit_code == 0


def test_diff_says_where_people_must_agree_anew(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = make_block_folder(tmp_path / "old")
    new = make_block_folder(tmp_path, version="0.2.0")
    asked = [{"name": "http", "reason": "Asks", "hosts": ["api.example.com", "b.example.com"]}]
    change_manifest(new, permissions=asked)

    assert "(people must agree anew)" in block("diff", old, new).output


def test_draw_makes_up_a_workflow_and_keeps_one_that_is_there(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    flow = folder / "docs" / "flow.json"
    flow.write_text(flow.read_text().replace('"kind": "rule"', '"kind": "schedule"'))

    assert block("draw", folder).exit_code == 0
    assert "No time set yet" in (folder / "docs" / "flow.svg").read_text()


def test_a_workflow_that_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    (folder / "docs" / "flow.json").write_text('{"steps": 1}')

    refused = block("draw", folder)

    assert refused.exit_code == 1
    assert "docs/flow.json is no workflow" in refused.output


def test_a_check_loads_neither_database_nor_web(tmp_path: Path) -> None:
    folder = make_block_folder(tmp_path)
    program = (
        "import sys\nfrom garland.cli import main\n"
        f"main(['block', 'check', {str(folder)!r}], standalone_mode=False)"
    )
    seen = "\nexcept SystemExit: print('loaded:', *sys.modules)"
    wrapped = "try:\n    " + program.replace("\n", "\n    ") + seen

    done = subprocess.run(
        [sys.executable, "-c", wrapped], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "blocks.quality" in loaded
    assert loaded & {"sqlalchemy", "flask", "httpx", "asyncio", "structlog", "redis"} == set()
