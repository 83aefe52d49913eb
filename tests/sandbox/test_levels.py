"""The level is found by trying; where it is missing, code of others is refused and that is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAYS = {
    "landlock": "Landlock is missing: this kernel has none, or hides it.",
    "seccomp": "seccomp filters are missing",
}


def told(*before: str, wanted: str = "auto", path: str | None = None) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.support.confined", wanted]
    environment = {**os.environ, **({"PATH": path} if path else {})}
    done = subprocess.run(
        [*before, *program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def lacking(part: str) -> list[str]:
    return [sys.executable, "-m", "tests.support.less_kernel", part]


def test_where_all_is_there_code_of_others_runs() -> None:
    found = told()

    assert found == {"level": 1, "missing": [], "foreign": {"double": 4}, "standard": "ran"}


@pytest.mark.parametrize("part", SAYS)
def test_where_a_part_is_missing_it_is_refused_and_level_0_works(part: str) -> None:
    found = told(*lacking(part))

    assert found["level"] == 0
    assert found["missing"][0].startswith(SAYS[part])
    code, message = found["foreign"]
    assert code == "block.no_sandbox"
    assert SAYS[part] in message
    assert found["standard"] == "ran"


def test_where_it_is_switched_off_nothing_of_others_runs() -> None:
    found = told(wanted="0")

    assert (found["level"], found["foreign"][0]) == (0, "block.no_sandbox")
    assert "GARLAND_SANDBOX_LEVEL is 0" in found["foreign"][1]


def test_who_asks_for_a_hardened_sandbox_is_given_no_weaker_one() -> None:
    found = told(wanted="2", path="/nowhere")

    assert found["level"] == 0
    assert found["missing"] == ["bubblewrap is missing: install the system's package bubblewrap."]


@pytest.mark.parametrize("part", ["landlock", None], ids=["without Landlock", "with all"])
def test_the_doctor_tells(tmp_path: Path, part: str | None) -> None:
    done = subprocess.run(
        [*(lacking(part) if part else ()), sys.executable, "-m", "garland", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, "GARLAND_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    text = done.stdout[done.stdout.index("[\n") :]
    (finding,) = [one for one in json.loads(text) if one["name"] == "sandbox"]
    assert finding["ok"] is (part is None)
    assert ("Linux 6.7" in finding["remedy"]) is (part is not None)
