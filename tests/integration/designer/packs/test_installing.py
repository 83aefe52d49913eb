"""Installing a pack: looked at first, then done whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from designer.packs.desks import desk_of
from kernel.errors import ForbiddenError
from runtime.alarms.sources.snmp.entries import catalogue_of, save_entries
from runtime.flows.versions import list_flows
from runtime.inventory.lookups.store import export_csv, list_tables
from runtime.packs import installing
from runtime.rules.model import Mode
from runtime.rules.store import list_rules
from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT
from tests.factories.installs import REACHES_OUT
from tests.factories.packs import FAN_FAILED, make_entry
from tests.factories.tenancy import NOON
from tests.integration.designer.packs.conftest import (
    HERE,
    ONLY_FLOW,
    PACK,
    bring,
    edit,
    flow,
    install,
    make_flow,
    message_of,
    parts,
    verdicts,
)


def test_looking_says_what_would_come_and_changes_nothing(program: FlaskClient) -> None:
    bring(program, parts=parts())

    plan = program.get(f"{PACK}/plan").get_json()

    assert {one["verdict"] for one in plan["parts"]} == {"is new"}
    assert plan["parts"][0]["new_asks"] == REACHES_OUT
    assert program.get("/api/v1/flows").get_json()["items"] == []
    assert program.get("/api/v1/installs").get_json()["items"] == []


def test_every_kind_of_part_comes_and_nothing_acts_yet(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=parts())

    install(program)

    with sessions() as session, as_tenant(session, acme.id):
        where = (session, acme.id)
        flows = {one.slug: one.state for one in list_flows(*where)}
        rules = {one.name: (one.kind, one.mode) for one in list_rules(*where)}
        (table,) = list_tables(*where)
        rows = export_csv(*where, table.id)
        has_trap = catalogue_of(*where).is_own(FAN_FAILED)
    (source,) = program.get("/api/v1/sources").get_json()["items"]
    assert flows == {"tell-the-site": "draft", "say-it": "draft"}
    assert rules == {
        "Site rule": ("rule", Mode.DRAFT),
        "Who is told": ("table", Mode.DRAFT),
    }
    assert rows.splitlines() == ["key,tier", "GVA,silver", "ZRH,gold"]
    assert (source["name"], source["state"]) == ("Site nms", "paused")
    assert has_trap


def test_what_came_can_be_published_as_it_is(program: FlaskClient) -> None:
    bring(program, parts=parts())
    install(program)

    for one in program.get("/api/v1/flows").get_json()["items"]:
        program.post(f"/api/v1/flows/{one['id']}/publish")

    flows = program.get("/api/v1/flows").get_json()["items"]
    assert {one["state"] for one in flows} == {"live"}


def test_what_is_done_needs_what_each_part_of_it_needs(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    who = facts_of(acme, role="integrator", person_id=None, name="Ann")
    less = replace(who, permissions=who.permissions - {"workflows.edit"})

    with sessions() as session, as_tenant(session, acme.id):
        desk = desk_of(session, less, VAULT)
        with pytest.raises(ForbiddenError, match="may not change"):
            installing.install(desk, "acme.core-site", agreed=installing.Agreed())


def test_a_pack_is_not_installed_before_somebody_agreed_to_its_blocks(
    program: FlaskClient,
) -> None:
    bring(program, parts=parts())

    refused = program.post(f"{PACK}/install", json={})

    assert (refused.status_code, refused.get_json()["code"]) == (409, "pack.consent_needed")
    assert program.get("/api/v1/flows").get_json()["items"] == []


def test_a_part_that_does_not_fit_leaves_nothing_of_the_pack(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    theirs = {**make_entry(oid=f"{FAN_FAILED}9", key="{agent}"), "clears": [FAN_FAILED]}
    theirs["severity"] = "cleared"
    with sessions.begin() as session, as_tenant(session, acme.id):
        own = [make_entry(key="{agent}"), theirs]
        save_entries(session, acme.id, own, by="Ann", now=NOON)
    bring(program, parts=parts())

    refused = program.post(f"{PACK}/install", json={"consent": True, "take": ["traps"]})

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["message"].startswith("traps: ")
    assert program.get("/api/v1/flows").get_json()["items"] == []
    assert program.get("/api/v1/installs").get_json()["items"] == []


def test_what_has_the_name_already_is_kept_unless_the_packs_is_asked_for(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    make_flow(program, "mine")
    bring(program, parts=ONLY_FLOW)

    seen = verdicts(program)
    install(program)
    kept = message_of(sessions, acme)

    assert seen == {"flows/tell.json": "is there already"}
    assert kept == "mine"


def test_a_plan_that_was_looked_at_is_not_done_once_it_would_do_something_else(
    program: FlaskClient,
) -> None:
    bring(program, parts=ONLY_FLOW)
    mark = program.get(f"{PACK}/plan").get_json()["mark"]
    make_flow(program, "mine")

    moved = program.post(f"{PACK}/install", json={"mark": mark})

    assert (moved.status_code, moved.get_json()["code"]) == (409, "pack.plan_moved")


@pytest.mark.parametrize("is_installed", [True, False], ids=["was changed", "is there already"])
def test_what_somebody_made_of_a_part_since_it_was_looked_at_is_not_overwritten(
    program: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    is_installed: bool,
) -> None:
    make_flow(program, "hi")
    bring(program, parts=ONLY_FLOW)
    if is_installed:
        install(program)
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})
    edit(sessions, acme, "mine")
    mark = program.get(f"{PACK}/plan").get_json()["mark"]
    edit(sessions, acme, "of a colleague")

    agreed = {"mark": mark, "take": ["flows/tell.json"]}
    moved = program.post(f"{PACK}/{'upgrade' if is_installed else 'install'}", json=agreed)

    assert (moved.status_code, moved.get_json()["code"]) == (409, "pack.plan_moved")
    assert message_of(sessions, acme) == "of a colleague"


def test_a_pack_that_comes_with_garland_needs_no_bringing(program: FlaskClient) -> None:
    answer = program.post(f"{HERE}/garland.alarms/install")

    flows = program.get("/api/v1/flows").get_json()["items"]
    published = [program.post(f"/api/v1/flows/{one['id']}/publish") for one in flows]
    assert answer.get_json()["version"] == "1.0.0"
    assert [one.status_code for one in published] == [200] * 2
