"""Memory, time and whatever else there is only so much of: taken by nobody beyond their share."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from blocks.sandbox.level import Level
from blocks.sandbox.pool import Pool
from tests.sandbox.lines import LINE
from tests.support.zoo import Zoo

MEMORY = {
    "a bytearray": "bytearray(1 << 30)",
    "a mapping": "__import__('mmap').mmap(-1, 1 << 30)",
    "many small mappings": "[__import__('mmap').mmap(-1, 1 << 20) for _ in range(1000)]",
    "a list that grows": "list(iter(lambda: [0] * 1000, None))",
    "a text": "'x' * (1 << 31)",
    "a number": "1 << (1 << 34)",
    "recursion": "(f := lambda: (__import__('sys').setrecursionlimit(10**9), f()))()",
    "the C library": "__import__('ctypes').create_string_buffer(1 << 30)",
    "a decompression bomb": (
        "__import__('zlib').decompress(__import__('zlib').compress(bytes(1 << 27)) , 15, 1 << 27)"
    ),
    "a database in memory": (
        "__import__('sqlite3').connect(':memory:').execute('select zeroblob(900000000)').fetchall()"
    ),
}
SPINS = {
    "spins": "while True: pass",
    "sleeps": "import time; time.sleep(60)",
    "spins in C": "'a' * 30 and __import__('re').match(r'(a+)+$', 'a' * 40 + 'b')",
    "catches everything": (
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "ignores every signal": (
        "import signal\n    for n in range(1, 65):\n        try: signal.signal(n, signal.SIG_IGN)"
        "\n        except (OSError, ValueError): pass\n    while True: pass"
    ),
    "waits for ever": "import select; select.select([], [], [])",
}


@pytest.mark.parametrize("way", MEMORY)
def test_memory_ends_at_its_limit(zoo: Zoo, way: str) -> None:
    code = f"def run(ctx):\n    got = {MEMORY[way]}\n    return ctx.emit('done', {{}})\n"

    error = zoo.error(code, memory_mb=64)

    assert error.code in {"block.crashed", "block.killed"}


def test_what_the_manifest_grants_can_be_used(zoo: Zoo) -> None:
    code = "def run(ctx):\n    return ctx.emit('done', {'size': len(bytearray(150 << 20))})\n"

    assert zoo.output(code, memory_mb=256) == {"size": 150 << 20}
    assert zoo.error(code, memory_mb=64).code == "block.crashed"


@pytest.mark.parametrize("way", SPINS)
def test_a_step_ends_at_its_deadline(zoo: Zoo, way: str) -> None:
    began = time.monotonic()

    error = zoo.error(f"def run(ctx):\n    {SPINS[way]}\n", limit_s=0.4)

    assert (error.code, error.retryable) == ("block.timeout", True)
    assert time.monotonic() - began < 3


def test_a_block_that_loads_for_ever_is_not_waited_for(zoo: Zoo) -> None:
    began = time.monotonic()

    error = zoo.error("while True: pass", limit_s=0.4)

    assert error.code == "block.timeout"
    assert time.monotonic() - began < 3


def test_a_block_has_no_threads(zoo: Zoo) -> None:
    code = "import threading\ndef run(ctx):\n    threading.Thread(target=print).start()\n"

    assert "can't start new thread" in zoo.error(code).message


def test_descriptors_end_at_their_limit(zoo: Zoo) -> None:
    code = """
import os
def run(ctx):
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        for one in held:
            os.close(one)
    return ctx.emit("done", {"held": len(held)})
"""
    assert 0 < zoo.output(code)["held"] < 64


def test_what_is_printed_goes_nowhere_and_blocks_nobody(zoo: Zoo) -> None:
    code = """
import os, sys
def run(ctx):
    for _ in range(50):
        print("x" * 1_000_000)
        sys.stderr.write("x" * 1_000_000)
    return ctx.emit("done", {"wrote": os.write(1, bytes(1 << 20))})
"""
    assert zoo.output(code) == {"wrote": 1 << 20}


def test_log_lines_are_cut_and_counted(zoo: Zoo) -> None:
    code = """
def run(ctx):
    for _ in range(150):
        ctx.log.info("x" * 5_000)
    return ctx.emit("done", {})
"""
    logs = zoo.perform(zoo.block(code)).logs

    assert len(logs) == 101
    assert {len(line.message) for line in logs[:100]} == {1_000}
    assert logs[-1].message == "50 more lines were dropped."


def test_a_flood_of_log_lines_ends_the_block(zoo: Zoo) -> None:
    code = "def run(ctx):\n    while True: ctx.log.info('x')\n"

    error = zoo.error(code)

    assert error.code == "block.killed"
    assert "more than 10,000 times" in error.message


def test_work_between_calls_is_noticed_and_ended(zoo: Zoo) -> None:
    code = (
        LINE
        + """
def run(ctx):
    write({"call": call(), "ended": {"kind": "Emit", "port": "done", "output": {}, "variables": {}}})
    while True: pass
"""
    )
    pool = Pool(Level(1), sweep_every_s=0.2)
    miner = Zoo(folder=zoo.folder, pool=pool)
    with capture_logs() as logs:
        assert miner.output(code) == {}
        until = time.monotonic() + 5
        while not logs and time.monotonic() < until:
            time.sleep(0.05)
    pool.close()

    assert [one["reason"] for one in logs] == ["it worked while nobody asked it anything"]
