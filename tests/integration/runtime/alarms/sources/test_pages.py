"""The pages of sources, as a browser without JavaScript meets them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from kernel.clock import utc_now
from runtime.alarms.sources.fillings import note_unknown
from runtime.alarms.sources.store import configure_source
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.conftest import SignedIn
from tests.integration.runtime.alarms.sources.conftest import (
    MAPPING,
    SENT,
    MakeSender,
    Sender,
)

FORM = {
    "from-managed_object": "host",
    "from-perceived_severity": "level",
    "from-specific_problem": "rule",
    "sample": json.dumps(SENT),
    "clear_sample": json.dumps({**SENT, "level": "ok"}),
    "clear-from": "level",
    "clear-is": "ok, gone",
}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("designer")


def at(acme: OrganisationView, sender: Sender | None = None, path: str = "") -> str:
    base = f"/t/{acme.slug}/sources"
    return f"{base}/{sender.source_id}{path}" if sender else base + path


def test_a_preset_leads_to_its_mapping_with_the_alarm_that_results(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    made = browser.post(at(acme), data={"kind": "json:zabbix", "name": "Zabbix"})
    page = browser.get(made.location).text

    assert made.location.endswith("/mapping?preset=zabbix")
    assert "edge-zrh-1" in page
    assert "The end in the second sample ends the problem in the first." in page


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"kind": "json", "name": " "}, "name: write 1 to 120 characters"),
        ({"kind": "fax", "name": "Fax"}, "kind: choose one of"),
        ({"kind": "grafana", "name": "NMS"}, "a source is named NMS already"),
    ],
)
def test_a_new_source_that_cannot_be_made_says_why(
    browser: FlaskClient,
    acme: OrganisationView,
    make_sender: MakeSender,
    form: dict[str, str],
    says: str,
) -> None:
    make_sender()

    refused = browser.post(at(acme), data=form)

    assert refused.status_code == 422
    assert says in refused.text


def test_the_button_shows_the_alarm_and_keeps_nothing(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()

    page = browser.post(at(acme, sender, "/mapping/preview"), data=FORM)

    assert page.status_code == 200
    assert "The alarm that results" in page.text
    assert 'data-path="rule"' in page.text
    assert sender.look().mapping is None


def test_a_mapping_is_kept_and_read_by(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()

    saved = browser.post(at(acme, sender, "/mapping"), data=FORM)

    assert saved.status_code == 303
    assert sender.look().mapping_version == 1
    assert sender.send(SENT).get_json()["accepted"] == 1
    shown = browser.get(at(acme, sender, "/mapping?version=1")).text
    assert 'value="ok, gone"' in shown
    no_version = browser.get(at(acme, sender, f"/mapping?version={'9' * 30}"))
    assert no_version.status_code == 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"from-managed_object": ""}, "managed_object is missing"),
        ({"from-specific_problem": "level"}, "never ends the problem in the first"),
        ({"severities": "5"}, "write a line as `p1 = critical`"),
        ({"attributes": "site"}, "attributes: write a line as"),
        ({"clear-is": ""}, "tell both"),
        ({"sample": "{"}, "the sample is not JSON"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_what_was_typed(
    browser: FlaskClient,
    acme: OrganisationView,
    make_sender: MakeSender,
    change: dict[str, str],
    says: str,
) -> None:
    sender = make_sender()

    refused = browser.post(at(acme, sender, "/mapping"), data={**FORM, **change})

    assert refused.status_code == 422
    assert says in refused.text
    assert "ok, gone" in refused.text or "clear-is" in change
    assert sender.look().mapping is None


def test_what_was_refused_last_is_the_sample_to_begin_with(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()
    sender.send({"colour": "red"})

    page = browser.get(at(acme, sender, "/mapping")).text

    assert "{\n  &#34;colour&#34;: &#34;red&#34;\n}</textarea>" in page
    assert 'data-path="colour"' in page


def test_a_kind_whose_form_is_known_has_no_mapping(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender("grafana")

    assert browser.get(at(acme, sender, "/mapping")).status_code == 404


def test_shows_what_came_beside_what_it_became(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(SENT)

    page = browser.get(at(acme, sender)).text

    assert "&#34;level&#34;: &#34;major&#34;" in page
    assert "&#34;perceived_severity&#34;: &#34;major&#34;" in page
    assert "mapping 1" in page


def test_the_address_is_shown_to_those_alone_who_may_change_it(
    signed_in: SignedIn, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()

    assert sender.address in signed_in("designer").get(at(acme, sender)).text
    seen = signed_in("viewer").get(at(acme, sender))
    assert seen.status_code == 200
    assert "/in/" not in seen.text


@pytest.mark.parametrize("path", ["", "/settings", "/mapping", "/faults"])
def test_a_source_of_another_tenant_is_not_there(
    browser: FlaskClient, acme: OrganisationView, path: str
) -> None:
    stranger = UUID("00000000-0000-7000-8000-000000000000")

    assert browser.get(f"{at(acme)}/{stranger}{path}").status_code == 404


def test_a_refused_body_is_shown_retried_and_dismissed(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send({**SENT, "level": "awful"})
    faults = at(acme, sender, "/faults")
    page = browser.get(faults).text
    fault_id = page.partition('id="fault-')[2].partition('"')[0]

    still = browser.post(f"{faults}/{fault_id}/retry")
    browser.post(at(acme, sender, "/mapping"), data={**FORM, "severities": "awful = minor"})
    taken = browser.post(f"{faults}/{fault_id}/retry")

    assert "&#39;awful&#39; is not known" in page
    assert (still.status_code, taken.status_code) == (422, 303)
    assert "Refused still" in still.text
    assert "Nothing was refused" in browser.get(faults).text


def test_all_refused_bodies_are_dismissed_at_once(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender(mapping=MAPPING)
    for level in ("a", "b"):
        sender.send({**SENT, "level": level})

    browser.post(at(acme, sender, "/faults/dismiss"))

    assert "Nothing was refused" in browser.get(at(acme, sender, "/faults")).text


def test_settings_keep_name_and_expectations_or_nothing_of_it(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()
    settings = at(acme, sender, "/settings")
    good = {"name": "Core", "expect_every_s": "5 minutes", "ttl_s": "2 hours"}

    refused = browser.post(settings, data={**good, "ttl_s": "soon"})
    before = sender.look()
    browser.post(settings, data=good)

    assert refused.status_code == 422
    assert 'value="soon"' in refused.text
    assert (before.name, before.config) == ("NMS", {})
    after: Any = sender.look()
    assert (after.name, after.config) == ("Core", {"expect_every_s": 300, "ttl_s": 7200})


@pytest.mark.parametrize("verb", ["pause", "resume", "rotate", "delete"])
def test_deeds_lead_back_to_a_page_that_is_there(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender, verb: str
) -> None:
    answer = browser.post(at(acme, make_sender(), f"/{verb}"))

    assert answer.status_code == 303
    assert browser.get(answer.location).status_code == 200


def test_the_list_is_filtered_and_says_when_nothing_fits(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    make_sender()

    assert "NMS" in browser.get(at(acme, path="?state=unheard&kind=json&q=nm")).text
    assert "No source fits" in browser.get(at(acme, path="?state=silent")).text


def test_the_list_has_pages(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    for name in ("A", "B", "C"):
        make_sender(name=name)

    first = browser.get(at(acme, path="?limit=2")).text
    place = first.partition("cursor=")[2].partition('"')[0]
    second = browser.get(at(acme, path=f"?limit=2&cursor={place}")).text

    assert ">B</a>" in first
    assert ">C</a>" not in first
    assert ">C</a>" in second


def test_refused_bodies_have_pages(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender(mapping=MAPPING)
    for level in ("first", "second"):
        sender.send({**SENT, "level": level})
    at_faults = at(acme, sender, "/faults?limit=1")

    newest = browser.get(at_faults).text
    place = newest.partition("cursor=")[2].partition('"')[0]
    oldest = browser.get(f"{at_faults}&cursor={place}").text

    assert "2 in all" in newest
    assert "second" in newest
    assert "&#39;first&#39; is not known" not in newest
    assert "&#39;first&#39; is not known" in oldest


def test_settings_say_that_the_inventory_fills_what_is_left_out(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()
    settings = at(acme, sender, "/settings")

    alone = browser.post(settings, data={"name": "NMS", "fill_attributes": "vendor"})
    good = {"name": "NMS", "fill_from_inventory": "true", "fill_attributes": "vendor, tier"}
    browser.post(settings, data=good)

    assert (alone.status_code, "tick that it is filled" in alone.text) == (422, True)
    kept = {"fill_from_inventory": True, "fill_attributes": ["vendor", "tier"]}
    assert sender.look().config == kept
    assert 'value="vendor, tier"' in browser.get(settings).text


def test_objects_that_the_inventory_lacks_are_told(
    browser: FlaskClient, acme: OrganisationView, make_sender: MakeSender
) -> None:
    sender = make_sender()
    with sender.sessions.begin() as session, as_tenant(session, acme.id):
        where = (session, acme.id, sender.source_id)
        configure_source(*where, config={"fill_from_inventory": True}, now=utc_now())
        note_unknown(*where, number=3, last="r9")

    page = browser.get(at(acme, sender)).text

    assert "Events about objects that the inventory does not have: 3" in page
    assert "“r9”" in page
