"""Whatever a block does, the runtime gets a checked result or one clear error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocks.effects import Effect
from blocks.host import Performed, perform
from blocks.manifest import parse_manifest
from blocks.registry import Block
from blocks.sdk import BlockError, Context, Emit, Facts, Outcome, Wait
from tests.fakes.blocks import FakeServices

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MANIFEST: dict[str, Any] = {
    "block": 1,
    "id": "acme.probe",
    "version": "1.0.0",
    "kind": "python",
    "title": "Probe",
    "summary": "For tests.",
    "category": "other",
    "publisher": "acme",
    "licence": "Apache-2.0",
    "config": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "limit": {"type": "integer", "default": 5},
            "when": {"type": "string", "x-garland": {"widget": "expression"}},
        },
    },
    "input": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"key": {"type": "string"}},
    },
    "outputs": [
        {
            "name": "done",
            "title": "Done",
            "schema": {"type": "object", "properties": {"n": {"type": "integer"}}},
        }
    ],
    "behaviour": {"effects": "none", "timeout_s": 9},
    "errors": [{"code": "probe.silent", "retry": True, "text": "The probe is silent."}],
}


def attempt(
    run: Callable[[Context], Any],
    *,
    permissions: tuple[str, ...] = (),
    services: FakeServices | None = None,
    number: int = 1,
    effects: str = "write",
    **given: dict[str, Any],
) -> Performed:
    asked = [{"name": name, "reason": "For tests."} for name in permissions]
    behaviour = {**MANIFEST["behaviour"], "effects": effects}
    manifest = parse_manifest({**MANIFEST, "permissions": asked, "behaviour": behaviour})
    facts = Facts(run_id="r", step="s", attempt=number, idempotency_key="r/s", now=NOON)
    return perform(
        Block(manifest=manifest, run=run, folder=Path()),
        config=given.get("config", {}),
        input=given.get("input", {}),
        services=services or FakeServices(),
        facts=facts,
    )


def failure(run: Callable[[Context], Any], **given: Any) -> BlockError:
    with pytest.raises(BlockError) as caught:
        attempt(run, **given)
    return caught.value


def done(ctx: Context) -> Outcome:
    return ctx.emit("done", {"n": ctx.config["limit"]})


def port_of(performed: Performed) -> str:
    assert isinstance(performed.outcome, Emit)
    return performed.outcome.port


def test_fills_defaults_in() -> None:
    assert attempt(done).outcome == Emit("done", {"n": 5})


def test_a_condition_comes_as_true_or_false() -> None:
    assert port_of(attempt(done, config={"when": True})) == "done"
    assert failure(done, config={"when": "trigger.x"}).code == "block.bad_config"


@pytest.mark.parametrize(
    ("given", "code", "named"),
    [
        ({"config": {"limit": "five"}}, "block.bad_config", "limit must be a whole number"),
        ({"config": {"colour": 1}}, "block.bad_config", "colour is not a field here"),
        ({"input": {"key": 7}}, "block.bad_input", "key must be text"),
    ],
)
def test_says_what_does_not_fit(given: dict[str, Any], code: str, named: str) -> None:
    error = failure(done, **given)

    assert (error.code, error.retryable) == (code, False)
    assert named in error.message


@pytest.mark.parametrize(
    ("outcome", "named"),
    [
        pytest.param(None, "ctx.emit", id="nothing"),
        pytest.param(Emit("nowhere", {}), "no port nowhere", id="no such port"),
        pytest.param(Emit("done", {"n": "x"}), "n must be a whole number", id="wrong shape"),
        pytest.param(Emit("done", {"n": {1, 2}}), "plain JSON", id="not JSON"),
        pytest.param(Emit("done", {"x": float("nan")}), "plain JSON", id="not a number"),
        pytest.param(Emit("done", {"x": "x" * 4_194_304}), "4,194,304", id="too large"),
        pytest.param(Wait(NOON.replace(tzinfo=None), "done", {}), "timezone", id="no timezone"),
    ],
)
def test_refuses_a_bad_result(outcome: Any, named: str) -> None:
    error = failure(lambda _ctx: outcome)

    assert (error.code, error.retryable) == ("block.bad_output", False)
    assert named in error.message


@pytest.mark.parametrize(
    "fault", [ValueError("a\n b"), SystemExit(3), RecursionError(), KeyError()]
)
def test_a_crash_is_an_error_without_a_traceback(fault: BaseException) -> None:
    def run(ctx: Context) -> Outcome:
        ctx.log.info("before")
        raise fault

    error = failure(run)

    assert (error.code, error.retryable) == ("block.crashed", False)
    assert type(fault).__name__ in error.message
    assert "Traceback" not in error.message
    assert error.__cause__ is None
    assert [line.message for line in error.logs] == ["before"]


def test_the_manifest_decides_what_may_be_tried_again() -> None:
    def silent(_ctx: Context) -> Outcome:
        raise BlockError("probe.silent", "…", 7)

    def odd(_ctx: Context) -> Outcome:
        raise BlockError("probe.odd", "…")

    assert (failure(silent).retryable, failure(silent).retry_after_s) == (True, 7)
    assert failure(odd).retryable is False


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("http", lambda ctx: ctx.http.request("GET", "https://a.de")),
        ("mail", lambda ctx: ctx.mail.send(to=["a@b.de"], subject="s", body="b")),
        ("alarms", lambda ctx: ctx.alarms.acknowledge("a1")),
        ("tables", lambda ctx: ctx.tables.look_up("t", "k")),
    ],
)
def test_an_ability_needs_its_permission(name: str, use: Callable[[Context], Any]) -> None:
    error = failure(lambda ctx: (use(ctx), done(ctx))[1])

    assert error.code == "block.not_permitted"
    assert name in error.message
    permitted = attempt(lambda ctx: (use(ctx), done(ctx))[1], permissions=(name,))
    assert port_of(permitted) == "done"


def test_effects_are_handed_to_the_runtime_in_order() -> None:
    def run(ctx: Context) -> Outcome:
        ctx.alarms.set("a1", {"text": "x"})
        ctx.alarms.acknowledge("a1", comment="ok")
        return done(ctx)

    assert attempt(run, permissions=("alarms",)).effects == (
        Effect(kind="alarm.set", target="a1", fields={"text": "x"}),
        Effect(kind="alarm.acknowledge", target="a1", fields={"comment": "ok"}),
    )


def test_every_attempt_carries_the_same_key() -> None:
    services = FakeServices()

    def run(ctx: Context) -> Outcome:
        ctx.http.request("post", "https://a.de/x", json={"a": 1}, timeout_s=99)
        ctx.mail.send(to=["a@b.de"], subject="s", body="b")
        return done(ctx)

    for number in (1, 2):
        attempt(run, permissions=("http", "mail"), services=services, number=number)

    first, second = services.requests
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == "r/s"
    assert (first.method, first.body) == ("POST", b'{"a": 1}')
    assert first.timeout_s <= 9
    assert services.mails[0].message_id == services.mails[1].message_id


@pytest.mark.parametrize("said", [float("nan"), float("inf"), -1.0, 10**400])
def test_a_call_takes_no_longer_than_the_step(said: float) -> None:
    services = FakeServices()

    def run(ctx: Context) -> Outcome:
        ctx.http.request("GET", "https://a.de/x", timeout_s=said)
        return done(ctx)

    attempt(run, permissions=("http",), services=services)

    assert 0 < services.requests[0].timeout_s <= 9


def test_logs_are_capped_and_what_was_dropped_is_counted() -> None:
    def run(ctx: Context) -> Outcome:
        for _ in range(150):
            ctx.log.warning("x" * 2_000)
        return done(ctx)

    logs = attempt(run).logs

    assert len(logs) == 101
    assert len(logs[0].message) == 1_000
    assert logs[-1].message == "50 more lines were dropped."


def test_waits_for_a_duration_from_now() -> None:
    outcome = attempt(lambda ctx: ctx.wait(for_s=60)).outcome

    assert outcome == Wait(NOON + timedelta(seconds=60), "done", {})
