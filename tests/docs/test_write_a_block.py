"""docs/write-a-block.md is typed along: each command is run, and prints what the page shows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guide import Reader, Typed, fits, steps_of
from tests.support.taking_server import TakingServer, taking_server

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "write-a-block.md").read_text(encoding="utf-8")
SETUP = ("python3 -m venv", ". tools", "pip install")
"""Typed by the journey, which has minutes; here the tool is the one that is being worked on."""


@pytest.fixture
def server() -> Iterator[TakingServer]:
    """A server in the place of a running Garland."""
    with taking_server() as made:
        made.answers["/api/v1/installs"] = (201, {"id": "1"})
        made.answers["/api/v1/marketplace/releases"] = (201, {"state": "handed in for review"})
        yield made


@pytest.fixture
def reader(tmp_path: Path, server: TakingServer) -> Reader:
    """Somebody who has nothing but the tool."""
    programs = tmp_path / "programs"
    programs.mkdir()
    tool = programs / "garland"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m garland "$@"\n', encoding="utf-8")
    tool.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir()
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    surroundings = {
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    made = Reader(folder, surroundings)
    made.fixed = {"GARLAND_SERVER": server.url}
    return made


def test_each_command_prints_what_the_page_shows(reader: Reader, server: TakingServer) -> None:
    for step in steps_of(PAGE):
        if isinstance(step, Typed) and step.command.startswith(SETUP):
            continue
        came = reader.follow(step)
        if isinstance(step, Typed):
            assert fits(step.shown, came), f"$ {step.command}\nshown:\n{step.shown}\ncame:\n{came}"

    assert [one.path for one in server.sent] == [
        "/api/v1/installs?development=1",
        "/api/v1/marketplace/releases",
    ]


def test_each_command_of_the_tool_is_explained() -> None:
    from garland.block_cli import block

    page = (ROOT / "docs" / "block-tool.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z-]+)", page, re.MULTILINE))

    assert {name for name in block.commands if name not in explained} == set()


def test_the_quality_scale_is_written_from_its_table() -> None:
    from blocks.quality import scale_page

    page = (ROOT / "docs" / "quality-scale.md").read_text(encoding="utf-8")

    assert page == scale_page(), "run tools/write_quality_scale.py"
