"""Environments: what is live in Test is brought to Live, all of it or nothing, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.flows._tables import FlowVersionRow
from runtime.flows.going_back import make_live_again
from tenancy.access import facts_of
from tenancy.environments import make_environment
from tenancy.members import add_member
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.people import PersonView
from tenancy.policies import change_policy
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, PASSWORD, make_customer, make_member
from tests.integration.conftest import SignedIn, client_of

CALLER = flow_document(
    {"call": step("call-workflow", config={"flow": "called"})}, ["hand > call"], name="Caller"
)
CALLED = chain_document(2, name="Called")


@dataclass
class Two:
    """Acme with an environment Test, and what its members' programs do in both."""

    app: Flask
    sessions: sessionmaker[Session]
    live: OrganisationView
    test: OrganisationView
    people: dict[str, PersonView]

    def program(self, where: OrganisationView, person: str = "anna") -> FlaskClient:
        """Give a program of somebody in one of the two."""
        with self.sessions.begin() as session, as_tenant(session, where.id):
            by = self.people[person].id
            token = create_token(
                session, where.id, name="ci", role="designer", now=utc_now(), by=by
            )
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    def publish(self, where: OrganisationView, document: dict[str, Any], mode: str = "live") -> str:
        """Make a workflow, rule or table, publish it, and give its address."""
        client = self.program(where)
        if "flow" in document:
            body, base = {"name": document["name"], "document": document}, "/api/v1/flows"
        else:
            body, base = document, "/api/v1/rules"
        address = f"{base}/{client.post(base, json=body).json['id']}"  # type: ignore[index]
        sent = {} if "flow" in document else {"mode": mode}
        done = client.post(f"{address}/publish", json=sent)
        assert done.status_code == 200, done.text
        return address

    def bring(self, *picked: tuple[str, str], person: str = "anna", plan: bool = False) -> Any:
        """Bring things from Test to Live, or see what it would do."""
        items = [{"kind": kind, "key": key} for kind, key in picked]
        address = "/api/v1/promotions" + ("/plan" if plan else "")
        body = {"from": self.test.slug, "items": items}
        return self.program(self.live, person).post(address, json=body)

    def names(self, where: OrganisationView, kind: str = "flows") -> dict[str, Any]:
        """Give what is there by name: the number of its live version."""
        found = self.program(where).get(f"/api/v1/{kind}").json
        assert found is not None
        return {one["name"]: one["live_number"] for one in found["items"]}

    def redraw(
        self, where: OrganisationView, address: str, document: dict[str, Any], person: str = "anna"
    ) -> None:
        """Let somebody change what is there already, and publish it."""
        client, end = self.program(where, person), "/draft" if "flow" in document else ""
        tag = client.get(f"{address}{end}").headers["ETag"]
        client.put(f"{address}{end}", json=document, headers={"If-Match": tag})
        done = client.post(f"{address}/publish")
        assert done.status_code == 200, done.text

    def decide(self, **parts: Any) -> None:
        """Decide who says yes in Live."""
        with self.sessions.begin() as session, as_tenant(session, self.live.id):
            change_policy(session, self.live.id, parts, by="Ann", now=NOON)


@pytest.fixture
def two(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Two:
    with sessions.begin() as session:
        people = {name: make_member(session, acme, "designer", name) for name in ("anna", "berta")}
        who = facts_of(acme, role="admin", person_id=people["anna"].id, name="Anna")
        made = make_environment(session, who=who, name="Test", now=NOON)
        test = find_by_slug(session, made.slug)
    assert test is not None
    return Two(app, sessions, acme, test, people)


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
