"""Two environments of an organisation, and who is at work in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.calendars.store import calendar_named, create_calendar, save_calendar
from runtime.inventory.lookup import put_table, read_table
from tenancy.access import facts_of
from tenancy.environments import make_environment
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.people import PersonView
from tenancy.policies import change_policy
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.connections import make_connection
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.schedules import hours_document
from tests.factories.tenancy import NOON, PASSWORD, make_member

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

    def bring(
        self,
        *picked: tuple[str, str],
        person: str = "anna",
        plan: bool = False,
        along: Sequence[Mapping[str, Any]] = (),
    ) -> Any:
        """Bring things from Test to Live, with what a plan named, or see what it would do."""
        items = [{"kind": kind, "key": key} for kind, key in picked]
        address = "/api/v1/promotions" + ("/plan" if plan else "")
        taken = [{part: one[part] for part in ("kind", "name", "seen")} for one in along]
        body = {"from": self.test.slug, "items": items, "along": taken}
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


LOOK = step("look-up-table", config={"table": "sites"}, input={"key": "a"})
WAIT = step("wait", config={"moment": "open", "calendar": "Business hours"})
CALL = step(
    "http-request",
    config={"method": "GET", "url": "http://127.0.0.1:9/x"},
    connections={"api": "Tickets"},
)
FLOW = ("workflow", "needs")
ROWS = {"a": {"city": "Bern"}, "b": {"city": "Biel"}}
HOURS = hours_document(days=[{"date": "2026-12-24", "name": "Eve"}])


def fill(two: Two, where: OrganisationView, rows: Any, name: str = "sites") -> None:
    with two.sessions.begin() as session, as_tenant(session, where.id):
        put_table(session, where.id, name, ["city"], rows)


def rows_in(two: Two, where: OrganisationView) -> Any:
    with two.sessions() as session, as_tenant(session, where.id):
        found = read_table(session, where.id, "sites")
    return found[1] if found is not None else None


def put_hours(two: Two, where: OrganisationView, document: Any) -> None:
    with two.sessions.begin() as session, as_tenant(session, where.id):
        there = calendar_named(session, where.id, document["name"])
        said = {"document": document, "by": "Ann", "now": utc_now()}
        if there is None:
            create_calendar(session, where.id, **said)
        else:
            save_calendar(session, where.id, there.id, expected_revision=there.revision, **said)


def days_in(two: Two, where: OrganisationView) -> int | None:
    with two.sessions() as session, as_tenant(session, where.id):
        found = calendar_named(session, where.id, "Business hours")
    return len(found.calendar.days) if found is not None else None


def connect(two: Two, where: OrganisationView) -> None:
    with two.sessions.begin() as session, as_tenant(session, where.id):
        make_connection(session, where.id)


@pytest.fixture
def unconnected(two: Two) -> Two:
    """Give Test a workflow with all that it names, of which Live has nothing."""
    fill(two, two.test, ROWS)
    put_hours(two, two.test, HOURS)
    connect(two, two.test)
    steps = {"look": LOOK, "wait": WAIT, "call": CALL}
    wires = ["hand > look", "look:found > wait", "wait > call"]
    two.publish(two.test, flow_document(steps, wires, name="Needs"))
    return two


@pytest.fixture
def ready(unconnected: Two) -> Two:
    """Give Live the connection."""
    connect(unconnected, unconnected.live)
    return unconnected


def named(two: Two, *picked: tuple[str, str]) -> dict[str, Any]:
    plan = two.bring(*(picked or (FLOW,)), plan=True).json
    return {one["name"]: one for one in plan["named"]}


def browser_of(two: Two, person: str = "anna") -> FlaskClient:
    browser = two.app.test_client()
    browser.post("/sign-in", data={"email": two.people[person].email, "password": PASSWORD})
    return browser
