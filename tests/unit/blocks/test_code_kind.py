"""Code steps: what they can do, what stops them, and that nothing they do stops Garland."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from blocks.host import perform
from blocks.kinds.code import make_run, syntax_problem
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block, standard_registry
from blocks.sdk import BlockError, Facts
from kernel.errors import InvalidError
from tests.fakes.blocks import FakeServices

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="r/s", now=NOON)
BLOCK = standard_registry().latest("garland.code")


def given(source: str, **config: Any) -> Any:
    assert BLOCK is not None
    settings = {"source": source, **config}
    done = perform(BLOCK, config=settings, input={}, services=FakeServices(), facts=FACTS)
    assert isinstance(done.outcome, Emit)
    return done.outcome.output


@pytest.mark.parametrize(
    ("source", "output"),
    [
        pytest.param("a + 1", 3, id="the last value"),
        pytest.param("if a:\n    return 'yes'\n'no'", "yes", id="return"),
        pytest.param("(a, [a])", [2, [2]], id="tuples are lists"),
        pytest.param("b = a", {}, id="no value"),
        pytest.param("config['values']['a']", 2, id="the settings"),
        pytest.param("import datetime\ndatetime.datetime.now()", "2026-11-24T12:00:00",
                     id="the clock stands still"),
        pytest.param("import json, re, math\nmath.floor(2.5)", 2, id="a part of the library"),
        pytest.param("def f(n):\n    return n and n + f(n - 1)\nf(5)", 15, id="functions"),
        pytest.param("from decimal import Decimal\nDecimal('0.10')", "0.10", id="decimals"),
    ],
)  # fmt: skip
def test_code_gives_plain_data(source: str, output: Any) -> None:
    assert given(source, values={"a": 2}) == output


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        pytest.param("while True: pass", "code.too_slow", "longer", id="endless loop"),
        pytest.param("sum(range(10**12))", "code.too_slow", "longer", id="loop inside a call"),
        pytest.param("import math\nmath.factorial(10**8)", "code.too_", "", id="big math"),
        pytest.param("a = [0]\nwhile True: a += a", "code.too_large", "memory", id="list bomb"),
        pytest.param("'x' * (1 << 40)", "code.too_large", "memory", id="text bomb"),
        pytest.param("10 ** (10 ** 9)", "code.too_large", "memory", id="number bomb"),
        pytest.param("f'{1:1000000000}'", "code.too_large", "memory", id="format bomb"),
        pytest.param("'%1000000000d' % 1", "code.too_large", "memory", id="old format bomb"),
        pytest.param("2 ** 100000", "code.bad_result", "digits", id="number nobody writes"),
        pytest.param("'a'.join(['b' * 1000] * 1000000)", "code.too_large", "", id="join bomb"),
        pytest.param("while True: print('x' * 1000)", "code.too_large", "memory", id="print bomb"),
        pytest.param("def f(n): return f(n + 1)\nf(0)", "code.failed", "recursion", id="recursion"),
        pytest.param("'{0.__class__}'.format(1)", "code.failed", "line 1", id="format trick"),
        pytest.param("().__class__.__bases__", "code.failed", "line 1", id="class trick"),
        pytest.param("__import__('os')", "code.failed", "not defined", id="import trick"),
        pytest.param("open('/etc/passwd').read()", "code.failed", "ermission", id="files"),
        pytest.param("import pathlib\npathlib.Path('/tmp/x').write_text('x')", "code.failed",
                     "ermission", id="writing files"),
        pytest.param("import os\nos.environ", "code.failed", "not supported", id="environment"),
        pytest.param("import subprocess", "code.failed", "subprocess", id="processes"),
        pytest.param("import socket", "code.failed", "socket", id="sockets"),
        pytest.param("import ctypes", "code.failed", "ctypes", id="memory of others"),
        pytest.param("a = 1\na / 0", "code.failed", "line 2, column 1", id="where it failed"),
        pytest.param("a = 1\na +", "code.syntax", "line 2, column 4", id="where it cannot be read"),
        pytest.param("{1, 2}", "code.bad_result", "set", id="a set"),
        pytest.param("float('nan')", "code.bad_result", "nan", id="not a number"),
        pytest.param("{1: 2}", "code.bad_result", "not text", id="names that are numbers"),
        pytest.param("class A: pass\nA()", "code.bad_result", "", id="an object"),
    ],
)  # fmt: skip
def test_what_must_not_be_is_stopped_and_told(source: str, code: str, told: str) -> None:
    assert BLOCK is not None
    began = time.monotonic()

    with pytest.raises(BlockError) as caught:
        perform(
            BLOCK,
            config={"source": source},
            input={},
            services=FakeServices(),
            facts=replace(FACTS, timeout_s=1.0),
        )

    assert caught.value.code.startswith(code)
    assert told in caught.value.message
    assert time.monotonic() - began < 5
    assert given("1 + 1") == 2, "Garland goes on"


def test_nothing_is_left_for_the_next_call() -> None:
    given("import json\nleft = 5\ndef dumps(): return left")

    with pytest.raises(BlockError, match="not defined"):
        given("left")


def test_what_comes_has_to_fit_what_is_expected() -> None:
    expects = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}

    assert given("{'n': 5}", expects=expects) == {"n": 5}
    with pytest.raises(BlockError, match="/n"):
        given("{'n': 'five'}", expects=expects)


def test_syntax_is_looked_at_without_carrying_it_out() -> None:
    assert syntax_problem("while True:\n    pass") == ""
    assert syntax_problem("\n\nx = = 1").startswith("line 3, column 5")
    assert "at most" in syntax_problem("x" * 100_000)
    assert syntax_problem("[" * 50_000) != ""
    assert syntax_problem(" ") == "write at least one line"


def code_block(**changes: Any) -> Block:
    document = {
        "block": 1,
        "id": "acme.slow",
        "version": "1.0.0",
        "kind": "code",
        "title": "Slow",
        "summary": "S",
        "category": "data",
        "publisher": "acme",
        "licence": "MIT",
        "config": {"type": "object", "additionalProperties": False, "properties": {}},
        "input": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"delay_ms": {"type": "number"}},
        },
        "outputs": [{"name": "told", "title": "Told"}],
        "code": {"source": "{'slow': delay_ms > 200}"},
        "behaviour": {"effects": "none"},
        **changes,
    }
    manifest = parse_manifest(json.loads(json.dumps(document)))
    return Block(manifest=manifest, run=make_run(manifest, Path()), folder=Path())


def test_a_block_may_bring_its_own_lines() -> None:
    done = perform(
        code_block(), config={}, input={"delay_ms": 300}, services=FakeServices(), facts=FACTS
    )

    assert isinstance(done.outcome, Emit)
    assert (done.outcome.port, done.outcome.output) == ("told", {"slow": True})


def test_a_block_whose_lines_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        code_block(code={"source": "a +"})

    assert caught.value.problems[0].pointer == "/code/source"
