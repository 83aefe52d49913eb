"""Inside the sandbox `ctx` is what it is outside: every ability of the SDK has its proxy."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks.sandbox import _proxies, _wire
from blocks.sandbox._asks import abilities, asks
from blocks.sandbox._frames import Channel
from blocks.sdk import Facts
from tests.support.zoo import NOON

ROOT = Path(__file__).parents[2]
HEAVY = {"asyncio", "email", "hashlib", "http", "kernel.schema", "socket", "ssl", "subprocess"}
"""What takes hundreds of kilobytes in each; a block that needs it imports it."""


@pytest.mark.parametrize("ask", sorted(asks()))
def test_an_ability_is_mirrored_with_its_arguments(ask: str) -> None:
    ability, _, name = ask.partition(".")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours.fileno(), ours.fileno())
        facts = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)
        given: dict[str, Any] = {"config": {}, "input": {}, "facts": _wire.write_facts(facts)}
        proxy = getattr(_proxies.make_context(channel, "c", given), ability)

    said = inspect.signature(getattr(abilities()[ability], name))
    mirrored = inspect.signature(getattr(type(proxy), name))
    assert list(mirrored.parameters.values()) == list(said.parameters.values())


def test_a_child_imports_little_since_fifty_have_to_fit() -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); from blocks.sandbox import _proxies; "
    program += "print(*sys.modules)"
    asked = [sys.executable, "-I", "-S", "-c", program, str(ROOT)]

    loaded = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()

    assert not HEAVY & set(loaded)


def test_nothing_that_a_context_has_is_forgotten() -> None:
    from blocks.sdk import Context

    plain = {"config", "input", "run"}
    assert set(Context.__dataclass_fields__) == plain | set(abilities())
