"""Removing a pack takes what nobody uses or changed, and leaves the rest."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.registry import SHELF, registry_of
from blocks.packages.archive import read_archive
from runtime.flows.composite_package import composite_package
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.composites import named
from tests.factories.flows import flow_document, step
from tests.factories.packs import make_block_files
from tests.integration.designer.packs.conftest import (
    ONLY_FLOW,
    PACK,
    SAY,
    bring,
    edit,
    install,
    make_flow,
    names,
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
