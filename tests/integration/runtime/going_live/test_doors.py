"""Where it takes two, nobody publishes what they had a hand in, whichever door they try."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.going_back import make_live_again
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import client_of
from tests.integration.runtime.going_live.conftest import (
    RULES,
    Decide,
    Program,
    Programs,
    mailing_document,
)


@pytest.fixture
def anna(decide: Decide, program: Programs) -> Program:
    """A designer of an organisation that asks for two people."""
    decide(workflows="two", rules="two")
    return program()


@pytest.fixture
def nobody(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Program:
    """A program for which nobody answers."""
    return Program(client_of(app, sessions, acme, "designer"), "")


def test_who_made_a_draft_does_not_publish_it(anna: Program) -> None:
    flow = anna.make_flow()

    answer = anna.post(f"{flow}/publish")

    assert answer.status_code == 409
    assert answer.json["code"] == "tenancy.second_person"
    assert "ask to publish it" in answer.json["detail"]
    assert anna.live_number(flow) is None


def test_a_colleague_who_had_no_hand_in_it_publishes_it(anna: Program, program: Programs) -> None:
    flow = anna.make_flow()

    assert program().post(f"{flow}/publish").status_code == 200


def test_an_earlier_author_is_held_back_though_another_saved_last(
    anna: Program, program: Programs
) -> None:
    flow = anna.make_flow()
    berta = program()
    berta.redraw(flow, chain_document(3))

    answers = [one.post(f"{flow}/publish").status_code for one in (anna, berta, program())]

    assert answers == [409, 409, 200]


def test_who_takes_a_version_back_had_a_hand_in_it(anna: Program, program: Programs) -> None:
    flow = anna.make_flow()
    berta = program()
    berta.post(f"{flow}/publish")
    anna.redraw(flow, chain_document(3))
    berta.post(f"{flow}/publish")
    tag = berta.client.get(f"{flow}/draft").headers["ETag"]
    berta.client.post(f"{flow}/versions/1/restore", headers={"If-Match": tag})

    answers = [one.post(f"{flow}/publish").status_code for one in (berta, anna)]

    assert answers == [409, 200]


def test_who_sets_up_its_settings_had_a_hand_in_it(anna: Program, program: Programs) -> None:
    flow = anna.make_flow()
    berta = program()
    tag = berta.client.get(f"{flow}/draft").headers["ETag"]
    berta.client.patch(f"{flow}/draft/settings", json={"vars": {"n": 1}}, headers={"If-Match": tag})

    assert berta.post(f"{flow}/publish").status_code == 409


def test_what_one_brings_by_a_copy_is_ones_own_draft(anna: Program, program: Programs) -> None:
    flow = anna.make_flow()
    berta = program()
    copy = berta.post(f"{flow}/copy").json["id"]

    assert berta.post(f"/api/v1/flows/{copy}/publish").status_code == 409


def test_a_rule_that_observes_is_not_put_live_by_who_made_it(
    anna: Program, program: Programs
) -> None:
    rule = f"{RULES}/{anna.post(RULES, **make_rule_document()).json['id']}"
    program().post(f"{rule}/publish", mode="observe")

    answers = [anna.post(f"{rule}/publish", mode=mode).status_code for mode in ("live", "off")]

    assert answers == [409, 200]


def test_with_the_role_admin_asked_for_no_designer_publishes_what_others_made(
    anna: Program, decide: Decide, program: Programs
) -> None:
    decide(yes_role="admin")
    flow = anna.make_flow()

    answers = [program(role).post(f"{flow}/publish") for role in ("designer", "admin")]

    assert [one.status_code for one in answers] == [409, 200]
    assert "only the role admin" in answers[0].json["detail"]


@pytest.mark.parametrize(
    ("document", "status"),
    [
        pytest.param(mailing_document(), 409, id="a mail is outside"),
        pytest.param(chain_document(2), 200, id="a number is not"),
    ],
)
def test_two_may_be_asked_for_only_where_something_outside_is_changed(
    decide: Decide, program: Programs, document: dict[str, object], status: int
) -> None:
    decide(workflows="effects")
    anna = program()
    flow = anna.make_flow(document)

    assert anna.post(f"{flow}/publish").status_code == status


def test_to_take_out_what_changes_something_outside_takes_two_as_well(
    decide: Decide, program: Programs
) -> None:
    anna, berta = program(), program()
    flow = anna.make_flow(mailing_document())
    anna.post(f"{flow}/publish")
    decide(workflows="effects")
    anna.redraw(flow, chain_document(2, name="Mails"))

    answers = [one.post(f"{flow}/publish").status_code for one in (anna, berta)]

    assert answers == [409, 200]


def test_an_unchanged_draft_is_published_by_anybody(anna: Program, program: Programs) -> None:
    flow = anna.make_flow()
    program().post(f"{flow}/publish")

    assert anna.post(f"{flow}/publish").status_code == 200


@pytest.mark.parametrize("who", ["asker", "nobody"])
def test_what_a_program_changed_that_nobody_answers_for_is_nobodys_to_put_live_alone(
    anna: Program, program: Programs, nobody: Program, who: str
) -> None:
    flow = nobody.make_flow()
    request = (anna if who == "asker" else nobody).ask(flow)
    berta = program()

    answers = [berta.post(f"{flow}/publish"), berta.post(f"{request}/approve")]

    assert [one.status_code for one in answers] == [409, 200 if who == "asker" else 403]
    assert "nobody knows who made it" in answers[0].json["detail"]


def test_a_draft_that_was_published_before_is_not_published_anew_by_who_made_it(
    decide: Decide, program: Programs, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    anna, berta = program(), program()
    flow = anna.make_flow()
    anna.post(f"{flow}/publish")
    anna.redraw(flow, chain_document(3))
    anna.post(f"{flow}/publish")
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_live_again(session, acme.id, UUID(flow.rpartition("/")[2]), 1, now=NOON)
    decide(workflows="two")

    answers = [one.post(f"{flow}/publish").status_code for one in (anna, berta)]

    assert answers == [409, 200]


def test_who_made_a_draft_lets_no_test_run_of_it_change_anything(
    anna: Program, program: Programs
) -> None:
    address = f"{anna.make_flow(mailing_document())}/steps/mail/try"

    answers = [
        anna.post(address, allow_effects=True),
        anna.post(address),
        program().post(address, allow_effects=True),
    ]

    assert [one.status_code for one in answers] == [409, 202, 202]


def test_a_step_that_needs_an_approval_is_not_tried_alone_for_real(
    decide: Decide, program: Programs
) -> None:
    decide(effects_need_approval=True)
    anna = program()
    device = step("run-device-command", title="Reset the port")
    document = flow_document({"device": device}, ["hand > device"], name="Resets")
    address = f"{anna.make_flow(document)}/steps/device/try"

    answer = anna.post(address, allow_effects=True, confirmed=True)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/only"]
