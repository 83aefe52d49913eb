"""Packs in a tenant: looked at, installed whole, upgraded, taken back and removed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.sources.snmp.entries import catalogue_of, save_entries
from runtime.flows.versions import list_flows, save_draft
from runtime.inventory.lookups.store import export_csv, list_tables
from runtime.rules.model import Mode
from runtime.rules.store import list_rules
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, step
from tests.factories.installs import REACHES_OUT
from tests.factories.packs import FAN_FAILED, make_block_files, make_entry, make_pack_package
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_customer
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
    newer = {"flows/tell.json": flow("newer"), "tables/sites.csv": "key,tier\nZRH,platinum\n"}
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


def more() -> dict[str, Any]:
    steps = {"note": step("write-log", config={"message": "more"})}
    return flow_document(steps, ["hand > note"], name="More")


def names(program: FlaskClient) -> set[str]:
    return {one["name"] for one in program.get("/api/v1/flows").get_json()["items"]}


def versions(program: FlaskClient) -> list[str]:
    return [one["version"] for one in program.get("/api/v1/installs").get_json()["items"]]


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


def test_a_plan_that_was_looked_at_is_not_done_once_it_would_do_something_else(
    program: FlaskClient,
) -> None:
    bring(program, parts=ONLY_FLOW)
    mark = program.get(f"{PACK}/plan").get_json()["mark"]
    make_flow(program, "mine")

    moved = program.post(f"{PACK}/install", json={"mark": mark})

    assert (moved.status_code, moved.get_json()["code"]) == (409, "pack.plan_moved")


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


def test_another_tenant_sees_neither_the_pack_nor_what_came_of_it(
    app: Flask, program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    stranger = client_of(app, sessions, other, "admin")

    answers = [
        stranger.get(PACK),
        stranger.get(f"{PACK}/plan"),
        stranger.post(f"{PACK}/install"),
        stranger.get(f"{PACK}/removal"),
        stranger.post(f"{PACK}/undo"),
        stranger.delete(PACK),
        stranger.delete(f"{PACK}/versions/1.0.0"),
    ]

    assert [one.status_code for one in answers] == [404] * len(answers)
    assert names(program) == {"Tell the site"}


def test_a_designer_looks_at_packs_and_installs_none(
    app: Flask, program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    designer = client_of(app, sessions, acme, "designer")

    assert designer.get(PACK).status_code == 200
    assert designer.post(f"{PACK}/install").status_code == 403
    assert designer.post(HERE, data=b"", content_type=BYTES).status_code == 403


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param({"parts": {"rules/r.json": {}}}, "rules/r.json: ", id="no rule"),
        pytest.param({"parts": {"tables/a.csv": "key\n"}}, "tables/a.csv: columns", id="no column"),
        pytest.param(
            {"parts": make_block_files(publisher="other", id="other.say")},
            "blocks/say/block.json: publisher must be acme",
            id="a block of somebody else",
        ),
        pytest.param(
            {"parts": {n: c for n, c in make_block_files().items() if "README" not in n}},
            "blocks/say: README.md is missing",
            id="a block without its page",
        ),
        pytest.param(
            {"id": "garland.mine", "publisher": "garland"},
            "pack.json: publisher: this is Garland's own name",
            id="Garland's name",
        ),
    ],
)
def test_a_bad_pack_is_refused_with_file_and_field(
    program: FlaskClient, said: dict[str, Any], wanted: str
) -> None:
    refused = program.post(HERE, data=make_pack_package(**said), content_type=BYTES)

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["message"].startswith(wanted)


def test_an_earlier_version_is_no_upgrade(program: FlaskClient) -> None:
    bring(program, version="2.0.0", parts=ONLY_FLOW)
    install(program)
    bring(program, version="1.0.0", parts=ONLY_FLOW)

    refused = program.post(f"{PACK}/upgrade", json={"version": "1.0.0"})

    assert (refused.status_code, refused.get_json()["code"]) == (409, "pack.no_upgrade")


def test_packs_are_listed_in_pages_and_found_by_words(program: FlaskClient) -> None:
    bring(program, parts=ONLY_FLOW)

    found = program.get(f"{HERE}?q=core site").get_json()["items"]
    first = program.get(f"{HERE}?limit=1").get_json()
    second = program.get(f"{HERE}?limit=1&cursor={first['next_cursor']}").get_json()

    assert [(one["pack"], one["state"]) for one in found] == [("acme.core-site", "offered")]
    assert first["items"][0]["title"] < second["items"][0]["title"]
