"""What the data picker shows of real runs, and what nobody is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.flows.versions import FlowView
from runtime.inventory.resources import save_resource
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.start import Start, start_trial
from runtime.trials.inputs import keep_input
from runtime.trials.pins import pin_step
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

VALUES = {"site": "= trigger.alarm.place", "token": "t-9f86", "deep": [{"n": 1}]}
DOCUMENT = flow_document(
    {
        "facts": step("set-data", config={"values": VALUES}),
        "log": step("write-log", config={"message": "x"}),
    },
    ["rule > facts", "facts:done > log"],
    triggers={"rule": {"kind": "rule"}},
)
ALARM = {"managed_object": "link-7", "place": "Bern"}


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    """A workflow whose draft was tried once."""
    start = Start(trigger={"kind": "rule", "alarm": ALARM}, trigger_id="rule", subject="link-7")
    with sessions.begin() as session, as_tenant(session, acme.id):
        made = make_flow(session, acme.id, DOCUMENT, publish=False)
        start_trial(session, acme.id, made.id, start, allow_effects=False, now=NOON)
    brokers = Brokers(http=HttpBroker(), mail=MailBroker())
    Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=brokers,
        wake_next=lambda: None,
    ).advance_batch(now=NOON)
    return made


def _ask(signed_in: SignedIn, at: str, role: str = "designer", **more: Any) -> Any:
    form = {"document": json.dumps(DOCUMENT), "step": "log", **more}
    return signed_in(role).post(at, data=form)


def test_a_step_is_offered_what_the_last_run_gave_and_no_secret(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    page = _ask(signed_in, f"/t/{acme.slug}/workflows/{flow.id}/data").text

    assert "the test run of" in page
    assert "steps.facts.output.?site.orValue(&#34;&#34;)" in page
    assert "<bdi>Bern</bdi>" in page
    assert "t-9f86" not in page


def test_an_expression_is_tried_on_what_the_last_run_gave(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"
    text = "= steps.facts.output.site + '/' + steps.facts.output.token"

    page = _ask(signed_in, at, pointer="/config/message", text=text).text

    assert "Bern/••••••" in page
    assert "on the test run of" in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "trigger.alarm.flap_count > 1",
            "it has no Alarm \u203a Times reopened",
            id="always there",
        ),
        pytest.param("trigger.alarm.flaps > 1", "there is no &#39;flaps&#39; here", id="unknown"),
        pytest.param("has(trigger.alarm.flap_count)", "false", id="allowed for"),
    ],
)
def test_a_sample_without_what_every_alarm_has_is_blamed_and_not_the_expression(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView, text: str, said: str
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"

    page = _ask(signed_in, at, pointer="/config/message", text=f"= {text}").text

    assert said in page


@pytest.mark.parametrize(
    ("node", "text", "said"),
    [
        pytest.param(
            "log",
            "steps.more.output",
            "more gave nothing here yet: make a test run to see real values",
            id="a step",
        ),
        pytest.param(
            "note",
            "item",
            "no round of the loop ran here yet: make a test run to see real values",
            id="a round",
        ),
    ],
)
def test_what_did_not_run_yet_is_told_and_no_sample_is_blamed(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView, node: str, text: str, said: str
) -> None:
    more = step("set-data", config={"values": {"n": 1}})
    body = {"steps": {"note": step("write-log", config={"message": "x"})}, "wires": []}
    loop = step("for-each", config={"items": [1]}, body=body)
    wires = ["rule > more", "more:done > log", "log:done > loop"]
    steps = {"more": more, "log": DOCUMENT["steps"]["log"], "loop": loop}
    document = json.dumps(flow_document(steps, wires, triggers=DOCUMENT["triggers"]))
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"
    form = {"document": document, "step": node, "pointer": "/config/message"}

    page = _ask(signed_in, at, text=f"= {text}", **form).text

    assert said in page


def test_the_form_of_a_step_shows_what_its_fields_take_with_the_last_value(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    node = step("write-log", config={"message": "= steps.facts.output.site"})
    form = {"node": "log", "value": json.dumps(node), "document": json.dumps(DOCUMENT)}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    page = signed_in("designer").post(at, data=form).text

    assert "<bdi>Set data \u203a Site</bdi>" in page
    assert "Last value: <bdi>Bern</bdi>" in page


def test_the_workflow_itself_and_several_steps_have_a_form_too(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/inspector"

    whole = _ask(signed_in, at, filled="1", **{"/flow/description": "Why"}).text
    several = _ask(signed_in, at, node="facts,log").text

    assert '"description": "Why"' in whole
    assert "2 selected" in several


def test_more_steps_than_a_form_takes_are_refused_with_what_to_do(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/inspector"

    answer = _ask(signed_in, at, node="log," * 2_001)

    assert answer.status_code == 422
    assert "choose fewer" in answer.text


def test_a_text_too_long_to_try_is_refused_by_name(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"

    answer = _ask(signed_in, at, text="x" * 20_001)

    assert answer.status_code == 422
    assert "at most 20,000 characters are tried" in answer.text


def test_an_example_of_its_block_sets_a_step_up(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    form = {"node": "log", "value": json.dumps(step("write-log", title="Kept")), "filled": "1"}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    page = signed_in("designer").post(at, data={**form, "_example": "0"}).text

    value = _value(page)
    assert value["title"] == "Kept"
    assert value["config"]["message"]


def test_a_rule_is_offered_an_alarms_fields_in_words_with_the_values_of_a_real_one(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "link-7", attributes={"ring": "R9", "token": "t-9f86"})
        save_resource(session, acme.id, {"key": "link-7", "attributes": {"vendor": "Acme"}})

    page = signed_in("designer").get(f"/t/{acme.slug}/data/alarm").text

    assert 'data-braces="{managed_object}"' in page
    assert "<bdi>link-7</bdi>" in page
    assert 'data-trail="What sources added \u203a ring"' in page
    assert 'data-insert="inventory.vendor"' in page
    assert "<bdi>Acme</bdi>" in page
    assert "t-9f86" not in page


def test_a_rule_is_offered_no_field_and_no_value_of_another_tenant(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_alarm(session, other, "theirs-1", attributes={"their_ring": "R9"})
            save_resource(session, other, {"key": "theirs-1", "attributes": {"their_owner": "X"}})

    page = signed_in("designer").get(f"/t/{acme.slug}/data/alarm?sample=alarm:{foreign}").text

    assert "their" not in page
    assert "a made-up alarm" in page


def test_when_a_sample_is_of_is_told_in_the_readers_zone(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data"

    offered = _ask(signed_in, at).text
    tried = _ask(signed_in, f"{at}/tried", pointer="/config/message", text="= 1").text

    told = 'class="instant" data-at="2026-11-24T12:00:00+00:00" data-before="the test run of "'
    assert f'{told} data-after=": link-7"' in offered
    assert 'datetime="2026-11-24T12:00:00Z"' in tried
    assert "UTC" not in tried.replace('UTC"', "")  # its title alone says the zone of Garland


def test_recorded_inputs_and_pins_are_samples_by_their_names(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    kept = {
        "kind": "rule",
        "alarm": {"managed_object": "kept-1", "attributes": {"token": "t-9f87"}},
    }
    output = {"site": "Thun", "token": "t-9f88"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        where = (session, acme.id, flow.id)
        kept_id = keep_input(*where, "Gold", trigger_id="rule", trigger=kept, by="t", now=NOON)
        pin_step(*where, "facts", port="done", output=output, by="t", now=NOON)
    at = f"/t/{acme.slug}/workflows/{flow.id}/data"

    page = _ask(signed_in, at, sample=f"input:{kept_id}").text

    assert "the recorded input \u201cGold\u201d" in page
    assert "what is pinned: " in page
    assert "<bdi>kept-1</bdi>" in page
    assert "<bdi>Thun</bdi>" in page
    assert "t-9f87" not in page
    assert "t-9f88" not in page


def test_what_was_kept_for_another_workflow_is_no_sample(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_flow(session, other, DOCUMENT)
            trigger = {"kind": "rule", "alarm": {"managed_object": "theirs-1"}}
            where = (session, other, foreign.id)
            kept = keep_input(
                *where, "Theirs", trigger_id="rule", trigger=trigger, by="t", now=NOON
            )

    page = _ask(signed_in, f"/t/{acme.slug}/workflows/{flow.id}/data", sample=f"input:{kept}").text

    assert "Theirs" not in page
    assert "theirs-1" not in page


def test_data_that_is_put_in_is_written_by_the_server(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    parts = [{"text": "Down: "}, {"path": "run.n", "kind": "number"}, {"text": ""}]
    node = step("write-log", config={"message": "Down: "})
    held = {"node": "log", "value": json.dumps(node), "document": json.dumps(DOCUMENT)}
    form = {**held, "filled": "1", "/config/message": "Down: "}
    asked = {"_op": "fx:/config/message", "_fx": json.dumps(parts)}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    put_in = signed_in("designer").post(at, data={**form, **asked}).text
    typed = (
        signed_in("designer")
        .post(at, data={**form, "_rich:/config/message": json.dumps([*parts, {"text": "!"}])})
        .text
    )

    assert _value(put_in)["config"]["message"] == '= "Down: " + string(run.n)'
    assert _value(typed)["config"]["message"] == '= "Down: " + string(run.n) + "!"'


def test_whether_a_failed_run_raises_an_alarm_is_switched_in_the_form_of_any_step(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    node = step("write-log", config={"message": "x"})
    held = {"node": "log", "value": json.dumps(node), "document": json.dumps(DOCUMENT)}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    page = signed_in("designer").post(at, data={**held, "filled": "1", "_alarm": "major"}).text

    assert '<option value="major" selected>a major alarm' in page
    assert _island(page)["settings"] == {"on_failure": {"alarm": "major"}}


def test_what_completes_an_expression_is_given_where_its_caret_is_told(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"
    asked = {"field": "/config/message", "pointer": "/message", "text": "= managed ob"}

    page = _ask(signed_in, at, **asked, caret="9").text
    silent = _ask(signed_in, at, **asked).text

    assert 'data-insert="trigger.alarm.managed_object" data-from="2"' in page
    assert 'role="option"' not in silent


def _island(page: str) -> Any:
    return json.loads(page.partition('id="inspector-value">')[2].partition("</script>")[0])


def _value(page: str) -> Any:
    return _island(page)["value"]


def test_another_tenants_workflow_gives_no_data(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_flow(session, other, DOCUMENT)
    at = f"/t/{acme.slug}/workflows/{foreign.id}"

    codes = [_ask(signed_in, f"{at}/{one}").status_code for one in ("data", "data/tried")]

    assert codes == [404, 404]
    assert _ask(signed_in, f"{at}/inspector").status_code == 404
