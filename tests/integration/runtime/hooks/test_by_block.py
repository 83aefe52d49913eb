"""A webhook that a trigger's block reads: checks, events, answers, and what must not happen."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from blocks.registry import Block, Standing
from blocks.sdk import BlockError, Context, Outcome
from kernel.clock import utc_now
from runtime.flows.versions import get_flow, publish_flow, save_draft, set_paused
from runtime.hooks import store
from runtime.hooks._tables import Outcome as Became
from runtime.step_state.store import list_kept
from tenancy.organisations import OrganisationView
from tests.factories.connections import make_connection
from tests.factories.triggers import among_standard, make_trigger
from tests.integration.conftest import SignedIn
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.hooks.conftest import STARTS, Hooked, code
from tests.support.shelves import put_on_shelf

CANARY = "canary-of-the-hook"
ALARMS = {"alarms": [{"id": "a"}, {"id": "b"}]}


def read(ctx: Context) -> Outcome:
    """Take what is signed: an event for each alarm; count what came."""
    if ctx.input["method"] == "GET":
        challenge = ctx.input["query"].get("challenge", "")
        return ctx.emit("events", {"events": [], "answer": {"body": challenge}})
    if not ctx.hook.verify_hmac("api", header="X-Signature", prefix="sha256="):
        return ctx.emit("events", {"events": [], "answer": {"status": 401}})
    ctx.state.set("came", ctx.state.get("came", 0) + 1)
    alarms = ctx.input["body"]["alarms"]
    return ctx.emit("events", {"events": [{"key": one["id"], "data": one} for one in alarms]})


class ByBlock(Hooked):
    """Publishes a workflow whose webhook is read by a block."""

    def install(self, *blocks: Block) -> None:
        """Have these blocks, from now on, and none of before."""
        registry = among_standard(*blocks)
        put_on_shelf(self.bench.sessions, registry)
        services = self.app.extensions["garland.services"]
        put_on_shelf(services.sessions, registry)
        put_on_shelf(services.reading, registry)

    def set_up(
        self,
        run: Callable[[Context], Outcome] = read,
        *,
        named: Mapping[str, str] = {"api": "Tickets"},
        **changes: Any,
    ) -> None:
        """Install the block and publish the workflow with the connections it names."""
        self.install(make_trigger(run, "webhook", **changes))
        with self.bench.writing() as session:
            values = {"key": CANARY}
            make_connection(session, self.bench.tenant_id, values=values, vault=self.vault)
        hook = {
            "kind": "block",
            "block": "acme.watch",
            "version": "1.0.0",
            "connections": dict(named),
        }
        end = {"end": {"block": "garland.end", "version": "1.0.0"}}
        self.flow_id = self.bench.publish(
            end, STARTS["wires"], triggers={"hook": hook}, name="Hooked"
        )
        with self.bench.writing() as session:
            where = (session, self.bench.tenant_id, self.flow_id)
            store.make_addresses(*where, vault=self.vault, now=utc_now())

    def send(self, body: Any = ALARMS, *, secret: str = CANARY, **headers: str) -> TestResponse:
        """Send a signed body."""
        data = json.dumps(body).encode()
        digest = hmac.digest(secret.encode(), data, "sha256").hex()
        return self.call(data=data, X_Signature=f"sha256={digest}", **headers)

    def keys(self) -> list[str]:
        """Give the keys of what started runs, sorted."""
        return sorted(one.subject for one in self.runs())

    def kept(self) -> dict[str, Any]:
        """Give what the trigger keeps."""
        with self.bench.writing() as session:
            found = list_kept(session, self.bench.tenant_id, self.flow_id, limit=10)
        return {one.key: one.value for one in found}


@pytest.fixture
def hooked(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> ByBlock:
    return ByBlock(app, Bench(sessions=sessions, tenant_id=acme.id))


def test_each_event_of_a_genuine_delivery_starts_a_run(hooked: ByBlock) -> None:
    hooked.set_up()

    answer = hooked.send()

    assert answer.status_code == 202
    assert hooked.keys() == ["a", "b"]
    assert {*(answer.json or {})["runs"]} == {str(one.id) for one in hooked.runs()}
    assert {"id": "b"} in [one.trigger["event"] for one in hooked.runs()]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"X_Signature": "sha256="}, id="empty"),
        pytest.param({"X_Signature": "sha256=" + "0" * 64}, id="of another secret"),
    ],
)
def test_one_that_is_not_genuine_starts_and_keeps_nothing(
    hooked: ByBlock, headers: dict[str, Any]
) -> None:
    hooked.set_up()

    answer = hooked.call(ALARMS, **headers)

    assert answer.status_code == 401
    assert (hooked.keys(), hooked.kept()) == ([], {})
    assert hooked.deliveries()[0].outcome is Became.REFUSED


def test_a_forged_delivery_does_not_use_up_the_id_of_a_genuine_one(hooked: ByBlock) -> None:
    hooked.set_up()

    hooked.call(ALARMS, webhook_id="m1")
    hooked.send(webhook_id="m1")

    assert hooked.keys() == ["a", "b"]


def test_an_event_that_comes_again_starts_no_second_run(hooked: ByBlock) -> None:
    hooked.set_up()
    hooked.send()

    answer = hooked.send({"alarms": [{"id": "b"}, {"id": "c"}]})

    assert hooked.keys() == ["a", "b", "c"]
    assert len((answer.json or {})["runs"]) == 1


def test_a_delivery_that_comes_again_under_its_id_keeps_nothing_twice(hooked: ByBlock) -> None:
    hooked.set_up()
    first = hooked.send(webhook_id="m1")

    again = hooked.send(webhook_id="m1")

    assert again.json == first.json
    assert hooked.kept() == {"came": 1}
    assert hooked.deliveries()[0].outcome is Became.REPEATED


def test_a_hand_shake_is_answered_by_the_block_as_text(hooked: ByBlock) -> None:
    hooked.set_up(trigger={"mode": "webhook", "methods": ["GET", "POST"]})

    answer = hooked.app.test_client().get(hooked.path() + "?challenge=<b>42</b>")

    assert (answer.status_code, answer.text) == (200, "<b>42</b>")
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["get", "options"])
def test_it_is_called_by_the_methods_of_its_block_alone(hooked: ByBlock, method: str) -> None:
    hooked.set_up()

    answer = getattr(hooked.app.test_client(), method)(hooked.path())

    assert code(answer) == (405, "hook.method")


def test_a_webhook_of_garlands_own_is_called_by_post_alone(hooked: ByBlock) -> None:
    hooked.publish()

    answer = hooked.app.test_client().get(hooked.path())

    assert code(answer) == (405, "hook.method")


def test_the_block_sees_no_credential(hooked: ByBlock) -> None:
    seen: list[Any] = []

    def look(ctx: Context) -> Outcome:
        seen.append(dict(ctx.input))
        return ctx.emit("events", {"events": []})

    hooked.set_up(look)
    hooked.send(Authorization="Bearer canary", X_Api_Key="canary", Cookie="canary", X_Kind="down")

    [given] = seen
    assert given["headers"]["x-kind"] == "down"
    assert "canary" not in str(given)
    assert set(given) == {"method", "headers", "query", "body"}


@pytest.mark.parametrize(
    ("retryable", "status", "problem"),
    [
        pytest.param(False, 500, "hook.block_failed", id="for good"),
        pytest.param(True, 503, "core.unavailable", id="for now"),
    ],
)
def test_why_a_block_failed_is_told_on_the_page_alone(
    hooked: ByBlock, retryable: bool, status: int, problem: str
) -> None:
    def fail(_: Context) -> Outcome:
        raise BlockError("watch.broken", "canary of the inside", retryable=retryable)

    hooked.set_up(fail)
    answer = hooked.send()

    assert code(answer) == (status, problem)
    assert "canary" not in answer.text
    assert hooked.deliveries()[0].message == "canary of the inside"


def test_a_block_that_breaks_is_told_likewise(hooked: ByBlock) -> None:
    def crash(_: Context) -> Outcome:
        raise RuntimeError("canary")

    hooked.set_up(crash)
    answer = hooked.send()

    assert code(answer) == (500, "hook.block_failed")
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    "output",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"events": [{"key": "", "data": 1}]}, id="no key"),
        pytest.param({"events": [], "answer": {"status": 302}}, id="a redirect"),
        pytest.param({"events": [], "answer": {"headers": {"set-cookie": "a"}}}, id="a cookie"),
        pytest.param({"events": [], "answer": {"headers": {"allow": "a\r\nb"}}}, id="a line"),
        pytest.param({"events": [], "answer": {"body": "x" * 70_000}}, id="a large answer"),
        pytest.param(
            {"events": [{"key": "a", "data": 1}], "answer": {"status": 401}},
            id="refuses and starts",
        ),
        pytest.param({"events": [{"key": str(n), "data": 1} for n in range(101)]}, id="too many"),
    ],
)
def test_what_a_block_may_not_tell_starts_nothing(hooked: ByBlock, output: Any) -> None:
    hooked.set_up(lambda ctx: ctx.emit("events", output))

    assert code(hooked.send()) == (500, "hook.block_failed")
    assert hooked.keys() == []


def test_a_block_that_hangs_is_given_up(hooked: ByBlock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.hooks.by_block.ANSWER_MOST_S", 0.05)

    def hang(ctx: Context) -> Outcome:
        time.sleep(0.06)
        ctx.hook.verify_secret("api", header="X-Token")
        return ctx.emit("events", {"events": []})

    hooked.set_up(hang)

    assert code(hooked.send()) == (503, "core.unavailable")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"[" * 100 + b"]" * 100, 422, id="deep"),
        pytest.param(b"{", 400, id="no JSON"),
        pytest.param(b" " * (1024 * 1024 + 1), 413, id="large"),
    ],
)
def test_what_cannot_be_read_never_reaches_the_block(
    hooked: ByBlock, body: bytes, status: int
) -> None:
    reached: list[int] = []

    def reach(ctx: Context) -> Outcome:
        reached.append(1)
        return ctx.emit("events", {"events": []})

    hooked.set_up(reach)

    assert hooked.call(data=body).status_code == status
    assert reached == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"digest": "sha256:" + "2" * 64}, "another package", id="another package"),
        pytest.param({"standing": Standing.WITHDRAWN}, "was withdrawn", id="withdrawn"),
        pytest.param({"standing": Standing.HELD, "lets_finish": True}, "is held", id="held"),
    ],
)
def test_a_package_that_may_not_be_used_is_not_run(
    hooked: ByBlock, change: dict[str, Any], said: str
) -> None:
    hooked.set_up()
    hooked.install(replace(make_trigger(read, "webhook"), **change))

    assert code(hooked.send()) == (500, "hook.block_failed")
    assert said in hooked.deliveries()[0].message
    assert hooked.keys() == []


def test_a_paused_workflow_answers_hand_shakes_and_starts_nothing(hooked: ByBlock) -> None:
    hooked.set_up(trigger={"mode": "webhook", "methods": ["GET", "POST"]})
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        set_paused(*where, paused=True, now=utc_now())

    assert hooked.app.test_client().get(hooked.path()).status_code == 200
    assert code(hooked.send()) == (409, "runtime.not_started")
    assert hooked.kept() == {}


def test_the_page_says_what_reads_it_and_why_it_may_not(
    hooked: ByBlock, signed_in: SignedIn, acme: OrganisationView
) -> None:
    hooked.set_up()
    hooked.install(make_trigger(read, "webhook", standing=Standing.WITHDRAWN))
    address = f"/t/{acme.slug}/workflows/{hooked.flow_id}/webhooks/hook"

    page = signed_in("designer").get(address).text

    assert "Read by a block" in page
    assert "Watch 1.0.0 was withdrawn: replace it in the workflow." in page
    assert "Send a test delivery" not in page
    assert CANARY not in page


def test_what_was_read_for_a_version_that_is_gone_starts_nothing(hooked: ByBlock) -> None:
    def read_slowly(ctx: Context) -> Outcome:
        with hooked.bench.writing() as session:
            where = (session, hooked.bench.tenant_id, hooked.flow_id)
            flow = get_flow(*where)
            document = {**flow.draft, "vars": {"n": 1}}
            who: dict[str, Any] = {"by": "Ann", "now": utc_now()}
            save_draft(*where, document=document, expected_revision=flow.draft_revision, **who)
            publish_flow(*where, **who)
        return ctx.emit("events", {"events": [{"key": "a", "data": 1}]})

    hooked.set_up(read_slowly)

    assert code(hooked.send()) == (503, "core.unavailable")
    assert hooked.keys() == []
