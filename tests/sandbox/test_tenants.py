"""A child belongs to one tenant and one package, and to nobody after that."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from blocks.sandbox.level import Level
from blocks.sandbox.pool import Pool
from blocks.sdk import BlockError
from kernel.errors import InvalidError
from tests.support.zoo import NEIGHBOUR, Zoo

COUNTS = """
calls = 0
def run(ctx):
    global calls
    calls += 1
    return ctx.emit("done", {"calls": calls})
"""
LOOKS = """
import gc, os, sys
def run(ctx):
    frames, frame = [], sys._getframe()
    while frame:
        frames.append(os.path.basename(frame.f_code.co_filename))
        frame = frame.f_back
    texts = [one for one in gc.get_objects() if isinstance(one, dict)]
    held = [value for one in texts for value in list(one.values()) if isinstance(value, str)]
    return ctx.emit("done", {
        "environment": dict(os.environ), "frames": sorted(set(frames)),
        "found": ctx.config["half"] + "-canary" in held, "arguments": len(sys.argv),
        "modules": sorted(m for m in sys.modules if m.split(".")[0] in
                          ("garland", "runtime", "tenancy", "sqlalchemy", "structlog")),
    })
"""


@pytest.fixture
def small() -> Iterator[Pool]:
    pool = Pool(Level(1), children_max=2, calls_max=3, idle_s=0.5, sweep_every_s=0.1)
    yield pool
    pool.close()


def test_one_tenants_module_is_never_anothers(zoo: Zoo) -> None:
    mine, theirs = zoo.block(COUNTS), zoo.block(COUNTS, tenant_id=UUID(int=8))

    counted = [
        getattr(zoo.perform(block).outcome, "output", None) for block in (mine, mine, theirs)
    ]

    assert counted == [{"calls": 1}, {"calls": 2}, {"calls": 1}]


def test_nothing_of_garland_is_in_a_child(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARLAND_SECRET_KEY", "secret-canary")

    output = zoo.output(LOOKS, {"half": "secret"})

    assert output == {
        "environment": {"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"},
        "frames": ["_child.py", "block.py"],
        "found": False,
        "arguments": 4,
        "modules": [],
    }


def test_a_child_is_ended_after_so_many_calls(small: Pool, tmp_path: Path) -> None:
    zoo = Zoo(folder=tmp_path, pool=small)

    assert [zoo.output(COUNTS)["calls"] for _ in range(4)] == [1, 2, 3, 1]


def test_an_idle_child_is_ended_and_that_is_told(small: Pool, tmp_path: Path) -> None:
    zoo = Zoo(folder=tmp_path, pool=small)
    with capture_logs() as logs:
        zoo.output(NEIGHBOUR, {"number": 1})
        until = time.monotonic() + 5
        while not logs and time.monotonic() < until:
            time.sleep(0.05)

    (told,) = logs
    assert told["event"] == "block_child_ended"
    assert (told["tenant_id"], told["reason"]) == (str(zoo.tenant_id), "it was idle")
    assert told["calls"] == 1


def test_a_full_pool_gives_way_to_who_comes_new(small: Pool, tmp_path: Path) -> None:
    zoo = Zoo(folder=tmp_path, pool=small)

    for tenant_id in (uuid4() for _ in range(5)):
        assert zoo.output(COUNTS, tenant_id=tenant_id) == {"calls": 1}
    assert len(_children()) <= 2 + len(_children_before)


def test_a_full_pool_that_is_busy_is_waited_for_until_the_deadline(
    small: Pool, tmp_path: Path
) -> None:
    zoo = Zoo(folder=tmp_path, pool=small)
    sleeper = zoo.block("import time\ndef run(ctx):\n    time.sleep(2)\n")

    with ThreadPoolExecutor(2) as others:
        for _ in range(2):
            others.submit(zoo.perform, sleeper, limit_s=1.5)
        time.sleep(0.5)
        with pytest.raises(BlockError) as raised:
            zoo.perform(zoo.block(COUNTS), limit_s=0.2)

    assert (raised.value.code, raised.value.retryable) == ("block.busy", True)


def test_a_child_that_died_idle_costs_nobody_a_step(zoo: Zoo) -> None:
    code = LINE_PID + "def run(ctx):\n    return ctx.emit('done', {'pid': os.getpid()})\n"
    first = zoo.output(code)["pid"]
    os.kill(first, 9)
    time.sleep(0.1)  # until the kernel has closed its line

    assert zoo.output(code)["pid"] != first


def test_many_tenants_call_at_once(zoo: Zoo) -> None:
    blocks = [zoo.block(NEIGHBOUR, tenant_id=uuid4()) for _ in range(4)]

    def call(number: int) -> object:
        outcome = zoo.perform(blocks[number % 4], {"number": number}).outcome
        return getattr(outcome, "output", None)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(call, range(200))) == [{"double": 2 * n} for n in range(200)]


def test_a_closed_pool_leaves_no_process(tmp_path: Path) -> None:
    pool = Pool(Level(1))
    zoo = Zoo(folder=tmp_path, pool=pool)
    pid = zoo.output(LINE_PID + "def run(ctx):\n    return ctx.emit('done', {'p': os.getpid()})\n")[
        "p"
    ]

    pool.close()

    assert not Path(f"/proc/{pid}").exists()


def test_a_package_with_a_link_in_it_is_refused(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "garland.db").write_text("the database")
    zoo.block(NEIGHBOUR)
    (folder,) = zoo.folder.iterdir()
    (folder / "wheels").mkdir()
    (folder / "wheels" / "a.whl").symlink_to(tmp_path / "garland.db")

    with pytest.raises(InvalidError, match=r"wheels/a.whl is a link"):
        zoo.block(NEIGHBOUR)


LINE_PID = "import os\n"
_children_before: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def _count_children() -> None:
    global _children_before  # noqa: PLW0603  what the shared pool has already
    _children_before = frozenset(_children())


def _children() -> list[str]:
    found: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that is over
            found += (task / "children").read_text().split()
    return found
