"""Signed deliveries: whose secret counts, until when, and what a repeat does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from runtime.hooks import store
from runtime.hooks._tables import HookReceipt
from runtime.hooks.answering import prepare, take
from runtime.hooks.deliveries import BITE, RECEIPTS_KEPT, claim_receipt
from runtime.hooks.signature import new_signing_secret
from tenancy.keys.vault import tenant_vault
from tests.integration.runtime.hooks.conftest import Hooked, code, delivery_of

BODY = b'{"n": 1}'


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Give a function that lets the receiver's clock go ahead."""

    def ahead(by: timedelta) -> None:
        monkeypatch.setattr("runtime.hooks.called.api.utc_now", lambda: utc_now() + by)

    return ahead


def rotate(hooked: Hooked, secret: str = "") -> str:
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        return store.set_secret(*where, vault=hooked.vault, now=utc_now(), secret=secret)


def test_a_signed_delivery_is_taken(hooked: Hooked) -> None:
    hooked.publish(signed=True)

    assert hooked.call(data=BODY, **hooked.signed(BODY)).status_code == 202


def test_one_good_signature_of_several_is_enough(hooked: Hooked) -> None:
    hooked.publish(signed=True)
    headers = hooked.signed(BODY)
    headers["webhook_signature"] = f"v1a,AAAA v1,AAAA {headers['webhook_signature']}"

    assert hooked.call(data=BODY, **headers).status_code == 202


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"webhook_signature": "v1,AAAA"}, "no signature fits", id="another signature"),
        pytest.param({"webhook_id": "msg_2"}, "no signature fits", id="another id"),
        pytest.param({"webhook_timestamp": "1614265330"}, "more than 5 minutes", id="old"),
        pytest.param({"webhook_signature": ""}, "webhook-signature is missing", id="unsigned"),
        pytest.param({"webhook_id": "a.b"}, "none a full stop", id="an id with a full stop"),
    ],
)
def test_what_is_not_signed_well_is_refused_and_noted(
    hooked: Hooked, changed: dict[str, str], words: str
) -> None:
    hooked.publish(signed=True)

    answer = hooked.call(data=BODY, **{**hooked.signed(BODY), **changed})

    assert code(answer) == (401, "hook.signature")
    assert words in (answer.json or {})["detail"]
    assert words in hooked.deliveries()[0].message
    assert hooked.runs() == []


def test_a_changed_body_is_refused(hooked: Hooked) -> None:
    hooked.publish(signed=True)

    assert hooked.call(data=BODY + b" ", **hooked.signed(BODY)).status_code == 401


def test_without_a_secret_all_are_refused_with_what_to_do(hooked: Hooked) -> None:
    hooked.publish(signed=True, with_secret=False)

    answer = hooked.call(data=BODY, **hooked.signed(BODY, secret=new_signing_secret()))

    assert code(answer) == (409, "garland.conflict")
    assert "make one on the workflow's page Webhooks" in (answer.json or {})["detail"]


def test_after_a_rotation_the_old_secret_counts_for_a_day(hooked: Hooked) -> None:
    hooked.publish(signed=True)
    old = hooked.secret
    hooked.secret = rotate(hooked)

    assert hooked.call(data=BODY, **hooked.signed(BODY, secret=old)).status_code == 202
    assert hooked.call(data=BODY, **hooked.signed(BODY, message_id="msg_2")).status_code == 202
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        tomorrow = utc_now() + timedelta(hours=24, seconds=1)
        assert len(store.target_of(*where, now=utc_now()).sealed) == 2
        assert len(store.target_of(*where, now=tomorrow).sealed) == 1


def test_an_old_secret_that_was_dropped_counts_no_longer(hooked: Hooked) -> None:
    hooked.publish(signed=True)
    old = hooked.secret
    rotate(hooked)
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        store.drop_old_secret(*where, now=utc_now())

    assert hooked.call(data=BODY, **hooked.signed(BODY, secret=old)).status_code == 401


def test_a_secret_of_the_senders_own_can_be_pasted(hooked: Hooked) -> None:
    hooked.publish(signed=True)
    theirs = new_signing_secret()
    rotate(hooked, f" {theirs}\n")

    assert hooked.call(data=BODY, **hooked.signed(BODY, secret=theirs)).status_code == 202


def test_a_replay_after_five_minutes_is_refused(hooked: Hooked, later: Any) -> None:
    hooked.publish(signed=True)
    headers = hooked.signed(BODY)
    first = hooked.call(data=BODY, **headers)
    within = hooked.call(data=BODY, **headers)
    later(timedelta(minutes=5, seconds=2))

    after = hooked.call(data=BODY, **headers)

    assert (first.status_code, within.status_code, after.status_code) == (202, 202, 401)
    assert len(hooked.runs()) == 1


@pytest.mark.parametrize("name", ["webhook_id", "Idempotency_Key"])
def test_a_repeated_id_is_answered_alike_and_starts_no_second_run(
    hooked: Hooked, name: str
) -> None:
    hooked.publish()

    seven: Any = {name: "order-7"}
    eight: Any = {name: "order-8"}
    answers = [hooked.call({"n": n}, **seven) for n in (1, 2)]
    other = hooked.call({"n": 3}, **eight)

    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json == answers[1].json
    assert (other.json or {})["run"] != (answers[0].json or {})["run"]
    assert len(hooked.runs()) == 2
    assert [one.outcome.value for one in hooked.deliveries()] == ["started", "repeated", "started"]


def test_two_deliveries_with_one_id_at_the_same_moment_start_one_run(hooked: Hooked) -> None:
    hooked.publish()
    answers: list[TestResponse] = []
    second = threading.Thread(target=lambda: answers.append(hooked.call({}, webhook_id="msg_1")))
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        target = store.target_of(*where, now=utc_now())
        keys = tenant_vault(session, target.tenant_id, hooked.vault)
        prepared = prepare(target, delivery_of(b"{}", "msg_1"), keys)
        first = take(session, target, prepared, now=utc_now())
        second.start()
        second.join(1.0)
        assert second.is_alive(), "the second must wait for the first"
    second.join(20)

    assert len(hooked.runs()) == 1
    assert (answers[0].json or {})["run"] == str(first.started)


def test_a_storm_of_one_id_starts_one_run(hooked: Hooked) -> None:
    hooked.publish()
    path, gate = hooked.path(), threading.Barrier(6)
    found: list[Any] = []

    def call() -> None:
        gate.wait(10)
        answer = hooked.app.test_client().post(path, json={}, headers={"webhook-id": "msg_1"})
        found.append((answer.status_code, (answer.json or {})["run"]))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(hooked.runs()) == 1


def test_old_receipts_are_purged_in_bites_and_their_runs_still_found(
    hooked: Hooked, later: Any
) -> None:
    hooked.publish()
    first = hooked.call({}, webhook_id="msg_1")
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id, "hook")
        hook_id = store.target_of(*where, now=utc_now()).id
        for n in range(BITE + 5):
            claim_receipt(session, hooked.bench.tenant_id, hook_id, f"m{n}", now=utc_now())
    later(RECEIPTS_KEPT + timedelta(hours=1))

    for n in range(3):
        hooked.call({}, webhook_id=f"new_{n}")
    again = hooked.call({}, webhook_id="msg_1")

    with hooked.bench.writing() as session:
        assert session.scalar(select(func.count()).select_from(HookReceipt)) == 4
    assert again.json == first.json
