"""What a step keeps, says and hears while it works, and blocks that are coroutines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from blocks.effects import Effect
from blocks.host import Performed, perform
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sdk import BlockError, Context, Facts, HttpRequest, Outcome
from blocks.services import EmptyDesk
from blocks.testing import MockedWorld, run_example
from tests.fakes.blocks import FakeServices

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="r/s", now=NOON, timeout_s=20)
MANIFEST: dict[str, Any] = {
    "block": 1,
    "id": "acme.probe",
    "version": "1.0.0",
    "kind": "python",
    "title": "Probe",
    "summary": "S",
    "category": "data",
    "publisher": "acme",
    "licence": "MIT",
    "config": {"type": "object", "additionalProperties": False, "properties": {}},
    "input": {"type": "object", "additionalProperties": False, "properties": {}},
    "outputs": [{"name": "done", "title": "Done"}, {"name": "early", "title": "Early"}],
    "permissions": [{"name": "state", "reason": "Counts."}],
    "behaviour": {"effects": "none"},
}


def make_block(run: Callable[[Context], Any], **changes: Any) -> Block:
    return Block(manifest=parse_manifest({**MANIFEST, **changes}), run=run, folder=Path())


@dataclass(frozen=True)
class Desk(EmptyDesk):
    """Remembers what is reported; cancelled when told so."""

    said: list[tuple[float, str]] = field(default_factory=list)
    cancelled: bool = False

    @override
    def report(self, fraction: float, text: str, /) -> None:
        """Remember it."""
        self.said.append((fraction, text))

    @override
    def is_cancelled(self) -> bool:
        """Say so."""
        return self.cancelled


def done(run: Callable[[Context], Any], desk: Any = None, **changes: Any) -> Performed:
    services = FakeServices(desk=desk or EmptyDesk())
    facts = replace(FACTS, **changes)
    return perform(make_block(run), config={}, input={}, services=services, facts=facts)


def test_a_step_sees_what_it_set_over_what_is_kept() -> None:
    def run(ctx: Context) -> Outcome:
        ctx.state.set("seen", ctx.state.get("seen", 0) + 1)
        ctx.state.delete("old")
        return ctx.emit("done", {"seen": ctx.state.get("seen"), "keys": ctx.state.list()})

    ended = done(run, EmptyDesk({"seen": 4, "old": 1, "other": 2}))

    assert isinstance(ended.outcome, Emit)
    assert ended.outcome.output == {"seen": 5, "keys": ["other", "seen"]}


def test_a_value_that_is_set_again_is_kept_once_as_it_was_last() -> None:
    def run(ctx: Context) -> Outcome:
        for number in range(200):
            ctx.state.set("seen", number)
        return ctx.emit("done")

    effect = Effect(kind="state.set", target="seen", fields={"value": 199})
    assert done(run).effects == (effect,)


def test_what_was_set_is_not_changed_by_changing_the_object() -> None:
    def run(ctx: Context) -> Outcome:
        mine = {"n": 1}
        ctx.state.set("a", mine)
        mine["n"] = 2
        ctx.state.get("a")["n"] = 3
        return ctx.emit("done", ctx.state.get("a"))

    assert done(run).outcome == Emit("done", {"n": 1})


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        pytest.param("a", "x" * 65_535, "state.too_large", id="too large"),
        pytest.param("a", {1, 2}, "state.bad_value", id="no JSON"),
        pytest.param("a", float("nan"), "state.bad_value", id="not a number"),
        pytest.param("a", None, "state.bad_value", id="nothing"),
        pytest.param("a", "\x00", "state.bad_value", id="a NUL"),
        pytest.param("", 1, "state.bad_key", id="no key"),
        pytest.param("k" * 81, 1, "state.bad_key", id="long key"),
        pytest.param("a\nb", 1, "state.bad_key", id="a key of two lines"),
        pytest.param("new", 1, "state.full", id="one too many"),
    ],
)
def test_what_cannot_be_kept_is_refused(key: str, value: Any, code: str) -> None:
    full = EmptyDesk({f"k{number}": 1 for number in range(99)} | {"a": 1})

    with pytest.raises(BlockError) as caught:
        done(lambda ctx: ctx.state.set(key, value), full)

    assert caught.value.code == code


def test_without_the_permission_nothing_is_kept() -> None:
    block = make_block(lambda ctx: ctx.state.list(), permissions=[])

    with pytest.raises(BlockError, match="may not use state"):
        perform(block, config={}, input={}, services=FakeServices(), facts=FACTS)


def test_progress_is_shown_at_most_once_a_second() -> None:
    def run(ctx: Context) -> Outcome:
        for number in range(1_000):
            ctx.progress(number / 1_000, f"{number} of\n1000")
        return ctx.emit("done")

    desk = Desk()
    done(run, desk)

    assert desk.said == [(0.0, "0 of 1000")]


@pytest.mark.parametrize(
    ("given", "shown"), [(-1, 0.0), (2, 1.0), (float("nan"), 0.0), (0.25, 0.25)]
)
def test_progress_lies_between_nothing_and_all(given: float, shown: float) -> None:
    def run(ctx: Context) -> Outcome:
        ctx.progress(given)
        return ctx.emit("done")

    desk = Desk()
    done(run, desk)

    assert desk.said == [(shown, "")]


def test_a_step_hears_that_it_is_cancelled() -> None:
    def run(ctx: Context) -> Outcome:
        return ctx.emit("early" if ctx.cancelled else "done")

    assert done(run).outcome == Emit("done", {})
    assert done(run, Desk(cancelled=True)).outcome == Emit("early", {})


def test_a_step_hears_that_its_time_is_nearly_up() -> None:
    def run(ctx: Context) -> Outcome:
        while not ctx.cancelled:
            time.sleep(0.01)
        return ctx.emit("early")

    assert done(run, timeout_s=0.5).outcome == Emit("early", {})


def test_a_coroutine_is_awaited() -> None:
    async def run(ctx: Context) -> Outcome:
        both = await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.sleep(0.01, 2))
        ctx.state.set("sum", sum(both))
        return ctx.emit("done", {"sum": ctx.state.get("sum")})

    assert done(run).outcome == Emit("done", {"sum": 3})


def test_a_coroutine_is_ended_with_the_steps_time() -> None:
    ended: list[str] = []

    async def run(ctx: Context) -> Outcome:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append("cancelled")
        return ctx.emit("done")

    with pytest.raises(BlockError) as caught:
        done(run, timeout_s=0.2)

    assert (caught.value.code, caught.value.retryable, ended) == (
        "block.timeout",
        True,
        ["cancelled"],
    )


def test_an_error_in_a_coroutine_is_the_blocks() -> None:
    async def run(_ctx: Context) -> Outcome:
        raise BlockError("probe.silent", "No answer.", retryable=True)

    with pytest.raises(BlockError, match=r"No answer\."):
        done(run)


def test_an_example_says_what_was_kept_and_what_is_then() -> None:
    def run(ctx: Context) -> Outcome:
        ctx.progress(0.5, "half")
        ctx.state.set("seen", ctx.state.get("seen", 0) + 1)
        return ctx.emit("early" if ctx.cancelled else "done")

    example = {
        "title": "Counts",
        "services": {"state": {"seen": 3, "x": 1}, "cancelled": True},
        "expect": {
            "port": "early",
            "state": {"seen": 4, "x": 1},
            "progress": [{"fraction": 0.5, "text": "half"}],
            "effects": [],
        },
    }

    assert run_example(make_block(run, examples=[example]), example) == []
    wrong = {**example, "expect": {"state": {"seen": 3}}}
    assert run_example(make_block(run), wrong)[0].startswith("state: expected")


@pytest.mark.parametrize(
    ("connections", "slot", "code"),
    [
        pytest.param({"probe": "missing"}, "probe", "connections.missing", id="none named"),
        pytest.param({}, "other", "example.other_slot", id="another slot"),
        pytest.param({"probe": "given"}, "probe", "", id="the slot"),
    ],
)
def test_an_example_answers_calls_made_with_a_connection(
    connections: dict[str, str], slot: str, code: str
) -> None:
    mock = {"method": "GET", "url": "https://a.example", "slot": "probe", "status": 204}
    world = MockedWorld({"http": [mock], "connections": connections})
    request = HttpRequest(method="GET", url="https://a.example", slot=slot)

    if code:
        with pytest.raises(BlockError) as caught:
            world.http(request)
        assert caught.value.code == code
    else:
        assert world.http(request).status == 204
