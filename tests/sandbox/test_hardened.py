"""Level 2: the same locks, inside namespaces where there is nothing else to see."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import open_pool
from tests.sandbox.doors import FILES, KERNEL, PROCESSES, SOCKETS
from tests.support.zoo import TRIES, Zoo, attack_of

UNSEEN = {errno.ENOENT, errno.EPERM, errno.EACCES}
SOME = {
    name: body
    for doors in (FILES, SOCKETS, PROCESSES, KERNEL)
    for name, body in list(doors.items())[:6]
}


@pytest.fixture(scope="module")
def hardened() -> Iterator[Pool]:
    pool = open_pool("2")
    if pool.level.number != 2:
        pytest.skip(f"no hardened sandbox on this machine: {' '.join(pool.level.missing)}")
    yield pool
    pool.close()


@pytest.fixture
def deep(hardened: Pool, tmp_path: Path) -> Zoo:
    return Zoo(folder=tmp_path, pool=hardened)


@pytest.mark.parametrize("door", SOME)
def test_a_door_is_shut(deep: Zoo, tmp_path: Path, door: str) -> None:
    bait = {
        "file": str(tmp_path / "db"),
        "folder": str(tmp_path),
        "path": str(tmp_path / "s"),
        "abstract": "a",
        "tcp": 1,
        "udp": 1,
        "garland": 1,
    }
    (tmp_path / "db").write_text("the database")

    output = deep.output(attack_of(SOME[door]) + TRIES, bait)

    assert output.keys() == {"stopped"}, output
    assert output["stopped"] in UNSEEN


def test_files_outside_are_not_even_there(deep: Zoo, tmp_path: Path) -> None:
    (tmp_path / "db").write_text("the database")
    code = "import os\ndef run(ctx):\n    there = [os.path.exists(p) for p in ctx.config['p']]\n"
    code += "    return ctx.emit('done', {'there': there})\n"

    asked = {"p": [str(tmp_path / "db"), "/etc/passwd", "/var", "/home"]}
    assert deep.output(code, asked) == {"there": [False] * 4}


def test_other_processes_are_not_even_there(deep: Zoo) -> None:
    code = "import os\ndef run(ctx):\n    return ctx.emit('done', {'parent': os.getppid()})\n"

    assert deep.output(code) == {"parent": 1}


def test_a_spin_ends_at_its_deadline_with_all_that_was_round_it(deep: Zoo) -> None:
    error = deep.error("def run(ctx):\n    while True: pass\n", limit_s=0.5)

    assert error.code == "block.timeout"


def test_memory_ends_at_its_limit(deep: Zoo) -> None:
    error = deep.error("def run(ctx):\n    bytearray(1 << 30)\n", memory_mb=64)

    assert error.code in {"block.crashed", "block.killed"}


def test_a_block_that_needs_much_of_python_runs(deep: Zoo) -> None:
    code = """
import asyncio, decimal, json, sqlite3, ssl, zoneinfo
def run(ctx):
    asyncio.run(asyncio.sleep(0))
    ssl.create_default_context()
    zoneinfo.ZoneInfo("Europe/Vienna")
    return ctx.emit("done", {"is": sqlite3.connect(":memory:").execute("select 2").fetchone()[0]})
"""
    assert deep.output(code) == {"is": 2}
