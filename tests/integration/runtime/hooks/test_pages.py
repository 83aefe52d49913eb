"""The page Webhooks, as a person without JavaScript uses it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from runtime.flows.versions import set_paused
from runtime.hooks.signature import new_signing_secret
from tenancy.organisations import OrganisationView
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn
from tests.integration.runtime.hooks.conftest import Hooked

BODY = b"{}"
TABS = ["Designer", "Overview", "Settings", "Versions", "Webhooks"]


@pytest.fixture
def at(hooked: Hooked, acme: OrganisationView) -> Any:
    """Give a function that gives an address of the page."""
    return lambda *parts: "/".join([f"/t/{acme.slug}/workflows/{hooked.flow_id}/webhooks", *parts])


def test_it_shows_the_address_and_a_command_to_who_may_change_it(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish(title="Ticket <system>", correlate="= trigger.body.ticket")

    page = html.unescape(signed_in("designer").get(at()).text)

    address = f"http://localhost{hooked.path()}"
    assert f"<code>{address}</code>" in page
    assert f"curl -X POST '{address}'" in page
    assert '"ticket": "T-17"' in page
    assert "Resumes the run that waits for trigger.body.ticket; starts one if none waits" in page
    assert "Nothing came yet" in page
    assert "Signing secret" not in page


def test_it_has_the_tabs_of_the_workflows_pages(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish()

    page = signed_in("designer").get(at()).text

    tabs = re.search(r'<nav class="tabs" aria-label="Pages of .*?</nav>', page, re.DOTALL)
    assert tabs is not None
    assert re.findall(r">(\w+)</a>", tabs[0]) == TABS


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_what_came_and_neither_address_nor_secret(
    hooked: Hooked, signed_in: SignedIn, at: Any, role: str
) -> None:
    hooked.publish(signed=True)
    hooked.call(data=BODY, **hooked.signed(BODY))

    page = signed_in(role).get(at()).text

    assert hooked.path() not in page
    assert hooked.secret not in page
    assert "Renew" not in page
    assert "Make a" not in page
    assert re.search(r"Started.*?See the run", page, re.DOTALL)


def test_a_secret_is_shown_once(hooked: Hooked, signed_in: SignedIn, at: Any) -> None:
    hooked.publish(signed=True, with_secret=False)
    browser = signed_in("designer")
    assert "there is no secret yet" in browser.get(at()).text

    made = browser.post(at("hook", "secret")).text
    secret = html.unescape(re.findall(r"<code>(whsec_.*?)</code>", made)[0])

    assert "there is no secret yet" not in made
    assert secret not in html.unescape(browser.get(at()).text)
    assert hooked.call(data=BODY, **hooked.signed(BODY, secret=secret)).status_code == 202


def test_a_pasted_secret_is_kept_and_never_shown(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish(signed=True)
    browser, theirs = signed_in("designer"), new_signing_secret()

    kept = browser.post(at("hook", "secret"), data={"secret": theirs}, follow_redirects=True).text
    wrong = browser.post(at("hook", "secret"), data={"secret": "hunter2"})

    assert "The secret is kept" in kept
    assert theirs not in html.unescape(kept)
    assert wrong.status_code == 422
    assert "paste it as the sender shows it" in wrong.text
    assert "hunter2" not in wrong.text
    assert "Drop the old secret" in kept
    dropped = browser.post(at("hook", "drop-old-secret"), follow_redirects=True).text
    assert "The old secret counts no longer" in dropped
    assert "Drop the old secret" not in dropped


def test_renewing_asks_first_and_replaces_the_address(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish()
    browser, old = signed_in("designer"), hooked.path()
    page = browser.get(at()).text
    assert re.search(r'<dialog[^>]*id="renew".*?cannot be undone', page, re.DOTALL)

    renewed = browser.post(at("hook", "renew"), follow_redirects=True).text

    assert hooked.path() in renewed
    assert old not in renewed
    assert "The old one is refused from now on" in renewed


def test_a_test_delivery_starts_a_real_run_without_a_signature(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish(signed=True)

    sent = signed_in("operator").post(at("hook", "test"), data={"body": '{"a": 1}'})

    (run,) = hooked.runs()
    assert sent.status_code == 303
    assert sent.location.endswith(f"/runs/{run.id}")
    assert run.trigger["body"] == {"a": 1}
    assert hooked.deliveries()[0].sender == "test by Anna"


def test_a_refused_test_comes_back_with_its_text(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish()
    browser = signed_in("operator")

    malformed = browser.post(at("hook", "test"), data={"body": "{oops"})
    with hooked.bench.writing() as session:
        set_paused(session, hooked.bench.tenant_id, hooked.flow_id, paused=True, now=NOON)
    paused = browser.post(at("hook", "test"), data={"body": "{}"})

    assert (malformed.status_code, paused.status_code) == (422, 422)
    assert "{oops" in malformed.text
    assert "the body is not JSON" in malformed.text
    assert "paused: resume it first" in paused.text
    assert "The workflow is paused" in paused.text
    assert hooked.runs() == []


def test_without_a_webhook_it_says_how_to_come_by_one(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.flow_id = hooked.bench.publish({"end": step("end")}, ["hand > end"])
    browser = signed_in("designer")
    none = browser.get(at()).text
    triggers = {"hook": {"kind": "webhook"}}
    with hooked.bench.writing() as session:
        document = flow_document({"end": step("end")}, ["hook > end"], triggers=triggers)
        flow = make_flow(session, hooked.bench.tenant_id, document, publish=False)
    hooked.flow_id = flow.id

    assert "Put Webhook on the canvas" in none
    assert "Pages of" in none
    assert "Publish the workflow: its address is made then" in browser.get(at()).text
    assert browser.get(at("hook")).status_code == 404


def test_a_webhook_published_some_other_way_gets_its_address_by_a_button(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    triggers = {"hook": {"kind": "webhook"}}
    steps = {"end": step("end")}
    hooked.flow_id = hooked.bench.publish(steps, ["hook > end"], triggers=triggers)
    browser = signed_in("designer")
    assert "It has no address yet" in browser.get(at()).text

    browser.post(at())

    assert hooked.path() in browser.get(at()).text


def test_publishing_on_the_page_makes_the_address(
    hooked: Hooked, signed_in: SignedIn, acme: OrganisationView
) -> None:
    triggers = {"hook": {"kind": "webhook"}}
    with hooked.bench.writing() as session:
        document = flow_document({"end": step("end")}, ["hook > end"], triggers=triggers)
        flow = make_flow(session, hooked.bench.tenant_id, document, publish=False)
    hooked.flow_id = flow.id

    signed_in("designer").post(f"/t/{acme.slug}/workflows/{flow.id}/publish", data={"note": ""})

    assert hooked.call({}).status_code == 202


def test_several_webhooks_are_told_apart_by_tabs(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    one, two = ({"kind": "webhook", "title": title} for title in ("Shop", "Tickets"))
    wires = ["shop > end", "tickets > end"]
    triggers = {"shop": one, "tickets": two}
    hooked.flow_id = hooked.bench.publish({"end": step("end")}, wires, triggers=triggers)

    page = signed_in("viewer").get(at("tickets")).text

    assert re.search(r'/webhooks/tickets" aria-current="page">Tickets', page)
    assert re.search(r'/webhooks/shop">Shop', page)


def test_live_updates_get_the_deliveries_alone(
    hooked: Hooked, signed_in: SignedIn, at: Any
) -> None:
    hooked.publish()
    hooked.call({})

    part = signed_in("viewer").get(at("hook"), headers={"HX-Request": "true"}).text

    assert "<html" not in part
    assert 'hx-trigger="webhooks from:body throttle:2s"' in part
    assert "See the run" in part


def test_the_workflows_pages_lead_there(
    hooked: Hooked, signed_in: SignedIn, acme: OrganisationView, at: Any
) -> None:
    hooked.publish()
    browser = signed_in("designer")

    for page in ("", "/details"):
        shown = browser.get(f"/t/{acme.slug}/workflows/{hooked.flow_id}{page}").text
        assert f'href="{at()}"' in shown
