"""Bringing what is live elsewhere where it takes two: whose hand was in what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.clock import utc_now
from runtime.flows._tables import FlowVersionRow
from runtime.flows.going_back import make_live_again
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.rules import make_rule_document
from tests.integration.runtime.environments.conftest import CALLED, Two


def test_where_it_takes_two_who_made_it_in_test_asks_and_a_colleague_brings_it(two: Two) -> None:
    two.decide(workflows="two")
    two.publish(two.test, CALLED)
    asked = two.bring(("workflow", "called")).json
    address = f"/api/v1/promotions/{asked['id']}/approve"

    answers = [two.program(two.live, who).post(address) for who in ("anna", "berta")]

    assert asked["state"] == "asked"
    assert [one.status_code for one in answers] == [403, 200]
    assert two.names(two.live) == {"Called": 1}


def test_who_made_it_in_test_says_no_yes_to_what_a_colleague_asks(two: Two) -> None:
    two.publish(two.test, CALLED)
    two.decide(workflows="two", yes_role="admin")
    asked = two.bring(("workflow", "called"), person="berta").json

    answer = two.program(two.live, "anna").post(f"/api/v1/promotions/{asked['id']}/approve")

    assert answer.status_code == 403
    assert "had a hand in it" in answer.text


def test_what_got_another_version_there_meanwhile_is_not_brought(two: Two) -> None:
    two.decide(workflows="two")
    address = two.publish(two.test, CALLED)
    asked = two.bring(("workflow", "called")).json
    anna = two.program(two.test)
    tag = anna.get(f"{address}/draft").headers["ETag"]
    anna.put(f"{address}/draft", json=chain_document(4, name="Called"), headers={"If-Match": tag})
    anna.post(f"{address}/publish")

    answer = two.program(two.live, "berta").post(f"/api/v1/promotions/{asked['id']}/approve")

    assert answer.status_code == 409
    assert two.names(two.live) == {}


def test_who_publishes_anew_what_was_live_before_still_had_a_hand_in_it(two: Two) -> None:
    two.decide(workflows="two")
    address = two.publish(two.test, CALLED)
    two.redraw(two.test, address, chain_document(4, name="Called"))
    with two.sessions.begin() as session, as_tenant(session, two.test.id):
        make_live_again(session, two.test.id, UUID(address.rpartition("/")[2]), 1, now=utc_now())
    two.program(two.test).post(f"{address}/publish")

    brought = two.bring(("workflow", "called")).json

    with two.sessions() as session, as_tenant(session, two.test.id):
        newest = select(FlowVersionRow.made_of).where(FlowVersionRow.number == 3)
        made_of = session.scalars(newest).one()
    assert list(made_of) == [str(two.people["anna"].id)]
    assert brought["state"] == "asked"


def test_what_nobody_is_known_to_have_made_is_brought_by_nobody_alone(two: Two) -> None:
    two.decide(workflows="two")
    two.publish(two.test, CALLED)
    with two.sessions.begin() as session, as_tenant(session, two.test.id):
        session.execute(update(FlowVersionRow).values(made_of={}))

    asked = two.bring(("workflow", "called")).json
    address = f"/api/v1/promotions/{asked['id']}/approve"
    answers = [two.program(two.live, who).post(address) for who in ("anna", "berta")]

    assert asked["state"] == "asked"
    assert [one.status_code for one in answers] == [403, 200]


@pytest.mark.parametrize(
    ("kind", "key", "documents"),
    [
        pytest.param(
            "workflow", "called", (CALLED, chain_document(4, name="Called")), id="workflow"
        ),
        pytest.param(
            "rule",
            "critical link alarms",
            (make_rule_document(), make_rule_document(priority=3)),
            id="rule",
        ),
    ],
)
def test_who_made_an_earlier_version_had_a_hand_in_what_came_of_it(
    two: Two, kind: str, key: str, documents: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    two.decide(workflows="two", rules="two")
    address = two.publish(two.test, documents[0])
    two.redraw(two.test, address, documents[1], "berta")

    assert two.bring((kind, key)).json["state"] == "asked"


def test_who_made_what_was_brought_before_has_no_hand_in_what_came_since(two: Two) -> None:
    address = two.publish(two.test, CALLED)
    two.bring(("workflow", "called"))
    two.decide(workflows="two")
    two.redraw(two.test, address, chain_document(4, name="Called"), "berta")

    assert two.bring(("workflow", "called")).json["state"] == "done"


def test_what_is_made_anew_under_a_name_that_was_brought_before_is_known_to_nobody(
    two: Two,
) -> None:
    old = two.publish(two.test, CALLED)
    two.bring(("workflow", "called"))
    gone = two.program(two.test).delete(old)
    two.decide(workflows="two")
    address = two.publish(two.test, CALLED)
    two.redraw(two.test, address, chain_document(4, name="Called"), "berta")

    assert gone.status_code == 204, gone.text
    assert two.bring(("workflow", "called")).json["state"] == "asked"


@pytest.mark.parametrize("kind", ["workflow", "rule"])
def test_who_made_it_in_test_does_not_lead_back_to_it_where_a_colleague_brought_it(
    two: Two, kind: str
) -> None:
    first, second, key = {
        "workflow": (CALLED, chain_document(4, name="Called"), "called"),
        "rule": (make_rule_document(), make_rule_document(priority=3), "critical link alarms"),
    }[kind]
    address = two.publish(two.test, first)
    two.bring((kind, key), person="anna")
    two.redraw(two.test, address, second, "berta")
    done = two.bring((kind, key), person="berta").json
    two.decide(workflows="two", rules="two")
    undo = f"/api/v1/promotions/{done['id']}/undo"

    answers = [two.program(two.live, who).post(undo) for who in ("anna", "berta")]

    assert [one.status_code for one in answers] == [409, 200]


def test_to_take_out_here_what_changes_something_outside_takes_two(two: Two) -> None:
    mail = step("send-email", config={"to": ["a@example.com"], "subject": "S", "body": "B"})
    mailing = flow_document({"mail": mail}, ["hand > mail"], name="Mails")
    two.publish(two.live, mailing)
    two.publish(two.test, chain_document(2, name="Mails"))
    two.decide(workflows="effects")

    assert two.bring(("workflow", "mails")).json["state"] == "asked"
