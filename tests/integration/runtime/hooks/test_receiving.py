"""A webhook's address: what starts, what is refused and with which words, what is noted."""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import structlog
from flask import Flask

from kernel.clock import utc_now
from runtime.flows.versions import get_flow, publish_flow, save_draft, set_paused
from runtime.hooks import store
from runtime.hooks.reading import BODY_MAX_BYTES
from tests.factories.flows import step
from tests.integration.runtime.hooks.conftest import Hooked, code


def test_a_delivery_starts_a_run_that_sees_it(hooked: Hooked) -> None:
    hooked.publish(title="Ticket system")

    answer = hooked.call({"type": "closed", "n": 7}, X_GitHub_Event="push", Cookie="s=1")
    hooked.go()

    run = hooked.run_of(answer)
    assert answer.status_code == 202
    assert answer.headers["Location"].endswith(f"/api/v1/runs/{run.id}")
    assert run.trigger["body"] == {"type": "closed", "n": 7}
    assert run.trigger["headers"]["x-github-event"] == "push"
    assert "cookie" not in run.trigger["headers"]
    assert (run.subject, run.started_by) == ("Ticket system: closed", "webhook Ticket system")
    assert run.state.value == "succeeded"


FORM = "application/x-www-form-urlencoded"
READ: list[tuple[bytes, str, Any]] = [
    (b"a=1&b=x+y&a=2", FORM, {"a": ["1", "2"], "b": "x y"}),
    ("Grüezi".encode(), "text/plain; charset=utf-8", "Grüezi"),
    (b'{"a": 1}', "application/cloudevents+json", {"a": 1}),
    (b"[1, null]", "", [1, None]),
]
REFUSED: dict[str, tuple[bytes, dict[str, str], tuple[int, str]]] = {
    "no JSON": (b"{", {}, (400, "core.malformed")),
    "a NUL": (b"a\0b", {"Content_Type": "text/plain"}, (422, "core.invalid")),
    "XML": (b"<a/>", {"Content_Type": "text-xml/x"}, (415, "core.unsupported_type")),
    "compressed": (b"{}", {"Content_Encoding": "gzip"}, (415, "core.unsupported_type")),
    "too large": (b"1" * (BODY_MAX_BYTES + 1), {}, (413, "core.too_large")),
    "an endless id": (b"{}", {"webhook_id": "x" * 201}, (422, "core.invalid")),
}


@pytest.mark.parametrize(("data", "kind", "body"), READ, ids=["form", "text", "+json", "untyped"])
def test_a_body_is_read_as_its_type_says(hooked: Hooked, data: bytes, kind: str, body: Any) -> None:
    hooked.publish()

    answer = hooked.call(data=data, Content_Type=kind)

    assert hooked.run_of(answer).trigger["body"] == body


def test_a_delivery_without_a_body_starts_a_run_too(hooked: Hooked) -> None:
    hooked.publish()

    answer = hooked.app.test_client().post(f"{hooked.path()}?site=ZRH&token=geheim")

    assert hooked.run_of(answer).trigger["body"] is None
    assert hooked.run_of(answer).trigger["query"] == {"site": "ZRH"}


