"""What a block asks of the world in a shadow run is refused, and nothing is claimed of it then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sdk import BlockError, Context
from marketplace.shadow.model import Tried, Verdict, Why, not_comparable
from marketplace.shadow.trying import try_recorded
from runtime.runs.recorded import Recorded
from tests.factories.installs import make_manifest
from tests.factories.tenancy import NOON

MAY = [
    {"name": "http", "reason": "to ask", "hosts": ["acme.example"]},
    *({"name": name, "reason": "to look"} for name in ("alarms", "state", "inventory", "tables")),
    {"name": "mail", "reason": "to tell"},
]
DONE = Emit("done", {"text": "x"})


def block(does: Callable[[Context], Any]) -> Block:
    """Make a block that may do all of it."""
    document = make_manifest(permissions=MAY, behaviour={"effects": "write"})
    return Block(manifest=parse_manifest(document), run=does, folder=Path())


def recorded(**changes: Any) -> Recorded:
    """Make a record of a step that gave `x`."""
    facts: dict[str, Any] = {
        "run_id": UUID(int=1),
        "step": "say",
        "path": "say",
        "attempt": 1,
        "version": "1.0.0",
        "config": {"word": "x"},
        "input": {},
        "port": "done",
        "output": {"text": "x"},
        "variables": {},
        "began_at": NOON,
    }
    return Recorded(**{**facts, **changes})


def asking(ask: Callable[[Context], Any]) -> Callable[[Context], Any]:
    """Make code that asks for something and goes on as if nothing were, refused or not."""

    def run(context: Context) -> Emit:
        try:
            ask(context)
        except BlockError:
            return DONE
        return DONE

    return run


@pytest.mark.parametrize(
    ("ask", "came"),
    [
        pytest.param(
            lambda ctx: ctx.http.request("GET", "https://acme.example/"),
            not_comparable(Why.OUTSIDE),
            id="a call",
        ),
        pytest.param(lambda ctx: ctx.alarms.get("a"), not_comparable(Why.THEN), id="an alarm"),
        pytest.param(lambda ctx: ctx.state.get("a"), not_comparable(Why.THEN), id="what it kept"),
        pytest.param(
            lambda ctx: ctx.mail.send(to=["a@acme.example"], subject="s", body="b"),
            Tried(verdict=Verdict.SAME),
            id="a mail, which tells it nothing",
        ),
        pytest.param(
            lambda ctx: ctx.alarms.set("a", {"x": 1}),
            Tried(verdict=Verdict.SAME),
            id="a change, which is not made",
        ),
        pytest.param(lambda ctx: ctx.run.now == NOON, Tried(verdict=Verdict.SAME), id="the time"),
    ],
)
def test_only_what_was_recorded_or_tells_nothing_is_compared(
    ask: Callable[[Context], Any], came: Tried
) -> None:
    assert try_recorded(block(asking(ask)), None, recorded()) == came


def test_settings_that_the_new_version_refuses_count_as_failing() -> None:
    found = try_recorded(block(lambda _: DONE), None, recorded(config={"tone": "loud"}))

    assert found == Tried(verdict=Verdict.FAILS, code="block.bad_config")
