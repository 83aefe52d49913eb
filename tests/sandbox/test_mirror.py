"""Inside the sandbox `ctx` is what it is outside: every ability of the SDK has its proxy."""

from __future__ import annotations

import inspect
import socket
from typing import Any

import pytest

from blocks.sandbox import _proxies, _wire
from blocks.sandbox._asks import abilities, asks
from blocks.sandbox._frames import Channel
from blocks.sdk import Facts
from tests.support.zoo import NOON


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


def test_nothing_that_a_context_has_is_forgotten() -> None:
    from blocks.sdk import Context

    plain = {"config", "input", "run"}
    assert set(Context.__dataclass_fields__) == plain | set(abilities())
