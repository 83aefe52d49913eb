"""Removing a pack takes what nobody uses or changed, and leaves the rest."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.registry import SHELF, registry_of
from blocks.packages.archive import read_archive
from runtime.alarms.sources.snmp.entries import save_entries
from runtime.flows.composite_package import composite_package
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.composites import named
from tests.factories.flows import flow_document, step
from tests.factories.packs import FAN_FAILED, make_block_files, make_entry
from tests.factories.tenancy import NOON
from tests.integration.designer.packs.conftest import (
    ONLY_FLOW,
    PACK,
    SAY,
    bring,
    edit,
    install,
    make_flow,
    names,
    own_traps,
    parts,
)


def test_removing_takes_what_nobody_uses_or_changed_and_leaves_the_rest(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=parts())
    install(program)
    edit(sessions, acme, "mine")
    (say,) = [
        one for one in program.get("/api/v1/flows").get_json()["items"] if one["name"] == "Say it"
    ]
    program.post(f"/api/v1/flows/{say['id']}/publish")

    foretold = program.get(f"{PACK}/removal").get_json()
    done = program.delete(PACK).get_json()

    whys = {one["file"]: one["why"] for one in done["parts"]}
    assert foretold == done
    assert whys == {
        "traps": None,
        "mappings/site-nms.json": None,
        "rules/site.json": None,
        "decisions/who.json": None,
        "flows/tell.json": "you changed it since",
        "flows/say.json": "it is published",
        "tables/sites.csv": "it is used by the workflow Say it",
        "blocks/say": "it is used by Say it",
    }
    assert names(program) == {"Tell the site", "Say it"}
    assert program.get(PACK).get_json()["installed"] is None


def test_removing_leaves_what_was_here_before_the_pack(
    program: FlaskClient,
) -> None:
    make_flow(program, "hi")
    bring(program, parts=ONLY_FLOW)
    install(program)

    (fate,) = program.delete(PACK).get_json()["parts"]

    assert fate["why"] == "it was here before the pack"
    assert names(program) == {"Tell the site"}


def test_a_composite_comes_after_what_it_is_made_of_and_goes_before(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView, app: Flask
) -> None:
    bring(program, parts=make_block_files())
    install(program)
    carries = {"say": SAY, "said": step("end", config={"output": {}})}
    whole = flow_document(carries, ["hand > say", "say > said"], name="Greeting")
    with sessions() as session, as_tenant(session, acme.id):
        session.info[SHELF] = app.extensions["garland.services"].shelf
        greet = composite_package(whole, registry_of(session, acme.id), named())
    program.delete(PACK)
    files = {f"blocks/a-greet/{name}": one for name, one in read_archive(greet).items()}
    bring(program, version="2.0.0", parts={**make_block_files(), **files})

    install(program)
    there = {one["block"] for one in program.get("/api/v1/installs").get_json()["items"]}
    foretold = program.get(f"{PACK}/removal").get_json()
    done = program.delete(PACK).get_json()

    assert there == {"acme.say", "acme.greet"}
    assert foretold == done
    assert [one["goes"] for one in done["parts"]] == [True, True]
    assert program.get("/api/v1/installs").get_json()["items"] == []


SLOW = f"{FAN_FAILED}7"


@pytest.mark.parametrize("takes", [[], ["traps"]], ids=["keeps theirs", "takes the pack's"])
def test_removing_takes_the_trap_entries_that_came_and_no_others(
    program: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    takes: list[str],
) -> None:
    same = make_entry()
    mine = make_entry(oid=f"{FAN_FAILED}5", name="fanHot", severity="warning")
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_entries(session, acme.id, [same, mine], by="Ann", now=NOON)
    hot = {**mine, "severity": "major"}
    slow = make_entry(oid=SLOW, name="fanSlow")
    bring(program, parts={"traps/fan.json": [same, hot, slow]})
    install(program, take=takes)
    came = own_traps(sessions, acme)

    foretold = program.get(f"{PACK}/removal").get_json()
    done = program.delete(PACK).get_json()

    assert SLOW in came
    assert (foretold == done, [one["goes"] for one in done["parts"]]) == (True, [True])
    assert own_traps(sessions, acme) == {
        same["oid"]: same,
        mine["oid"]: hot if takes else mine,
    }


def test_removing_leaves_the_trap_entries_that_were_all_here_before(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_entries(session, acme.id, [make_entry()], by="Ann", now=NOON)
    bring(program, parts={"traps/fan.json": [make_entry(severity="warning")]})
    install(program, take=["traps"])

    (fate,) = program.delete(PACK).get_json()["parts"]

    assert fate["why"] == "it was here before the pack"
    assert own_traps(sessions, acme).keys() == {FAN_FAILED}


def test_removing_takes_the_trap_entries_beside_one_that_was_changed(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    slow = make_entry(oid=SLOW, name="fanSlow")
    bring(program, parts={"traps/fan.json": [make_entry(), slow]})
    install(program)
    mine = make_entry(severity="warning")
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_entries(session, acme.id, [mine], by="Ann", now=NOON)

    program.delete(PACK)

    assert own_traps(sessions, acme) == {FAN_FAILED: mine}
