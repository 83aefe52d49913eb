"""A rule's draft is tried on alarms that a person chose, and nothing comes of it."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.alarms.journal import append, mark_done, take
from runtime.alarms.model import parse_event
from runtime.alarms.store import AlarmFilter, apply_batch, list_alarms
from runtime.inventory.resources import save_resource
from runtime.maintenance.windows import plan_window
from runtime.rules.store import create_rule
from runtime.trials.inputs import keep_input
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.maintenance import window_document
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

MINUTE = timedelta(minutes=1)
FAN = {"managed_object": "a", "perceived_severity": "major", "text": "fan stopped"}
RAIN = {"managed_object": "b", "perceived_severity": "major", "text": "rain"}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("viewer")


def at(sessions: sessionmaker[Session], acme: OrganisationView, **changes: Any) -> str:
    """Make a rule about fans, changed as asked, and give the address of its try-out."""
    document = make_rule_document(**({"when": make_leaf("text", "contains", "fan")} | changes))
    with sessions.begin() as session, as_tenant(session, acme.id):
        rule = create_rule(session, acme.id, document=document, by="Ann", now=utc_now())
    return f"/t/{acme.slug}/rules/{rule.id}/simulate"


def test_tells_event_by_event_what_decided(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = at(sessions, acme)

    page = browser.post(address, data={"alarms": json.dumps([FAN, RAIN])}).text

    assert "The draft fires <b>1</b> time for these alarms." in page
    assert "text contains fan: it was fan stopped" in page
    assert "text does not contain fan: it was rain" in page


@pytest.mark.parametrize(
    ("managed_object", "told"),
    [
        pytest.param("r1", "would get place zrh, vendor Acme", id="known"),
        pytest.param("r9", "the inventory has no resource", id="unknown"),
    ],
)
def test_tells_what_a_rule_would_fill(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    managed_object: str,
    told: str,
) -> None:
    fill = {"do": "fill", "take": ["place"], "attributes": ["vendor"]}
    address = at(sessions, acme, then=[fill])
    said = {"key": "r1", "name": "r1", "kind": "node", "site": "zrh"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_resource(session, acme.id, {**said, "attributes": {"vendor": "Acme"}})

    event = {**FAN, "managed_object": managed_object}
    page = browser.post(address, data={"alarms": json.dumps([event])}).text

    assert told in page


def test_leaves_no_alarm_behind(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser.post(at(sessions, acme), data={"alarms": json.dumps(FAN)})

    with sessions() as session, as_tenant(session, acme.id):
        assert list_alarms(session, acme.id, AlarmFilter(state="")) == []


def test_lets_time_go_on_for_rules_that_wait(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = at(sessions, acme, pattern={"kind": "persists", "after_s": 60})

    page = browser.post(address, data={"alarms": json.dumps(FAN)}).text

    assert "The draft fires <b>1</b> time" in page


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("{", "the text", id="no JSON"),
        pytest.param("[]", "at least one", id="nothing"),
        pytest.param('{"managed_object": "a"}', "perceived_severity", id="a field is missing"),
        pytest.param(json.dumps([FAN] * 501), "at most 500", id="too many"),
    ],
)
def test_says_what_is_wrong_with_the_alarms_and_keeps_them(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    text: str,
    problem: str,
) -> None:
    answer = browser.post(at(sessions, acme), data={"alarms": text})

    assert answer.status_code == 422
    assert problem in answer.text


def test_begins_with_an_example_where_no_alarm_came_yet(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    assert "Loss of signal" in browser.get(at(sessions, acme)).text


def send(sessions: sessionmaker[Session], acme: OrganisationView, *events: dict[str, Any]) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        append(session, acme.id, [parse_event(one) for one in events], now=utc_now())
        rows = take(session, 500)
        apply_batch(session, acme.id, rows, now=utc_now())
        mark_done(session, [one.seq for one in rows], now=utc_now())


def ids(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, str]:
    with sessions() as session, as_tenant(session, acme.id):
        alarms = list_alarms(session, acme.id, AlarmFilter(state=""), limit=500)
        return {one.managed_object: str(one.id) for one in alarms}


def test_alarms_are_looked_for_by_words_and_what_is_chosen_stays(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    send(sessions, acme, FAN, RAIN)
    chosen = ids(sessions, acme)["b"]

    asked = {"do": "look", "q": "fan", "state": "all", "chosen": chosen, "alarms": "my own"}
    page = browser.post(at(sessions, acme), data=asked).text

    assert f'value="{chosen}" checked' in page
    assert "Chosen: 1" in page
    assert f'value="{ids(sessions, acme)["a"]}">' in page
    assert "my own</textarea>" in page


def test_alarms_to_choose_from_come_page_by_page(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    send(sessions, acme, *(FAN | {"managed_object": f"fan-{number}"} for number in range(25)))
    address = at(sessions, acme)

    first = browser.get(address).text
    (cursor,) = re.findall(r'name="cursor" value="([^"]+)"', first)
    second = browser.post(address, data={"do": "next", "cursor": cursor, "state": "all"}).text

    seen = [set(re.findall(r'name="chosen" value="([^"]+)"', one)) for one in (first, second)]
    assert [len(one) for one in seen] == [20, 5]
    assert not seen[0] & seen[1]
    assert "Next page" not in second


def written(page: str) -> str:
    """Give the alarms that stand in the form."""
    return html.unescape(re.findall(r"<textarea[^>]*>\n(.*)</textarea>", page, re.DOTALL)[0])


def test_what_happened_to_the_chosen_alarms_is_what_the_draft_is_tried_on(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    raised = FAN | {"raised_at": format_instant(NOON)}
    worse = raised | {"perceived_severity": "critical"}
    over = FAN | {"perceived_severity": "cleared", "cleared_at": format_instant(NOON + MINUTE)}
    send(sessions, acme, raised, RAIN, worse, over)
    address = at(sessions, acme, on=["cleared"])

    page = browser.post(address, data={"do": "take", "chosen": ids(sessions, acme)["a"]}).text
    text = written(page)
    tried = browser.post(address, data={"alarms": text}).text

    severities = [one["perceived_severity"] for one in json.loads(text)["events"]]
    assert severities == ["major", "critical", "cleared"]
    assert "The draft fires <b>1</b> time" in tried


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"will_clear": False}, id="not cleared by its source"),
        pytest.param({"service_affecting": True}, id="customers notice"),
        pytest.param({"threshold": {"indicator": "load", "observed": 97.5}}, id="threshold"),
        pytest.param({"proposed_repair_actions": "change the fan"}, id="what may mend it"),
    ],
)
def test_what_sources_said_of_the_chosen_alarms_is_taken(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    said: dict[str, Any],
) -> None:
    send(sessions, acme, FAN | said)
    address = at(sessions, acme)

    page = browser.post(address, data={"do": "take", "chosen": ids(sessions, acme)["a"]}).text

    (event,) = json.loads(written(page))["events"]
    assert event | said == event


@pytest.mark.parametrize(
    ("number", "words"),
    [pytest.param(0, "mark at least one", id="none"), pytest.param(101, "at most 100", id="many")],
)
def test_what_cannot_be_taken_is_said_and_what_is_chosen_stays(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    number: int,
    words: str,
) -> None:
    send(sessions, acme, *(FAN | {"managed_object": f"fan-{at}"} for at in range(number)))
    marked = list(ids(sessions, acme).values())

    answer = browser.post(
        at(sessions, acme), data={"do": "take", "chosen": marked, "alarms": "my own"}
    )

    assert (answer.status_code, words in answer.text) == (422, True)
    assert answer.text.count(" checked") == number
    assert "my own</textarea>" in answer.text


def test_no_alarm_of_another_tenant_can_be_chosen(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
        with as_tenant(session, other.id):
            append(session, other.id, [parse_event(FAN)], now=utc_now())
            apply_batch(session, other.id, take(session, 9), now=utc_now())
            (foreign,) = list_alarms(session, other.id, AlarmFilter(state=""))

    asked = {"do": "take", "chosen": str(foreign.id), "alarms": ""}
    answer = browser.post(at(sessions, acme), data=asked)

    assert answer.status_code == 422
    assert "fan stopped" not in answer.text


def test_planned_work_that_would_hold_an_alarm_back_is_told(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        plan_window(session, acme.id, document=window_document(), by="Ann", now=NOON)
    event = FAN | {"raised_at": format_instant(NOON)}

    page = browser.post(at(sessions, acme), data={"alarms": json.dumps(event)}).text

    assert "The draft does not fire for these alarms." in page
    assert "planned work “Core upgrade” holds it back: rules do not judge it" in page


def test_a_rule_is_tried_on_an_input_recorded_for_a_workflow(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address, kept = at(sessions, acme), recorded(sessions, acme.id, "fan stopped")

    page = browser.get(address).text
    taken = browser.post(address, data={"do": "recorded", "recorded": str(kept), "alarms": ""})

    assert f'<option value="{kept}">Gold (' in page
    text = html.unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", taken.text, re.DOTALL)[-1])
    (event,) = json.loads(text)["events"]
    assert (event["managed_object"], event["text"]) == ("kept-1", "fan stopped")
    tried = browser.post(address, data={"alarms": text}).text
    assert "The draft fires <b>1</b> time for these alarms." in tried


def test_another_tenants_recorded_input_is_neither_offered_nor_taken(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = at(sessions, acme)
    with sessions.begin() as session:
        other = make_customer(session).id
    kept = recorded(sessions, other, "theirs")

    page = browser.get(address).text
    taken = browser.post(address, data={"do": "recorded", "recorded": str(kept), "alarms": ""})

    assert "recorded at a workflow" not in page
    assert taken.status_code == 422
    assert "theirs" not in taken.text


def recorded(sessions: sessionmaker[Session], tenant_id: UUID, text: str) -> UUID:
    """Keep an input of a workflow of a tenant."""
    alarm = {"managed_object": "kept-1", "perceived_severity": "major", "text": text}
    with sessions.begin() as session, as_tenant(session, tenant_id):
        flow = make_flow(session, tenant_id, chain_document(1))
        return keep_input(
            session,
            tenant_id,
            flow.id,
            "Gold",
            trigger_id="rule",
            trigger={"kind": "rule", "alarm": alarm},
            by="t",
            now=NOON,
        )
