"""From `pip install` to a tested, packed, signed and published block, by the guide alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks.packages.package import read_package
from tests.support.guide import Reader, Typed, fits, steps_of
from tests.support.taking_server import taking_server

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parents[2]
MINUTES_MAX = 10
COMMANDS_MAX = 25
"""To the signed package: what somebody types in ten minutes, reading meanwhile."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Garland's source folder as it is handed on: the tracked files, nothing else."""
    folder = tmp_path_factory.mktemp("handed-on") / "garland"
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return folder


def newcomer(folder: Path, source: Path) -> Reader:
    """Somebody with Python and Garland's source folder, and nothing else of this work tree."""
    work, programs = folder / "work", folder / "programs"
    work.mkdir()
    programs.mkdir()
    (work / "garland").symlink_to(source)
    python = programs / "python3"
    base = Path(sys.base_prefix) / "bin" / "python3"  # what the present environment is made of
    python.write_text(f'#!/bin/sh\nexec {base} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    path = f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return Reader(work, {**kept, "PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"})


def test_a_newcomer_has_a_signed_block_in_ten_minutes(tmp_path: Path, source: Path) -> None:
    page = (ROOT / "docs" / "write-a-block.md").read_text(encoding="utf-8")
    reader = newcomer(tmp_path, source)
    began, commands = time.monotonic(), 0

    with taking_server() as server:
        server.answers["/api/v1/installs"] = (201, {"id": "1"})
        server.answers["/api/v1/marketplace/releases"] = (201, {"state": "handed in for review"})
        reader.fixed = {"GARLAND_SERVER": server.url}
        for step in steps_of(page):
            came = reader.follow(step)
            if isinstance(step, Typed):
                commands += 1
                assert fits(step.shown, came), f"$ {step.command}\n{came}"

    took_s = time.monotonic() - began
    sys.stdout.write(f"\n{commands} commands, {took_s:.0f} s\n")
    package = read_package((reader.folder / "acme.circuit-state-0.1.0.gblk").read_bytes())
    assert package.envelope is not None
    assert server.sent[-1].path == "/api/v1/marketplace/releases"
    assert commands <= COMMANDS_MAX
    assert took_s < MINUTES_MAX * 60


def test_what_is_installed_has_all_that_it_reads(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-deps", "--target"]
    subprocess.run([*pip, str(folder), str(source)], check=True)

    packages = ("garland", "designer", "runtime", "blocks", "tenancy", "kernel", "marketplace")
    moved = ("templates", "static", "migrations")
    handed_on = (file.relative_to(source) for file in source.rglob("*") if file.is_file())
    names = [file.as_posix() for file in handed_on]
    wanted = {name for name in names if name.startswith(tuple(f"{one}/" for one in packages))}
    wanted |= {
        f"garland/{name}" for name in names if name.startswith(tuple(f"{x}/" for x in moved))
    }
    assert {name for name in wanted if not (folder / name).is_file()} == set()
