"""Requests to publish: asked, seen by others, published on the yes of one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import ConflictError
from kernel.secrets import Vault, new_key
from runtime.flows.versions import publish_flow
from runtime.going_live import requests
from runtime.going_live.mails import send_due
from runtime.going_live.model import OPEN_FOR
from runtime.going_live.subjects import WORKFLOWS
from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_member
from tests.integration.runtime.approvals.test_reminders import Postbox
from tests.integration.runtime.going_live.conftest import (
    REQUESTS,
    RULES,
    Decide,
    Program,
    Programs,
)
from tests.support.at_once import at_once

VAULT = Vault([new_key()])


@pytest.fixture
def anna(decide: Decide, program: Programs) -> Program:
    """A designer of an organisation that asks for two people."""
    decide(workflows="two", rules="two")
    return program()


@pytest.fixture
def berta(program: Programs) -> Program:
    """Her colleague."""
    return program()


def test_what_was_asked_for_is_published_and_not_what_was_changed_since(
    anna: Program, berta: Program
) -> None:
    flow = anna.make_flow()
    asked = anna.ask(flow, note="Adds a number")
    anna.redraw(flow, chain_document(4))

    seen = berta.client.get(asked).json
    done = berta.post(f"{asked}/approve").json

    assert seen is not None
    assert (seen["moved_on"], seen["may_approve"], seen["note"]) == (True, True, "Adds a number")
    assert {"/steps/s1", "/steps/s2"} <= {one["part"] for one in seen["changes"]}
    assert (done["state"], done["published_number"]) == ("approved", 1)
    live = berta.client.get(f"{flow}/versions/1").json
    assert live is not None
    assert list(live["document"]["steps"]) == ["s1", "s2"]


def test_who_changed_it_further_is_held_back_by_that_alone(anna: Program, berta: Program) -> None:
    flow = anna.make_flow()
    asked = anna.ask(flow)
    berta.redraw(flow, chain_document(4))
    berta.post(f"{asked}/approve")

    answers = [one.post(f"{flow}/publish").status_code for one in (berta, anna)]

    assert answers == [409, 200]


@pytest.mark.parametrize("who", ["asker", "author", "viewer", "not asked"])
def test_who_may_not_say_yes_is_told_why(
    anna: Program, berta: Program, decide: Decide, program: Programs, who: str
) -> None:
    flow = anna.make_flow()
    asked = berta.ask(flow)
    decide(yes_role="admin" if who == "not asked" else "")
    reader, why = {
        "asker": (berta, "you asked for it"),
        "author": (anna, "you had a hand in it"),
        "viewer": (program("viewer"), "may not publish"),
        "not asked": (program("designer"), "only the role admin"),
    }[who]

    answer = reader.post(f"{asked}/approve")

    assert answer.status_code == 403
    assert why in answer.json["detail"]
    assert anna.live_number(flow) is None


def test_a_refusal_has_a_reason_that_is_kept(anna: Program, berta: Program) -> None:
    asked = anna.ask(anna.make_flow())

    without = berta.post(f"{asked}/refuse", reason=" ")
    done = berta.post(f"{asked}/refuse", reason="The port is wrong")

    assert (without.status_code, done.status_code) == (422, 200)
    known = anna.client.get(asked).json
    assert known is not None
    assert (known["state"], known["reason"], known["ended_by"]) == (
        "refused",
        "The port is wrong",
        "token ci",
    )


def test_what_was_asked_for_is_taken_back_by_who_asked_alone(anna: Program, berta: Program) -> None:
    asked = anna.ask(anna.make_flow())

    answers = [one.post(f"{asked}/withdraw").status_code for one in (berta, anna)]

    assert answers == [403, 200]
    assert berta.post(f"{asked}/approve").status_code == 409


def test_who_asks_anew_passes_by_what_they_asked_before(anna: Program, berta: Program) -> None:
    flow = anna.make_flow()
    first = anna.ask(flow)
    anna.redraw(flow, chain_document(3))
    anna.ask(flow)

    answer = berta.post(f"{first}/approve")

    assert answer.status_code == 409
    assert "superseded" in answer.json["detail"]


def test_what_somebody_publishes_meanwhile_passes_it_by(anna: Program, berta: Program) -> None:
    flow = anna.make_flow()
    asked = anna.ask(flow)
    berta.post(f"{flow}/publish")

    known = anna.client.get(asked).json

    assert known is not None
    assert known["state"] == "superseded"


def test_a_draft_with_problems_is_not_asked_for(anna: Program) -> None:
    flow = anna.make_flow(flow_document({"x": step("nothing-such")}, ["hand > x"]))

    answer = anna.post(f"{flow}/publish-requests")

    assert answer.status_code == 422


def test_what_it_calls_must_be_the_same_when_it_is_published(anna: Program, berta: Program) -> None:
    called = anna.make_flow(chain_document(2, name="Called"))
    berta.post(f"{called}/publish")
    call = step("call-workflow", config={"flow": "called"})
    flow = anna.make_flow(flow_document({"call": call}, ["hand > call"], name="Caller"))
    asked = anna.ask(flow)
    anna.redraw(called, chain_document(3, name="Called"))
    berta.post(f"{called}/publish")

    answer = berta.post(f"{asked}/approve")

    assert answer.status_code == 409
    assert "is another one by now" in answer.json["detail"]
    assert anna.client.get(asked).json["state"] == "open"  # type: ignore[index]


@pytest.mark.parametrize(
    ("document", "mode", "is_now"),
    [
        pytest.param(make_rule_document(), "live", "live", id="a rule that acts"),
        pytest.param(make_rule_document(), "observe", "observe", id="a rule that observes"),
        pytest.param(make_table_document(), "workflows", "off", id="a table for workflows"),
    ],
)
def test_rules_and_tables_are_asked_for_with_their_mode(
    anna: Program, berta: Program, document: dict[str, Any], mode: str, is_now: str
) -> None:
    rule = f"{RULES}/{anna.post(RULES, **document).json['id']}"
    asked = anna.ask(rule, mode=mode)
    tag = anna.client.get(rule).headers["ETag"]
    anna.client.put(rule, json={**document, "name": "Since"}, headers={"If-Match": tag})

    done = berta.post(f"{asked}/approve")

    assert done.status_code == 200, done.text
    known = anna.client.get(rule).json
    assert known is not None
    assert (known["mode"], known["live_number"]) == (is_now, 1)
    live = anna.client.get(f"{rule}/versions/1").json
    assert live is not None
    assert live["document"]["name"] == document["name"]


def test_requests_are_listed_by_state_and_page_by_page(anna: Program) -> None:
    first = anna.ask(anna.make_flow(chain_document(2, name="One")))
    anna.ask(anna.make_flow(chain_document(2, name="Two")))
    anna.post(f"{first}/withdraw")

    def names(query: str) -> list[str]:
        answer = anna.client.get(f"{REQUESTS}?{query}").json
        assert answer is not None
        return [one["name"] for one in answer["items"]]

    page = anna.client.get(f"{REQUESTS}?limit=1").json
    assert page is not None
    assert [names("state=open"), names("state=ended")] == [["Two"], ["One"]]
    assert names(f"limit=1&cursor={page['next_cursor']}") == ["One"]


def member(session: Session, acme: OrganisationView) -> Acting:
    person = make_member(session, acme, "designer")
    return facts_of(acme, role="designer", person_id=person.id, name="Anna")


@pytest.fixture
def asked(
    sessions: sessionmaker[Session], acme: OrganisationView, decide: Decide
) -> Callable[[], tuple[UUID, UUID]]:
    """Give a function that asks to publish a workflow, and gives both ids."""

    def ask() -> tuple[UUID, UUID]:
        decide(workflows="two")
        with sessions.begin() as session, as_tenant(session, acme.id):
            flow = make_flow(session, acme.id, chain_document(2), publish=False)
            who = member(session, acme)
            made = requests.ask_to_publish(
                session, WORKFLOWS, flow.id, who=who, note="Why", now=NOON
            )
        return flow.id, made.id

    return ask


def test_of_two_who_say_yes_at_once_the_second_is_told(
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    asked: Callable[[], tuple[UUID, UUID]],
) -> None:
    _, request = asked()
    with sessions.begin() as session:
        people = [member(session, acme), member(session, acme)]

    def say_yes(session: Session, _: UUID) -> None:
        requests.approve(session, request, who=people.pop(), vault=VAULT, now=NOON)

    refusal = at_once(sessions, acme.id, say_yes)

    assert isinstance(refusal, ConflictError)
    assert "it was approved by Anna" in refusal.message


def test_of_a_yes_and_another_publishing_at_once_one_wins(
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    asked: Callable[[], tuple[UUID, UUID]],
    decide: Decide,
) -> None:
    flow, request = asked()
    decide(workflows="one")
    with sessions.begin() as session:
        berta = member(session, acme)

    refusal = at_once(
        sessions,
        acme.id,
        lambda session, _: publish_flow(session, acme.id, flow, by="Carla", now=NOON),
        lambda session, _: requests.approve(session, request, who=berta, vault=VAULT, now=NOON),
    )

    assert isinstance(refusal, ConflictError)
    assert "it was superseded" in refusal.message


def test_after_its_time_nobody_says_yes(
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    asked: Callable[[], tuple[UUID, UUID]],
) -> None:
    _, request = asked()

    with sessions() as session, as_tenant(session, acme.id):
        berta, late = member(session, acme), NOON + OPEN_FOR
        with pytest.raises(ConflictError, match="it was expired"):
            requests.approve(session, request, who=berta, vault=VAULT, now=late)
        assert requests.count_waiting(session, who=berta, now=late) == 0


def test_those_who_may_say_yes_are_mailed_once(
    sessions: sessionmaker[Session], anna: Program, berta: Program, program: Programs
) -> None:
    program("viewer")
    asked = anna.ask(anna.make_flow(), note="Adds a number")
    box, soon = Postbox(), utc_now() + timedelta(seconds=1)

    sent = [send_due(sessions, box, "https://g.example.com", now=soon) for _ in range(2)]

    assert sent == [1, 0]
    assert [one.to for one in box.got] == [(berta.email,)]
    assert asked.rpartition("/")[2] in box.got[0].body
    assert "Adds a number" in box.got[0].body
