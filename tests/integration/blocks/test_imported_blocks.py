"""Blocks made from the TM Forum's documents, called against real servers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.brokers.http import HttpBroker
from blocks.kinds.http import make_run
from blocks.manifest import parse_manifest
from blocks.openapi.importing import import_openapi
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from kernel.clock import utc_now
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import make_customer
from tests.fakes.answers import outcome_of
from tests.fakes.blocks import FakeServices
from tests.support.served import served
from tests.support.trouble_tickets import TroubleTickets, running_trouble_tickets

TICKET = {"@type": "TroubleTicket", "description": "Link down", "severity": "Major",
          "ticketType": "incident"}  # fmt: skip
KNOWN = "t0ken"
ALARM = {
    "alarmType": "equipmentAlarm",
    "perceivedSeverity": "major",
    "probableCause": "powerSupplyFailure",
    "sourceSystemId": "ems-1",
    "state": "raised",
    "alarmRaisedTime": "2026-11-24T12:00:00.000Z",
    "alarmedObject": {"id": "ne-1"},
}


@dataclass
class World(FakeServices):
    """The outside as it is, with one account for whoever asks with a connection."""

    token: str = ""
    broker: HttpBroker = field(default_factory=lambda: HttpBroker(allow_private=True))

    @override
    def http(self, request: HttpRequest, /) -> HttpResponse:
        signed = {**request.headers, "Authorization": f"Bearer {self.token}"}
        return self.broker.send(replace(request, headers=signed) if request.slot else request)


def imported(spec: Path) -> dict[str, Block]:
    found = import_openapi(spec.read_bytes(), publisher="acme")
    manifests = {name: parse_manifest(one) for name, one in found.blocks.items()}
    return {
        name: Block(manifest=one, run=make_run(one, Path()), folder=Path())
        for name, one in manifests.items()
    }


@pytest.fixture(scope="module")
def blocks(shared_data: Path) -> dict[str, Block]:
    return imported(shared_data / "tmf" / "TMF621-Trouble_Ticket-v5.0.1.oas.yaml")


@pytest.fixture
def tickets(shared_data: Path) -> Iterator[TroubleTickets]:
    with running_trouble_tickets(shared_data, token=KNOWN) as found:
        yield found


def ask(
    block: Block, server: str, data: dict[str, Any], *, token: str = KNOWN, **config: Any
) -> Emit:
    return outcome_of(block, World(token=token), config={"server": server, **config}, given=data)


def test_a_ticket_is_opened_found_changed_and_closed(
    blocks: dict[str, Block], tickets: TroubleTickets
) -> None:
    made = ask(blocks["create-trouble-ticket"], tickets.url, {"body": TICKET})
    number = made.output["body"]["id"]
    change = {"id": number, "body": {"@type": "TroubleTicket", "status": "resolved"}}
    changed = ask(blocks["patch-trouble-ticket"], tickets.url, change)
    found = ask(blocks["retrieve-trouble-ticket"], tickets.url, {"id": number})
    gone = ask(blocks["delete-trouble-ticket"], tickets.url, {"id": number})

    assert (made.port, made.output["status"]) == ("done", 201)
    assert changed.output["body"]["status"] == found.output["body"]["status"] == "resolved"
    assert (gone.port, gone.output) == ("done", {"status": 204})
    assert tickets.tickets == {}


def test_a_ticket_that_is_not_there_leaves_by_missing(
    blocks: dict[str, Block], tickets: TroubleTickets
) -> None:
    assert ask(blocks["retrieve-trouble-ticket"], tickets.url, {"id": "no/such"}).port == "missing"


def test_what_the_server_does_not_take_leaves_by_refused(
    blocks: dict[str, Block], tickets: TroubleTickets
) -> None:
    data = {"id": "1", "body": {"@type": "TroubleTicket", "status": "resolved"}}
    ask(blocks["create-trouble-ticket"], tickets.url, {"body": TICKET})
    del tickets.tickets["1"]

    assert ask(blocks["patch-trouble-ticket"], tickets.url, data).port == "refused"


def test_a_long_list_is_read_page_by_page(
    blocks: dict[str, Block], tickets: TroubleTickets
) -> None:
    for number in range(5):
        tickets.create(TICKET, f"k{number}")
    listing = blocks["list-trouble-ticket"]

    first = ask(listing, tickets.url, {"limit": 2})
    every = ask(listing, tickets.url, {"limit": 2}, pages=9)

    assert (len(first.output["body"]), first.output["more"]) == (2, True)
    assert [one["id"] for one in every.output["body"]] == ["1", "2", "3", "4", "5"]
    assert every.output["more"] is False


def test_an_account_that_is_not_known_is_an_error(
    blocks: dict[str, Block], tickets: TroubleTickets
) -> None:
    with pytest.raises(BlockError) as caught:
        ask(blocks["list-trouble-ticket"], tickets.url, {}, token="wrong")

    assert (caught.value.code, caught.value.retryable) == ("server.not_signed_in", False)


def correlate(sessions: sessionmaker[Session]) -> None:
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now())


def test_an_alarm_created_through_a_block_is_listed_by_garlands_own_tmf642(
    app: Flask, sessions: sessionmaker[Session], shared_data: Path
) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session, "Imported").id
        with as_tenant(session, tenant_id):
            token = create_token(session, tenant_id, name="t", role="admin", now=utc_now())
    found = imported(shared_data / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json")

    with served(app) as server:
        address = f"{server}/tmf-api/alarmManagement/v4"
        made = ask(found["create-alarm"], address, {"body": ALARM}, token=token)
        correlate(sessions)
        listed = ask(found["list-alarm"], address, {}, token=token)

    assert (made.port, made.output["status"]) == ("done", 201)
    assert [one["probableCause"] for one in listed.output["body"]] == ["powerSupplyFailure"]
    assert listed.output["body"][0]["id"] == made.output["body"]["id"]
