"""Where something is used: by which workflows, rules and others, a draft told apart from live."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import Vault, new_key
from runtime.calendars.store import create_calendar
from runtime.flows.versions import get_flow, save_draft
from runtime.inventory.lookups.store import create_table
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.schedules import hours_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn, client_of

VAULT = Vault([new_key()])


class World:
    """Acme's workflows and rules, and what REST says uses them."""

    def __init__(
        self, sessions: sessionmaker[Session], acme: OrganisationView, client: FlaskClient
    ) -> None:
        self.sessions, self.acme, self.client = sessions, acme, client

    def do(self, deed: Any, *args: Any, **more: Any) -> Any:
        """Call a service with Acme's session."""
        with self.sessions.begin() as session, as_tenant(session, self.acme.id):
            return deed(session, self.acme.id, *args, **more)

    def rule(self, document: dict[str, Any], mode: Mode | None = None) -> Any:
        """Make a rule or table, published in a mode where one is given."""
        made = self.do(create_rule, document=document, by="t", now=NOON)
        if mode is not None:
            self.do(publish_rule, made.id, mode=mode, by="t", now=NOON)
        return made

    def used_by(self, kind: str, id_: Any) -> list[tuple[str, str, str]]:
        """Give kind and title of each use, and whether its draft, its live version or both do."""
        answer = self.client.get(f"/api/v1/used-by/{kind}/{id_}").json
        assert answer is not None
        return [(one["kind"], one["title"], told(one)) for one in answer["items"]]


def told(use: dict[str, Any]) -> str:
    return "+".join(name for name in ("draft", "live") if use[f"in_{name}"])


@pytest.fixture
def world(app: Any, sessions: sessionmaker[Session], acme: OrganisationView) -> World:
    return World(sessions, acme, client_of(app, sessions, acme, "designer"))


def calling(name: str, slug: str) -> dict[str, Any]:
    call = step("call-workflow", config={"flow": slug})
    return flow_document({"call": call}, ["hand > call"], name=name)


def starting(slug: str, **changes: Any) -> dict[str, Any]:
    return make_rule_document(then=[{"do": "start", "flow": slug}], **changes)


def test_a_workflow_is_started_by_rules_and_called_by_workflows(world: World) -> None:
    flow = world.do(make_flow, chain_document(2, name="Mend"))
    world.rule(starting("mend", name="Live one"), Mode.LIVE)
    world.rule(starting("mend", name="Drawn one"))
    world.do(make_flow, calling("Caller", "mend"))

    assert world.used_by("workflow", flow.id) == [
        ("rule", "Drawn one", "draft"),
        ("rule", "Live one", "draft+live"),
        ("workflow", "Caller", "draft+live"),
    ]


def test_what_a_draft_uses_no_longer_is_told_as_live_alone(world: World) -> None:
    flow = world.do(make_flow, chain_document(2, name="Mend"))
    caller = world.do(make_flow, calling("Caller", "mend"))
    revision = world.do(get_flow, caller.id).draft_revision
    changed = chain_document(2, name="Caller")
    world.do(save_draft, caller.id, document=changed, expected_revision=revision, by="t", now=NOON)

    assert world.used_by("workflow", flow.id) == [("workflow", "Caller", "live")]


def test_a_workflow_is_started_by_its_own_clock_and_webhooks(world: World) -> None:
    triggers = {
        "dawn": {"kind": "schedule", "cron": "0 6 * * *", "timezone": "Europe/Berlin"},
        "hook": {"kind": "webhook"},
    }
    document = flow_document(
        {"s": step("set-data", config={"values": {"n": 1}})},
        ["dawn > s", "hook > s"],
        triggers=triggers,
    )
    flow = world.do(make_flow, document)

    assert [one[:2] for one in world.used_by("workflow", flow.id)] == [
        ("trigger", "dawn"),
        ("trigger", "hook"),
    ]


def test_a_table_is_what_workflows_decide_by(world: World) -> None:
    table = world.rule(make_table_document(), Mode.OFF)
    decide = step("decide", config={"table": str(table.id)})
    document = flow_document({"d": decide}, ["rule > d"], name="Decides")
    world.do(make_flow, document, publish=False)

    assert world.used_by("table", table.id) == [("workflow", "Decides", "draft")]


def test_a_look_up_table_is_used_by_rules_and_workflows(world: World) -> None:
    table = world.do(create_table, name="sites", columns=["city"])
    enrich = {
        "do": "enrich",
        "table": "sites",
        "key": "managed_object",
        "fields": {"attributes.city": "city"},
    }
    look = step("look-up-table", config={"table": "sites"}, input={"key": "a"})
    world.do(make_flow, flow_document({"l": look}, ["hand > l"], name="Looks"), publish=False)
    world.rule(make_rule_document(name="Enriches", then=[enrich]))

    assert world.used_by("look-up-table", table.id) == [
        ("rule", "Enriches", "draft"),
        ("workflow", "Looks", "draft"),
    ]


def test_a_calendar_and_a_block_are_used_by_workflows(world: World) -> None:
    calendar = world.do(create_calendar, document=hours_document(), by="t", now=NOON)
    name = hours_document()["name"]
    dawn = {
        "kind": "schedule",
        "cron": "0 6 * * *",
        "timezone": "Europe/Berlin",
        "calendar": {"name": name, "when": "open"},
    }
    document = flow_document(
        {"s": step("set-data", config={"values": {"n": 1}})}, ["dawn > s"], triggers={"dawn": dawn}
    )
    world.do(make_flow, document, publish=False)

    assert world.used_by("calendar", calendar.id) == [("workflow", "Flow", "draft")]
    assert world.used_by("block", "garland.set-data/1.0.0") == [("workflow", "Flow", "draft")]


def test_the_page_of_a_workflow_says_which_steps_mention_its_variables(
    world: World, signed_in: SignedIn
) -> None:
    document = chain_document(1) | {"vars": {"tries": 1, "unread": 2}}
    document["steps"]["s1"]["config"] = {"values": {"n": "= vars.tries + 1"}}
    flow = world.do(make_flow, document, publish=False)

    page = signed_in("viewer").get(f"/t/{world.acme.slug}/used-by/workflow/{flow.id}").text

    assert "vars.tries</code>: s1" in page
    assert "no step of the draft mentions it" in page


def test_what_is_not_there_is_told(world: World) -> None:
    rule = world.rule(make_rule_document())

    answer = world.client.get(f"/api/v1/used-by/table/{rule.id}")

    assert answer.status_code == 404
