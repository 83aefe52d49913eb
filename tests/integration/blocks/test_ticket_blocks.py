"""The blocks for tickets, problems and inventories, held to the contract by real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.registry import standard_registry
from blocks.sdk import BlockError, Facts
from tests.factories.tenancy import NOON
from tests.integration.blocks.test_imported_blocks import World
from tests.support.tmf_contracts import (
    PROBLEMS,
    RESOURCES,
    SERVICES,
    TICKETS,
    TICKETS_V4,
    Contract,
)
from tests.support.trouble_tickets import TroubleTickets, running_trouble_tickets

KNOWN = "t0ken"
ALARM = {
    "id": "a1",
    "managed_object": "BE-12",
    "managed_object_type": "router",
    "perceived_severity": "critical",
    "text": "Loss of signal",
    "probable_cause": "lossOfSignal",
    "affected_services": ["VPN-7", "IPTV"],
    "is_root_cause": True,
}
FACTS = Facts(run_id="r1", step="ticket", attempt=1, idempotency_key="r1/ticket", now=NOON)
Serve = Callable[[Contract], TroubleTickets]


@pytest.fixture
def serve(shared_data: Path) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda contract: stack.enter_context(
            running_trouble_tickets(shared_data, token=KNOWN, contract=contract)
        )


def ask(
    block_id: str,
    served: TroubleTickets,
    given: dict[str, Any],
    *,
    run: str = "r1",
    **config: Any,
) -> Emit:
    block = standard_registry().latest(f"garland.{block_id}")
    assert block is not None
    outcome = perform(
        block,
        config={"server": served.url, **config},
        input=given,
        services=World(token=KNOWN),
        facts=replace(FACTS, run_id=run, idempotency_key=f"{run}/ticket"),
    ).outcome
    assert isinstance(outcome, Emit)
    return outcome


def refusal(block_id: str, served: TroubleTickets, given: dict[str, Any], **config: Any) -> str:
    with pytest.raises(BlockError) as caught:
        ask(block_id, served, given, **config)
    return f"{caught.value.code}: {caught.value.message}"


@pytest.mark.parametrize(
    ("contract", "config", "block_id"),
    [
        pytest.param(TICKETS, {}, "create-trouble-ticket", id="TMF621 v5"),
        pytest.param(TICKETS_V4, {"version": "4"}, "create-trouble-ticket", id="TMF621 v4"),
        pytest.param(PROBLEMS, {}, "create-service-problem", id="TMF656 v5"),
    ],
)
def test_for_one_problem_there_is_one_until_it_is_closed(
    serve: Serve, contract: Contract, config: dict[str, Any], block_id: str
) -> None:
    served = serve(contract)
    served.heeds_keys = False

    first = ask(block_id, served, {"alarm": ALARM}, **config)
    second = ask(block_id, served, {"alarm": ALARM}, run="r2", **config)
    served.tickets["1"]["status"] = "closed"
    third = ask(block_id, served, {"alarm": ALARM}, run="r3", **config)

    assert [(one.port, one.output["id"]) for one in (first, second, third)] == [
        ("done", "1"),
        ("existing", "1"),
        ("done", "2"),
    ]
    assert len(served.tickets) == 2


def closed(count: int) -> dict[str, dict[str, Any]]:
    """Give closed tickets of the alarm, as TMF621 version 5 has them."""
    key = {"@type": "ExternalIdentifier", "id": "a1", "externalIdentifierType": "Alarm"}
    common = {"@type": "TroubleTicket", "status": "closed", "externalIdentifier": [key]}
    return {f"c{number}": {**common, "id": f"c{number}"} for number in range(count)}


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({}, id="a server that heeds all"),
        pytest.param({"counts": False}, id="that does not count"),
        pytest.param({"cap": 10, "counts": False}, id="that gives ten at once"),
        pytest.param({"filters": False}, id="that does not filter"),
    ],
)
def test_an_open_one_is_found_behind_many_that_are_closed(
    serve: Serve, odd: dict[str, Any]
) -> None:
    served = serve(TICKETS)
    served.tickets = closed(60)
    for name, value in odd.items():
        setattr(served, name, value)

    first = ask("create-trouble-ticket", served, {"alarm": ALARM})
    second = ask("create-trouble-ticket", served, {"alarm": ALARM}, run="r2")

    assert (first.port, second.port) == ("done", "existing")
    assert second.output["id"] == first.output["id"]
    assert len(served.tickets) == 61


def test_where_it_cannot_be_told_whether_one_is_open_none_is_opened(serve: Serve) -> None:
    served = serve(TICKETS)
    served.tickets = closed(60)
    served.cap = 1

    said = refusal("create-trouble-ticket", served, {"alarm": ALARM})

    assert said.startswith("server.too_many: The ticket system ")
    assert said.endswith("or ask its operator to archive what is closed.")
    assert len(served.tickets) == 60


@pytest.mark.parametrize(("compares", "port"), [(False, "done"), (True, "existing")])
def test_two_that_look_at_the_same_moment_send_one_key(
    serve: Serve, port: str, *, compares: bool
) -> None:
    served = serve(TICKETS)
    served.compares = compares
    ask("create-trouble-ticket", served, {"alarm": ALARM})
    hidden = served.tickets.pop("1")
    served.meanwhile.append(lambda: served.tickets.update({"1": hidden}))  # right after it looked

    found = ask("create-trouble-ticket", served, {"alarm": ALARM}, run="r2")

    assert (found.port, found.output["id"]) == (port, "1")
    assert list(served.tickets) == ["1"]


def test_a_ticket_says_what_the_alarm_said(serve: Serve) -> None:
    served = serve(TICKETS)

    ask("create-trouble-ticket", served, {"alarm": ALARM, "note": "Opened by a rule"})

    (ticket,) = served.tickets.values()
    assert (ticket["name"], ticket["severity"], ticket["priority"]) == (
        "Loss of signal: BE-12",
        "Critical",
        "Critical",
    )
    assert [(one["role"], one["entity"]["id"]) for one in ticket["relatedEntity"]] == [
        ("affectedObject", "BE-12"),
        ("affectedService", "VPN-7"),
        ("affectedService", "IPTV"),
    ]
    assert [one["text"] for one in ticket["note"]] == ["Opened by a rule"]


@pytest.mark.parametrize(
    ("alarm", "severity", "priority"),
    [
        ({**ALARM, "state": "cleared"}, "Critical", "Critical"),  # what it was
        ({**ALARM, "perceived_severity": "cleared"}, "Indeterminate", "P5"),
        ({**ALARM, "perceived_severity": "Major"}, "Major", "High"),
    ],
)
def test_a_ticket_has_a_severity_that_lasts_and_the_priority_of_it(
    serve: Serve, alarm: dict[str, Any], severity: str, priority: str
) -> None:
    served = serve(TICKETS)

    ask("create-trouble-ticket", served, {"alarm": alarm}, priorities={"indeterminate": "P5"})

    (ticket,) = served.tickets.values()
    assert (ticket["severity"], ticket["priority"]) == (severity, priority)


@pytest.mark.parametrize(
    ("contract", "block_id", "more", "told"),
    [
        (TICKETS, "create-trouble-ticket", {"ticketType": 7}, "Correct Ticket type."),
        (PROBLEMS, "create-service-problem", {"category": []}, "Correct Category."),
    ],
)
def test_what_is_refused_is_told_with_the_field_and_the_setting(
    serve: Serve, contract: Contract, block_id: str, more: dict[str, Any], told: str
) -> None:
    served = serve(contract)

    said = refusal(block_id, served, {"alarm": ALARM}, more=more)

    assert said.startswith("server.refused: ")
    assert next(iter(more)) in said
    assert said.endswith(told)
    assert served.tickets == {}


@pytest.mark.parametrize(
    ("contract", "made", "block_id", "name"),
    [
        (TICKETS, "create-trouble-ticket", "update-trouble-ticket", "ticket_id"),
        (PROBLEMS, "create-service-problem", "update-service-problem", "problem_id"),
    ],
)
def test_a_note_is_added_once_and_those_of_others_stay(
    serve: Serve, contract: Contract, made: str, block_id: str, name: str
) -> None:
    served = serve(contract)
    ask(made, served, {"alarm": ALARM})
    served.tickets["1"]["note"] = [{"@type": "Note", "text": "On my way", "author": "Ann"}]
    said = {name: "1", "note": "Cleared", "reason": "Repaired"}

    first = ask(block_id, served, said, status="resolved")
    again = ask(block_id, served, said, status="resolved")
    missing = ask(block_id, served, {name: "no/such", "note": "x"})

    assert (first.output["status"], first.output["changed"]) == ("resolved", True)
    assert again.output["changed"] is False
    assert [one["text"] for one in served.tickets["1"]["note"]] == ["On my way", "Cleared"]
    assert missing.port == "missing"


def test_what_somebody_writes_in_between_is_not_lost(serve: Serve) -> None:
    served = serve(TICKETS)
    ask("create-trouble-ticket", served, {"alarm": ALARM})
    note = {"@type": "Note", "text": "Fibre cut at km 12", "author": "Ann"}
    served.meanwhile.append(lambda: served.tickets["1"].update(note=[note]))

    said = refusal("update-trouble-ticket", served, {"ticket_id": "1", "note": "Cleared"})
    ask("update-trouble-ticket", served, {"ticket_id": "1", "note": "Cleared"})

    assert said.startswith("server.changed: ")
    kept = [one["text"] for one in served.tickets["1"]["note"]]
    assert kept == ["Fibre cut at km 12", "Cleared"]


def test_tickets_are_found_by_object_key_and_state(serve: Serve) -> None:
    served = serve(TICKETS)
    for number in range(3):
        alarm = {**ALARM, "id": f"a{number}", "managed_object": f"BE-{number // 2}"}
        ask("create-trouble-ticket", served, {"alarm": alarm})
    served.tickets["1"]["status"] = "closed"

    by_object = ask("find-trouble-tickets", served, {"object": "BE-0"})
    by_key = ask("find-trouble-tickets", served, {"key": "a2"})
    none = ask("find-trouble-tickets", served, {"key": "a0"})

    assert [one["id"] for one in by_object.output["tickets"]] == ["2"]
    assert "a2" in by_key.output["first"]["keys"]
    assert none.port == "none"


@pytest.mark.parametrize("cap", [10, 1_000])
def test_an_open_ticket_is_found_behind_closed_ones_of_the_same_key(serve: Serve, cap: int) -> None:
    served = serve(TICKETS)
    served.tickets = closed(60)
    served.cap = cap
    served.tickets["open"] = {**served.tickets["c1"], "id": "open", "status": "inProgress"}

    found = ask("find-trouble-tickets", served, {"key": "a1"}, most=5)

    assert [one["id"] for one in found.output["tickets"]] == ["open"]
    assert found.output["more"] is False


def test_a_resource_is_found_by_name_where_the_inventory_does_not_filter(serve: Serve) -> None:
    served = serve(RESOURCES)
    served.filters = False
    served.tickets = {
        f"n{number}": {"@type": "Resource", "id": f"n{number}", "name": f"BE-{number}"}
        for number in range(120)
    }

    found = ask("look-up-resources", served, {"name": "BE-99"})

    assert [one["id"] for one in found.output["resources"]] == ["n99"]


def test_resources_are_looked_up_page_by_page_with_their_neighbours(serve: Serve) -> None:
    served = serve(RESOURCES)
    served.tickets = {
        f"n{number}": {
            "@type": "Resource",
            "id": f"n{number}",
            "name": f"BE-{number}",
            "category": "router",
            "resourceRelationship": [
                {
                    "@type": "ResourceRelationship",
                    "relationshipType": "connectedTo",
                    "resource": {"@type": "ResourceRef", "id": f"n{number + 1}"},
                }
            ],
        }
        for number in range(120)
    }
    where: dict[str, Any] = {"where": {"category": "router"}}

    some = ask("look-up-resources", served, {}, most=60, **where).output
    every = ask("look-up-resources", served, {}, most=200, **where).output
    one = ask("look-up-resources", served, {"name": "BE-7"}, follow=True).output
    last = ask("look-up-resources", served, {"id": "n119"}, follow=True).output

    assert (some["count"], some["more"], every["count"], every["more"]) == (60, True, 120, False)
    assert [near["name"] for near in one["first"]["neighbours"]] == ["BE-8"]
    assert last["first"]["neighbours"] == []  # the one it names is gone
    assert all("limit=50" in path for _, path in served.seen[:5])


def test_services_are_looked_up_by_what_they_stand_on(serve: Serve) -> None:
    served = serve(SERVICES)
    served.tickets = {
        "s1": {
            "id": "s1",
            "name": "VPN-7",
            "state": "active",
            "serviceCharacteristic": [{"name": "bandwidth", "value": "1 Gbit/s"}],
            "supportingResource": [{"id": "r1"}, {"id": "r2"}],
        },
        "s2": {"id": "s2", "name": "IPTV", "supportingResource": [{"id": "r3"}]},
    }

    found = ask("look-up-services", served, {}, where={"supportingResource.id": "r2"})
    none = ask("look-up-services", served, {"name": "VPN-8"})

    assert [one["name"] for one in found.output["services"]] == ["VPN-7"]
    assert found.output["first"]["characteristics"] == {"bandwidth": "1 Gbit/s"}
    assert none.port == "none"
