"""Upgrading a pack keeps what the tenant made of it, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.sources.snmp.entries import save_entries
from runtime.limits.book import LimitsBook
from runtime.packs.store import goes_back_to
from runtime.retention.clearing import Clearing
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document
from tests.factories.installs import REACHES_OUT
from tests.factories.packs import FAN_FAILED, make_block_files, make_entry
from tests.factories.tenancy import NOON
from tests.integration.designer.packs.conftest import (
    LOOK_UP,
    ONLY_FLOW,
    PACK,
    SAY,
    bring,
    edit,
    flow,
    install,
    message_of,
    more,
    names,
    own_traps,
    parts,
    verdicts,
    versions,
)


def test_an_upgrade_keeps_what_the_tenant_changed(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    edit(sessions, acme, "mine")
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})

    (line,) = program.get(f"{PACK}/plan").get_json()["parts"]
    install(program, "upgrade")

    assert (line["verdict"], line["choice"]) == ("was changed by you", True)
    assert line["you_changed"] == ["steps: note"]
    assert message_of(sessions, acme) == "mine"


def test_an_upgrade_takes_the_packs_where_that_is_asked_for(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    edit(sessions, acme, "mine")
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})

    install(program, "upgrade", take=["flows/tell.json"])

    assert message_of(sessions, acme) == "newer"


def test_an_upgrade_changes_what_nobody_touched_and_can_be_taken_back(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=parts())
    install(program)
    newer: dict[str, Any] = {"flows/tell.json": flow("newer")}
    newer |= {"tables/sites.csv": "key,tier\nZRH,platinum\n"}
    newer |= make_block_files(version="1.1.0", permissions=REACHES_OUT)
    says = {"it": {**SAY, "version": "1.1.0"}, "site": LOOK_UP}
    newer["flows/say.json"] = flow_document(says, ["hand > it", "it > site"], name="Say it")
    bring(program, version="2.0.0", parts=parts(**newer, **{"flows/more.json": more()}))

    install(program, "upgrade")
    upgraded = message_of(sessions, acme), names(program), versions(program)
    program.post(f"{PACK}/undo")

    assert upgraded == ("newer", {"Tell the site", "Say it", "More"}, ["1.1.0"])
    assert message_of(sessions, acme) == "hi"
    assert names(program) == {"Tell the site", "Say it"}
    assert versions(program) == ["1.0.0"]
    assert program.get(PACK).get_json()["installed"]["version"] == "1.0.0"


@pytest.mark.parametrize("version", ["1.1.0", "1.0.0"], ids=["a newer one", "the same version"])
def test_a_block_goes_back_to_the_package_it_was_long_after_the_upgrade(
    program: FlaskClient, sessions: sessionmaker[Session], version: str
) -> None:
    bring(program, parts=make_block_files())
    install(program)
    before = packages(program)
    newer = make_block_files(version=version, title="Say it louder")
    bring(program, version="2.0.0", parts=newer)
    install(program, "upgrade")
    upgraded = packages(program)

    clear(sessions)
    undone = program.post(f"{PACK}/undo")

    assert undone.status_code == 200, undone.text
    assert (before != upgraded, packages(program)) == (True, before)


def test_a_package_goes_once_no_pack_goes_back_to_it(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    bring(program, parts=make_block_files())
    install(program)
    bring(program, version="2.0.0", parts=make_block_files(version="1.1.0"))
    install(program, "upgrade")

    first = clear(sessions)
    program.delete(PACK)

    assert (first, clear(sessions)) == (0, 2)


def clear(sessions: sessionmaker[Session]) -> int:
    """Let a month pass, and retention do its round; give how many packages went."""
    book = LimitsBook(limits_kept_s=0.0)
    clearing = Clearing(
        sessions=sessions, limits=book, goes_back=goes_back_to, pause=lambda _: None
    )
    return clearing.round(now=utc_now() + timedelta(days=30)).packages


def packages(program: FlaskClient) -> list[tuple[str, str]]:
    items = program.get("/api/v1/installs").get_json()["items"]
    return [(one["version"], one["digest"]) for one in items]


def test_what_was_changed_since_the_upgrade_is_not_taken_back(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})
    install(program, "upgrade")
    edit(sessions, acme, "mine")

    (fate,) = program.post(f"{PACK}/undo").get_json()["parts"]
    again = program.post(f"{PACK}/undo")

    assert (fate["goes"], fate["why"]) == (False, "you changed it since")
    assert message_of(sessions, acme) == "mine"
    assert again.get_json()["code"] == "pack.nothing_before"


def test_what_a_tenant_removed_does_not_come_back_by_an_upgrade(
    program: FlaskClient,
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    (made,) = program.get("/api/v1/flows").get_json()["items"]
    assert program.delete(f"/api/v1/flows/{made['id']}").status_code == 204
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})

    seen = verdicts(program)
    install(program, "upgrade")

    assert seen == {"flows/tell.json": "was removed by you"}
    assert names(program) == set()


def test_an_earlier_version_is_no_upgrade(program: FlaskClient) -> None:
    bring(program, version="2.0.0", parts=ONLY_FLOW)
    install(program)
    bring(program, version="1.0.0", parts=ONLY_FLOW)

    refused = program.post(f"{PACK}/upgrade", json={"version": "1.0.0"})

    assert (refused.status_code, refused.get_json()["code"]) == (409, "pack.no_upgrade")


def test_trap_entries_are_weighed_one_by_one_and_go_back_together(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    other = make_entry(oid=f"{FAN_FAILED}7", name="fanSlow")
    mine = make_entry(severity="warning")
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_entries(session, acme.id, [mine], by="Ann", now=NOON)
    bring(program, parts={"traps/fan.json": [make_entry()]})
    install(program)
    bring(program, version="1.1.0", parts={"traps/fan.json": [make_entry(text="Hot"), other]})

    install(program, "upgrade")
    upgraded = own_traps(sessions, acme)
    program.post(f"{PACK}/undo")

    assert upgraded == {FAN_FAILED: mine, f"{FAN_FAILED}7": other}
    assert own_traps(sessions, acme) == {FAN_FAILED: mine}


def test_a_trap_entry_that_the_upgrade_met_is_again_what_it_was(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    met = make_entry(oid=f"{FAN_FAILED}7", name="fanSlow")
    bring(program, parts={"traps/fan.json": [make_entry()]})
    install(program)
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_entries(session, acme.id, [met], by="Ann", now=NOON)
    bring(program, version="1.1.0", parts={"traps/fan.json": [make_entry(text="Hot"), met]})

    install(program, "upgrade", take=[])
    program.post(f"{PACK}/undo")

    assert own_traps(sessions, acme) == {FAN_FAILED: make_entry(), met["oid"]: met}


def test_what_an_upgrade_brought_again_goes_when_it_is_taken_back(program: FlaskClient) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    (made,) = program.get("/api/v1/flows").get_json()["items"]
    program.delete(f"/api/v1/flows/{made['id']}")
    bring(program, version="1.1.0", parts={"flows/tell.json": flow("newer")})

    install(program, "upgrade", take=["flows/tell.json"])
    upgraded = names(program)
    program.post(f"{PACK}/undo")

    assert (upgraded, names(program)) == ({"Tell the site"}, set())
