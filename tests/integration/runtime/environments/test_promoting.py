"""Environments: what is live in Test is brought to Live, all of it or nothing, and taken back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tenancy.members import add_member
from tenancy.organisations import OrganisationView
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, PASSWORD, make_customer, make_member
from tests.integration.conftest import SignedIn, client_of
from tests.integration.runtime.environments.conftest import CALLED, CALLER, Two


def test_what_is_live_in_test_is_brought_with_what_it_calls(two: Two) -> None:
    two.publish(two.test, CALLED)
    two.publish(two.test, CALLER)

    done = two.bring(("workflow", "caller"), ("workflow", "called"))

    assert (done.status_code, done.json["state"]) == (201, "done")
    assert two.names(two.live) == {"Called": 1, "Caller": 1}


def test_it_comes_as_it_is_live_there_and_not_as_its_draft_is_called_since(two: Two) -> None:
    address = two.publish(two.test, CALLED)
    anna = two.program(two.test)
    tag = anna.get(f"{address}/draft").headers["ETag"]
    renamed = chain_document(4, name="Renamed since")
    anna.put(f"{address}/draft", json=renamed, headers={"If-Match": tag})

    two.bring(("workflow", "called"))

    assert two.names(two.live) == {"Called": 1}


def test_what_is_missing_here_is_named_and_nothing_is_brought(two: Two) -> None:
    two.publish(two.test, CALLED)
    two.publish(two.test, CALLER)
    two.publish(two.test, chain_document(2, name="Fine"))

    plan = two.bring(("workflow", "caller"), ("workflow", "fine"), plan=True).json
    done = two.bring(("workflow", "caller"), ("workflow", "fine"))

    said = {one["title"]: one["problems"] for one in plan["items"]}
    assert (said["Fine"], plan["possible"]) == ([], False)
    assert "called" in said["Caller"][0]
    assert done.status_code == 422
    assert two.names(two.live) == {}


def test_the_plan_says_what_changes_and_keeps_nothing(two: Two) -> None:
    two.publish(two.live, chain_document(3, name="Same name"))
    two.publish(two.test, chain_document(2, name="Same name"))
    two.publish(two.test, make_rule_document())

    plan = two.bring(("workflow", "same-name"), ("rule", "critical link alarms"), plan=True).json

    assert [(one["title"], one["verdict"]) for one in plan["items"]] == [
        ("Same name", "changed"),
        ("Critical link alarms", "new"),
    ]
    assert two.names(two.live, "rules") == {}
    assert two.names(two.live) == {"Same name": 1}


def test_a_step_finds_its_decision_table_by_its_name_here(two: Two) -> None:
    table = two.publish(two.test, make_table_document(), mode="workflows")
    decide = step("decide", config={"table": table.rpartition("/")[2]})
    two.publish(two.test, flow_document({"d": decide}, ["rule > d"], name="Decides"))
    title = make_table_document()["name"]

    alone = two.bring(("workflow", "decides"))
    both = two.bring(("workflow", "decides"), ("table", title.lower()))

    assert alone.status_code == 422
    assert f"there is no decision table {title} here: bring it along" in alone.text
    assert both.status_code == 201, both.text
    assert two.names(two.live) == {"Decides": 1}


def test_a_draft_here_that_nobody_published_is_not_overwritten(two: Two) -> None:
    address = two.publish(two.live, chain_document(3, name="Ours"))
    two.publish(two.test, chain_document(2, name="Ours"))
    anna = two.program(two.live)
    tag = anna.get(f"{address}/draft").headers["ETag"]
    anna.put(f"{address}/draft", json=chain_document(5, name="Ours"), headers={"If-Match": tag})

    done = two.bring(("workflow", "ours"))

    assert done.status_code == 422
    assert "changes that nobody published" in done.text
    assert len(anna.get(f"{address}/draft").json["steps"]) == 5  # type: ignore[index]


def test_taken_back_what_was_live_before_is_live_again_and_what_was_new_is_paused(
    two: Two,
) -> None:
    address = two.publish(two.live, chain_document(3, name="Ours"))
    two.publish(two.test, chain_document(2, name="Ours"))
    two.publish(two.test, chain_document(2, name="New"))
    done = two.bring(("workflow", "ours"), ("workflow", "new")).json

    anna = two.program(two.live)
    undone = anna.post(f"/api/v1/promotions/{done['id']}/undo")

    assert undone.status_code == 200, undone.text
    assert len(anna.get(f"{address}/draft").json["steps"]) == 3  # type: ignore[index]
    assert two.names(two.live) == {"New": 1, "Ours": 3}
    states = {one["name"]: one["state"] for one in anna.get("/api/v1/flows").json["items"]}  # type: ignore[index]
    assert states == {"New": "paused", "Ours": "live"}


def test_it_leads_back_to_nothing_that_only_who_undoes_it_said_yes_to(two: Two) -> None:
    two.publish(two.live, chain_document(3, name="Ours"))
    two.publish(two.test, chain_document(2, name="Ours"))
    done = two.bring(("workflow", "ours")).json
    two.decide(workflows="two")
    address = f"/api/v1/promotions/{done['id']}/undo"

    answers = [two.program(two.live, who).post(address) for who in ("anna", "berta")]

    assert [one.status_code for one in answers] == [409, 200]


def test_it_is_not_taken_back_over_what_somebody_published_since(two: Two) -> None:
    two.publish(two.test, make_rule_document())
    done = two.bring(("rule", "critical link alarms")).json
    anna = two.program(two.live)
    (rule,) = anna.get("/api/v1/rules").json["items"]  # type: ignore[index]
    address = f"/api/v1/rules/{rule['id']}"
    tag = anna.get(address).headers["ETag"]
    anna.put(address, json=make_rule_document(priority=3), headers={"If-Match": tag})

    undone = anna.post(f"/api/v1/promotions/{done['id']}/undo")

    assert undone.status_code == 409
    assert anna.get(address).json["mode"] == "live"  # type: ignore[index]


def test_nothing_is_brought_from_an_organisation_that_is_no_environment(
    two: Two, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    body = {"from": other.slug, "items": [{"kind": "workflow", "key": "called"}]}

    assert two.program(two.live).post("/api/v1/promotions", json=body).status_code == 404


def test_who_is_no_member_there_does_not_see_what_is_live_there(
    two: Two, app: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        two.people["carla"] = make_member(session, two.live, "designer", "carla")

    answer = two.program(two.live, "carla").get(f"/api/v1/environments/{two.test.slug}/live")
    nobody = client_of(app, sessions, two.live, "admin")

    assert answer.status_code == 403
    assert nobody.get(f"/api/v1/environments/{two.test.slug}/live").status_code == 403


def test_who_may_not_change_it_there_does_not_bring_it(two: Two) -> None:
    two.publish(two.test, CALLED)
    with two.sessions.begin() as session:
        carla = make_member(session, two.live, "designer", "carla")
        add_member(session, two.test.id, carla.id, "viewer", now=NOON)
    two.people["carla"] = carla
    listed = two.program(two.live, "carla").get(f"/api/v1/environments/{two.test.slug}/live")

    answers = [
        two.bring(("workflow", "called"), person="carla", plan=plan) for plan in (True, False)
    ]

    assert listed.status_code == 200
    assert [one.status_code for one in answers] == [403, 403]
    assert two.names(two.live) == {}


def test_the_plan_shows_no_secret_of_there_and_brings_it(two: Two, app: Flask) -> None:
    two.publish(two.live, {**CALLED, "vars": {"api_key": "ours"}})
    two.publish(two.test, {**CALLED, "vars": {"api_key": "hush-hush"}})
    browser = app.test_client()
    browser.post("/sign-in", data={"email": two.people["anna"].email, "password": PASSWORD})
    page = f"/t/{two.live.slug}/environments/{two.test.slug}/bring"

    plan = browser.post(page, data={"item": "workflow:called"})

    assert plan.status_code == 200
    assert "Bring it live" in plan.text
    assert "hush-hush" not in plan.text
    assert two.bring(("workflow", "called")).json["state"] == "done"
    assert two.names(two.live) == {"Called": 2}


@pytest.mark.usefixtures("two")
def test_an_environment_has_the_members_in_their_roles_and_a_name_of_its_own(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = f"/t/{acme.slug}/environments"
    admin = signed_in("admin")

    answers = [admin.post(page, data={"name": name}) for name in ("test", "", "Stage")]

    assert [one.status_code for one in answers] == [422, 422, 303]
    stage = f"{acme.slug}-stage"
    assert admin.get(f"/t/{stage}/members").status_code == 200
    assert "Stage" in admin.get(page).text
    assert signed_in("designer").post(page, data={"name": "X"}).status_code == 403


def test_the_pages_show_what_is_there_what_it_changes_and_what_was_brought(
    two: Two, app: Flask
) -> None:
    two.publish(two.test, CALLED)
    browser = app.test_client()
    browser.post("/sign-in", data={"email": two.people["anna"].email, "password": PASSWORD})
    page = f"/t/{two.live.slug}/environments/{two.test.slug}/bring"
    item = {"item": "workflow:called"}

    shown = browser.get(page).text
    plan = browser.post(page, data=item).text
    done = browser.post(page, data={**item, "step": "final", "note": "First"})
    listed = browser.get(f"/t/{two.live.slug}/environments").text

    assert "Called" in shown
    assert "Bring it live" in plan
    assert done.status_code == 303
    assert "First" in listed
    assert "Undo" in listed
