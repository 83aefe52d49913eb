"""A pack of one part of each kind, and a program that brings, installs and upgrades it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.sources.snmp.entries import catalogue_of
from runtime.flows.versions import list_flows, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, step
from tests.factories.installs import REACHES_OUT
from tests.factories.packs import make_block_files, make_entry, make_pack_package
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import client_of
from tests.integration.runtime.alarms.sources.conftest import MAPPING

BYTES = "application/octet-stream"
HERE = "/api/v1/packs"
PACK = f"{HERE}/acme.core-site"
SAY = {"block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}
SITES = "key,tier\nZRH,gold\nGVA,silver\n"


def flow(message: str = "hi", **changes: Any) -> dict[str, Any]:
    steps = {"note": step("write-log", config={"message": message}), **changes}
    return flow_document(steps, ["hand > note"], name="Tell the site")


def parts(**changes: Any) -> dict[str, Any]:
    """One part of each kind; a workflow uses the block and the look-up table."""
    uses = flow_document({"it": SAY, "site": LOOK_UP}, ["hand > it", "it > site"], name="Say it")
    rule = make_rule_document(name="Site rule", then=[{"do": "start", "flow": "tell-the-site"}])
    return {
        **make_block_files(permissions=REACHES_OUT),
        "tables/sites.csv": SITES,
        "flows/tell.json": flow(),
        "flows/say.json": uses,
        "rules/site.json": rule,
        "decisions/who.json": make_table_document(name="Who is told"),
        "mappings/site-nms.json": MAPPING,
        "traps/fan.json": [make_entry()],
        **changes,
    }


LOOK_UP = step("look-up-table", config={"table": "sites"}, input={"key": "ZRH"})
ONLY_FLOW = {"flows/tell.json": flow()}


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "admin")


def bring(program: FlaskClient, **said: Any) -> dict[str, Any]:
    answer = program.post(HERE, data=make_pack_package(**said), content_type=BYTES)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def install(program: FlaskClient, verb: str = "install", **agreed: Any) -> dict[str, Any]:
    answer = program.post(f"{PACK}/{verb}", json={"consent": True, **agreed})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def make_flow(program: FlaskClient, message: str) -> None:
    """Let the tenant have a workflow of the name that the pack's has."""
    document = flow(message)
    body = {"name": document["name"], "document": document}
    assert program.post("/api/v1/flows", json=body).status_code == 201


def verdicts(program: FlaskClient) -> dict[str, str]:
    plan = program.get(f"{PACK}/plan").get_json()
    return {one["file"]: one["verdict"] for one in plan["parts"]}


def edit(sessions: sessionmaker[Session], acme: OrganisationView, message: str) -> None:
    """Change the workflow of the pack as a person of the tenant does."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        (found,) = [one for one in list_flows(session, acme.id) if one.slug == "tell-the-site"]
        save_draft(
            session,
            acme.id,
            found.id,
            document=flow(message),
            expected_revision=found.draft_revision,
            by="Ann",
            now=NOON,
        )


def message_of(sessions: sessionmaker[Session], acme: OrganisationView) -> str:
    with sessions() as session, as_tenant(session, acme.id):
        (found,) = [one for one in list_flows(session, acme.id) if one.slug == "tell-the-site"]
        text: str = found.draft["steps"]["note"]["config"]["message"]
        return text


def more() -> dict[str, Any]:
    steps = {"note": step("write-log", config={"message": "more"})}
    return flow_document(steps, ["hand > note"], name="More")


def names(program: FlaskClient) -> set[str]:
    return {one["name"] for one in program.get("/api/v1/flows").get_json()["items"]}


def versions(program: FlaskClient) -> list[str]:
    return [one["version"] for one in program.get("/api/v1/installs").get_json()["items"]]


def own_traps(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, Any]:
    with sessions() as session, as_tenant(session, acme.id):
        found = catalogue_of(session, acme.id)
        return {oid: one for oid, one in found.documents.items() if found.is_own(oid)}