@pytest.mark.parametrize(("data", "headers", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_and_noted(
    hooked: Hooked, data: bytes, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    hooked.publish()

    answer = hooked.call(data=data, **headers)

    (noted,) = hooked.deliveries()
    assert code(answer) == refusal
    assert (noted.outcome.value, noted.status, noted.size_bytes) == (
        "refused",
        refusal[0],
        len(data),
    )
    assert noted.message == (answer.json or {})["detail"]
    assert hooked.runs() == []


@pytest.mark.parametrize(
    ("size", "status"),
    [(BODY_MAX_BYTES, 202), (BODY_MAX_BYTES + 1, 413), (3 * BODY_MAX_BYTES, 413)],
)
def test_a_body_in_chunks_is_taken_whole_or_not_at_all(
    hooked: Hooked, size: int, status: int
) -> None:
    hooked.publish()

    answer = hooked.app.test_client().post(
        hooked.path(),
        headers={"Transfer-Encoding": "chunked", "Content-Type": "text/plain"},
        environ_overrides={"wsgi.input": BytesIO(b"x" * size), "wsgi.input_terminated": True},
    )

    assert answer.status_code == status
    assert [len(run.trigger["body"]) for run in hooked.runs()] == ([size] if status == 202 else [])


def test_no_transaction_is_open_while_a_slow_body_is_read(hooked: Hooked) -> None:
    hooked.publish()
    path, pool = hooked.path(), hooked.app.extensions["garland.services"].engine.pool
    seen: list[int] = []

    class Slow:
        def read(self, _size: int = -1) -> bytes:
            seen.append(pool.checkedout())
            return b"{}" if len(seen) == 1 else b""

    answer = hooked.app.test_client().post(
        path,
        headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input": Slow(), "wsgi.input_terminated": True},
    )

    assert answer.status_code == 202
    assert set(seen) == {0}


def test_a_stranger_who_guesses_waits_for_no_writer_and_keeps_none_waiting(
    hooked: Hooked,
) -> None:
    hooked.publish()
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        set_paused(*where, paused=True, now=utc_now())  # on SQLite all other writers wait now
        began = time.monotonic()
        answer = hooked.app.test_client().post("/hooks/hook_guessed", json={})

    assert answer.status_code == 404
    assert time.monotonic() - began < 10


def test_an_unknown_address_is_not_found_and_nothing_is_written(hooked: Hooked) -> None:
    hooked.publish()

    answer = hooked.app.test_client().post("/hooks/hook_unknown", json={})

    assert code(answer) == (404, "core.not_found")
    assert hooked.deliveries() == []


def test_a_renewed_address_replaces_the_old_one_at_once(hooked: Hooked) -> None:
    hooked.publish()
    old = hooked.path()
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        store.renew_key(*where, vault=hooked.vault, now=utc_now())

    assert hooked.app.test_client().post(old, json={}).status_code == 404
    assert hooked.call({}).status_code == 202


def test_a_paused_workflow_refuses_and_says_so(hooked: Hooked) -> None:
    hooked.publish()
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        set_paused(*where, paused=True, now=utc_now())

    answer = hooked.call({}, webhook_id="msg_1")
    with hooked.bench.writing() as session:
        set_paused(session, hooked.bench.tenant_id, hooked.flow_id, paused=False, now=utc_now())
    again = hooked.call({}, webhook_id="msg_1")

    assert code(answer) == (409, "runtime.not_started")
    assert "paused: resume it first" in (answer.json or {})["detail"]
    assert again.status_code == 202  # a refused delivery may come again


def test_a_webhook_that_is_no_longer_live_says_so(hooked: Hooked) -> None:
    hooked.publish()
    path = hooked.path()
    hooked.bench.republish(hooked.flow_id, {"end": step("end")}, ["hand > end"])

    answer = hooked.app.test_client().post(path, json={})

    assert code(answer) == (409, "hook.not_live")


def test_a_webhook_that_comes_back_has_its_old_address(hooked: Hooked) -> None:
    hooked.publish()
    path = hooked.path()
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        document = get_flow(*where).draft
    hooked.bench.republish(hooked.flow_id, {"end": step("end")}, ["hand > end"])
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        facts: Any = {
            "expected_revision": get_flow(*where).draft_revision,
            "by": "",
            "now": utc_now(),
        }
        save_draft(*where, document=document, **facts)
        publish_flow(*where, by="", now=utc_now())
        store.make_addresses(*where, vault=hooked.vault, now=utc_now())

    assert hooked.path() == path
    assert hooked.call({}).status_code == 202


def test_no_key_is_written_to_the_log(hooked: Hooked, app: Flask) -> None:
    hooked.publish()
    key = hooked.path().removeprefix("/hooks/")
    with structlog.testing.capture_logs() as lines:
        hooked.call({})
        hooked.call(data=b"{")
        app.test_client().post(f"/hooks/{key}/more")
        app.test_client().get(f"/in/{key}")

    assert any(line["event"] == "webhook_taken" for line in lines)
    assert any(line["event"] == "request_answered" for line in lines)
    assert key not in repr(lines)


def test_a_token_of_the_senders_own_does_no_harm(hooked: Hooked) -> None:
    hooked.publish()

    answer = hooked.call({}, Authorization="Bearer theirs")

    assert answer.status_code == 202
    assert "theirs" not in repr(hooked.run_of(answer).trigger)


def test_a_delivery_is_durable_before_it_is_answered(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked.publish()
    there: list[int] = []

    def answer(*_facts: Any) -> Any:
        there.append(len(hooked.runs()))  # read by another connection
        raise SystemExit

    monkeypatch.setattr("runtime.hooks.called.api._answer", answer)
    with pytest.raises(SystemExit):
        hooked.call({})

    assert there == [1]
    assert len(hooked.runs()) == 1


def test_a_start_that_is_skipped_is_answered_as_taken(hooked: Hooked) -> None:
    hooked.publish(dedup="= trigger.body.order")

    first, second = hooked.call({"order": "7"}), hooked.call({"order": "7"})

    assert (first.status_code, second.status_code) == (202, 200)
    assert (second.json or {})["run"] is None
    assert [one.outcome.value for one in hooked.deliveries()] == ["skipped", "started"]
    assert isinstance(UUID((first.json or {})["run"]), UUID)
