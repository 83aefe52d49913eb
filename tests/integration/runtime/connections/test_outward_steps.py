"""Runs that speak to ticket systems, chats and SMS gateways: in time, once, and discreetly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from tenancy.organisations import OrganisationView
from tests.factories.flows import step
from tests.integration.conftest import SignedIn
from tests.integration.runtime.connections.conftest import Calling, port_of
from tests.integration.runtime.engine.bench import Bench
from tests.support.taking_server import TakingServer, taking_server
from tests.support.trouble_tickets import TroubleTickets, running_trouble_tickets

CANARY = "canary7f3aWithALongTail"
ALARM = {"id": "a1", "managed_object": "BE-12", "perceived_severity": "major", "text": "Down"}
HOOK = f"/hooks/T0/{CANARY}"


@pytest.fixture
def tickets(shared_data: Path) -> Iterator[TroubleTickets]:
    with running_trouble_tickets(shared_data, token=CANARY) as found:
        yield found


@pytest.fixture
def chat() -> Iterator[TakingServer]:
    with taking_server() as found:
        yield found


def start_of(bench: Bench, block: str, connections: dict[str, str], **parts: Any) -> UUID:
    done = step(block, connections=connections, **parts)
    return bench.start(bench.publish({"do": done}, ["hand > do"]))


def open_ticket(bench: Bench, calling: Calling, tickets: TroubleTickets, token: str) -> UUID:
    calling.make("bearer", {"token": token}, hosts=(port_of(tickets.url),))
    run_id = start_of(
        bench,
        "create-trouble-ticket",
        {"account": "Tickets"},
        config={"server": tickets.url},
        input={"alarm": ALARM},
    )
    bench.go()
    return run_id


def post(bench: Bench, calling: Calling, chat: TakingServer) -> UUID:
    where = {"hosts": (port_of(chat.url),), "name": "NOC channel"}
    calling.make("secret_url", {"url": chat.url + HOOK}, **where)
    given = {"config": {"chat": "slack"}, "input": {"alarm": ALARM}}
    run_id = start_of(bench, "send-chat-message", {"webhook": "NOC channel"}, **given)
    bench.go()
    return run_id


def error_of(bench: Bench, run_id: UUID) -> Mapping[str, Any]:
    error = bench.steps(run_id)[-1].error
    assert error is not None
    return error


def told_of(
    bench: Bench, run_id: UUID, browser: Any, slug: str, capfd: pytest.CaptureFixture[str]
) -> str:
    """Gather what of a run can be read anywhere: record, page, log."""
    page = browser.get(f"/t/{slug}/runs/{run_id}")
    assert page.status_code == 200
    said = capfd.readouterr()
    return f"{bench.steps(run_id)}{bench.view(run_id)}{page.text}{said.out}{said.err}"


def test_a_busy_ticket_system_is_asked_again_after_the_time_it_asked_for(
    bench: Bench, calling: Calling, tickets: TroubleTickets
) -> None:
    tickets.busy.append(30)

    run_id = open_ticket(bench, calling, tickets, CANARY)
    bench.go(after_s=29)
    early = len(tickets.seen)
    bench.go(after_s=2)

    assert (early, len(tickets.seen)) == (1, 3)  # then it looks and opens
    assert bench.view(run_id).state.value == "succeeded"
    assert list(tickets.tickets) == ["1"]


def test_a_token_that_the_other_side_says_again_is_masked(
    bench: Bench,
    calling: Calling,
    tickets: TroubleTickets,
    signed_in: SignedIn,
    acme: OrganisationView,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tickets.repeats = True

    run_id = open_ticket(bench, calling, tickets, CANARY + "X")

    error = error_of(bench, run_id)
    assert error["code"] == "server.not_signed_in"
    assert "who is Bearer ***?" in error["message"]
    assert CANARY not in told_of(bench, run_id, signed_in("admin"), acme.slug, capfd)


def test_a_chat_gets_the_card_at_the_address_that_nobody_sees(
    bench: Bench,
    calling: Calling,
    chat: TakingServer,
    signed_in: SignedIn,
    acme: OrganisationView,
    capfd: pytest.CaptureFixture[str],
) -> None:
    chat.answers[HOOK] = (200, "ok")

    run_id = post(bench, calling, chat)

    assert [one.path for one in chat.sent] == [HOOK]
    assert json.loads(chat.sent[0].body)["attachments"][0]["title"] == "Down: BE-12"
    assert bench.view(run_id).state.value == "succeeded"
    assert CANARY not in told_of(bench, run_id, signed_in("admin"), acme.slug, capfd)


def test_a_chat_that_says_the_address_again_does_not_give_it_away(
    bench: Bench,
    calling: Calling,
    chat: TakingServer,
    signed_in: SignedIn,
    acme: OrganisationView,
    capfd: pytest.CaptureFixture[str],
) -> None:
    chat.answers[HOOK] = (404, {"error": f"{HOOK} was not found, nor {CANARY}"})

    run_id = post(bench, calling, chat)

    error = error_of(bench, run_id)
    assert error["code"] == "chat.gone"
    assert "*** was not found, nor ***" in error["message"]
    assert CANARY not in told_of(bench, run_id, signed_in("admin"), acme.slug, capfd)


def test_each_phone_gets_its_message_and_its_result(
    bench: Bench, calling: Calling, chat: TakingServer
) -> None:
    calling.make("basic", {"user": "AC1", "password": CANARY}, hosts=(port_of(chat.url),))
    chat.answers["/2010-04-01/Accounts/AC1/Messages.json"] = (201, {"sid": "SM7"})
    config = {
        "gateway": "twilio",
        "server": chat.url,
        "account": "AC1",
        "sender": "Workflows",
        "to": ["+41790000001", "079 no number", "+41 79 000 00 02"],
        "text": "Störung: BE-12 & 13",
        "id_at": "sid",
    }

    run_id = start_of(bench, "send-sms", {"account": "Tickets"}, config=config)
    bench.go()

    forms = [parse_qs(one.body.decode()) for one in chat.sent]
    assert [one["To"] for one in forms] == [["+41790000001"], ["+41790000002"]]
    assert {one["Body"][0] for one in forms} == {"Störung: BE-12 & 13"}
    assert len({one.headers["Idempotency-Key"] for one in chat.sent}) == 2
    assert all(one.headers["Authorization"].startswith("Basic ") for one in chat.sent)
    (done,) = bench.steps(run_id)
    assert done.port == "partly"
    assert [(one["sent"], one.get("id")) for one in done.output["results"]] == [
        (True, "SM7"),
        (False, None),
        (True, "SM7"),
    ]


def test_who_is_on_duty_is_called_and_let_sleep_again(
    bench: Bench, calling: Calling, chat: TakingServer
) -> None:
    key = {"key": CANARY, "name": "Authorization", "prefix": "GenieKey "}
    calling.make("api_key", key, hosts=(port_of(chat.url),))
    chat.answers["/v2/alerts"] = (202, {"requestId": "r-1"})
    chat.answers["/v2/alerts/a%2F1/close"] = (202, {"requestId": "r-2"})
    config, account = {"server": chat.url}, {"account": "Tickets"}
    given = {"alarm": {**ALARM, "id": "a/1"}}
    steps = {
        "call": step("open-incident", config=config, input=given, connections=account),
        "over": step("close-incident", config=config, input={"key": "a/1"}, connections=account),
    }

    run_id = bench.run(bench.publish(steps, ["hand > call", "call > over"]))

    assert bench.states(run_id) == {"call": "succeeded", "over": "succeeded"}
    assert {one.headers["Authorization"] for one in chat.sent} == {f"GenieKey {CANARY}"}
    raised = json.loads(chat.sent[0].body)
    assert (raised["alias"], raised["priority"], raised["message"]) == ("a/1", "P2", "Down: BE-12")
    assert chat.sent[1].path == "/v2/alerts/a%2F1/close?identifierType=alias"
