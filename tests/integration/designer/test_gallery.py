"""Templates over HTTP: found, looked at, tried, used whole or not at all, and kept."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from designer.gallery import store
from designer.gallery.library import library
from designer.gallery.store import own_templates
from kernel.clock import utc_now
from runtime.calendars.store import calendar_names
from runtime.flows.versions import FlowView, draft_problems, list_flows
from runtime.inventory.lookups.store import list_tables
from runtime.rules.model import Mode
from runtime.rules.store import RuleView, list_rules
from runtime.runs.query import RunFilter, list_runs
from tenancy.organisations import OrganisationView
from tenancy.policies import set_two_people
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

GALLERY = "/t/{}/workflows/templates"
DRIFT = {
    "name": "Drift",
    "/values/devices": "{}",
    "/values/devices/0": "r1.example.net",
    "/values/kind": "juniper",
    "/values/to": "{}",
    "/values/to/0": "nets@example.com",
    "/values/hour": "0 3 * * *",
    "/values/zone": "Europe/Berlin",
}
POWER = {
    "name": "Power",
    "/values/severity": "major",
    "/values/short_h": "4",
    "/values/wait_s": "90",
    "/values/wait_s/#unit": "min",
    "/values/decides": "admin",
    "/values/crew": "{}",
    "/values/crew/0": "crew@example.com",
    "/values/noc": "{}",
    "/values/noc/0": "noc@example.com",
}


class FormReader(HTMLParser):
    """Reads what the controls of a template's form hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a control that is sent."""
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in said:
            self._note(self._select, said)
        elif tag == "input" and (said.get("type") != "radio" or "checked" in said):
            self._note(name, said)

    def _note(self, name: str, said: dict[str, str | None]) -> None:
        if name.startswith("/values") or name == "name":
            self.found[name] = said.get("value") or ""


class There:
    """What an organisation has."""

    def __init__(self, sessions: sessionmaker[Session], tenant: OrganisationView) -> None:
        self._sessions, self._tenant = sessions, tenant

    @property
    def flows(self) -> list[FlowView]:
        """Its workflows."""
        with self._sessions() as session, as_tenant(session, self._tenant.id):
            return list_flows(session, self._tenant.id)

    @property
    def rules(self) -> list[RuleView]:
        """Its rules."""
        with self._sessions() as session, as_tenant(session, self._tenant.id):
            return list_rules(session, self._tenant.id)

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """The names of its look-up tables and calendars."""
        with self._sessions() as session, as_tenant(session, self._tenant.id):
            tables = [one.name for one in list_tables(session, self._tenant.id)]
            return tables, calendar_names(session, self._tenant.id)


@pytest.fixture
def there(sessions: sessionmaker[Session], acme: OrganisationView) -> There:
    return There(sessions, acme)


@pytest.fixture
def gallery(acme: OrganisationView) -> str:
    return GALLERY.format(acme.slug)


def test_every_template_has_a_card_and_search_finds_one_by_its_purpose(
    signed_in: SignedIn, gallery: str
) -> None:
    browser = signed_in("viewer")

    every, found = browser.get(gallery).text, browser.get(f"{gallery}?q=scrubbing attack").text

    assert all(one.title.replace("'", "&#39;") in every for one in library().values())
    assert "DDoS: divert" in found
    assert "Fibre cut: one" not in found
    assert "No template fits" in browser.get(f"{gallery}?q=unicorn").text


def test_a_category_leaves_its_templates(signed_in: SignedIn, gallery: str) -> None:
    shown = signed_in("viewer").get(f"{gallery}?category=order-handling").text

    assert "Order fall-out" in shown
    assert "DDoS" not in shown


def test_a_template_of_a_pack_that_is_not_installed_leads_to_the_pack(
    signed_in: SignedIn, gallery: str
) -> None:
    shown = signed_in().get(f"{gallery}/pack-e-mail-but-not-at-night").text

    assert "Pack Notify is not installed" in shown
    assert "/packs/garland.notify" in shown


def test_a_template_shows_its_form_with_the_persons_own_address_and_what_it_needs(
    signed_in: SignedIn, gallery: str
) -> None:
    shown = signed_in("designer").get(f"{gallery}/cell-site-power").text

    assert "noc@example.com" not in shown
    assert "designer" in shown
    assert "cell-sites" in shown
    assert "Comes with it" in shown


@pytest.mark.parametrize("key", library())
def test_each_template_is_shown_tried_and_used(
    signed_in: SignedIn, gallery: str, there: There, key: str
) -> None:
    browser = signed_in("designer")
    asked = read_form(browser.get(f"{gallery}/{key}").text)

    tried = browser.post(f"{gallery}/{key}/try", data={**asked, "trial": "0"})
    used = browser.post(f"{gallery}/{key}", data=asked)

    assert (tried.status_code, used.status_code) == (200, 303)
    assert "It would end well" in tried.text
    assert [one.name for one in there.flows] == [library()[key].flow["name"]]
    assert browser.get(used.location).status_code == 200


def read_form(page: str) -> dict[str, str]:
    """Give what a browser would send of the form as it came."""
    reader = FormReader()
    reader.feed(page)
    return reader.found


def test_using_one_makes_a_draft_an_observing_rule_and_its_table(
    signed_in: SignedIn, gallery: str, there: There
) -> None:
    answer = signed_in("designer").post(f"{gallery}/cell-site-power", data=POWER)

    [flow], [rule] = there.flows, there.rules
    assert answer.location.endswith(str(flow.id))
    assert (flow.name, flow.live_number) == ("Power", None)
    assert flow.draft["steps"]["mains"]["config"]["timeout_s"] == 5_400
    assert flow.draft["vars"]["short_h"] == 4
    assert rule.mode is Mode.OBSERVE
    assert rule.draft["then"] == [{"do": "start", "flow": "power"}]
    assert rule.draft["when"]["all"][1]["value"] == "major"
    assert there.names[0] == ["cell-sites"]


def test_a_second_use_keeps_the_table_and_its_rule_starts_the_second_workflow(
    signed_in: SignedIn, gallery: str, there: There
) -> None:
    browser = signed_in("designer")

    for _ in range(2):
        browser.post(f"{gallery}/cell-site-power", data=POWER)

    assert {one.slug for one in there.flows} == {"power", "power-2"}
    assert {one.draft["then"][0]["flow"] for one in there.rules} == {"power", "power-2"}
    assert there.names[0] == ["cell-sites"]


def test_what_is_missing_is_a_connection_and_nothing_else(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    there: There,
) -> None:
    signed_in("designer").post(f"{gallery}/configuration-drift", data=DRIFT)

    [flow] = there.flows
    with sessions() as session, as_tenant(session, acme.id):
        found = [one.message for one in draft_problems(session, acme.id, flow.id)]
    assert found == ["Read its configuration: Sign-in at the device needs a connection: choose one"]
    assert flow.draft["triggers"]["night"]["cron"] == "0 3 * * *"


def test_all_is_made_or_nothing(signed_in: SignedIn, gallery: str, there: There) -> None:
    answer = signed_in("designer").post(
        f"{gallery}/cell-site-power", data={**POWER, "name": "x" * 300}
    )

    assert answer.status_code == 422
    assert "Nothing was made" in answer.text
    assert (there.flows, there.rules, there.names) == ([], [], ([], []))


def test_a_form_that_is_wrong_says_which_field_and_makes_nothing(
    signed_in: SignedIn, gallery: str, there: There
) -> None:
    answer = signed_in("designer").post(
        f"{gallery}/cell-site-power", data={**POWER, "/values/short_h": "many"}
    )

    assert answer.status_code == 422
    assert "short_h" in answer.text
    assert there.flows == []


def test_a_button_of_the_form_changes_the_form_alone(
    signed_in: SignedIn, gallery: str, there: There
) -> None:
    answer = signed_in("designer").post(
        f"{gallery}/cell-site-power", data={**POWER, "_op": "add:/values/crew"}
    )

    assert 'name="/values/crew/1"' in answer.text
    assert there.flows == []


def test_where_two_people_are_asked_for_its_rule_stays_a_draft(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    there: There,
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_two_people(session, acme.id, needed=True, by="Ada", now=utc_now())

    signed_in("designer").post(f"{gallery}/cell-site-power", data=POWER)

    assert [one.mode for one in there.rules] == [Mode.DRAFT]


def test_trying_one_makes_nothing_and_starts_no_run(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    there: There,
) -> None:
    answer = signed_in("viewer").post(
        f"{gallery}/cell-site-power/try", data={**POWER, "trial": "1"}
    )

    assert "Shut the sectors down" in answer.text
    assert (there.flows, there.rules, there.names) == ([], [], ([], []))
    with sessions() as session, as_tenant(session, acme.id):
        assert list_runs(session, acme.id, RunFilter(with_trials=True)) == []


def test_who_may_only_look_uses_none(signed_in: SignedIn, gallery: str, there: There) -> None:
    assert signed_in("operator").post(f"{gallery}/ddos", data={}).status_code == 403
    assert there.flows == []


def test_its_picture_is_drawn_and_does_nothing_by_itself(signed_in: SignedIn, gallery: str) -> None:
    answer = signed_in("viewer").get(f"{gallery}/ddos/picture.svg")

    assert answer.mimetype == "image/svg+xml"
    assert "Divert it" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_workflow_is_kept_as_a_template_of_the_organisation_alone(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    there: There,
) -> None:
    config = {"url": "https://x.test", "headers": {"Authorization": "Bearer 1"}}
    document = flow_document(
        {
            "call": step("http-request", config=config),
            "log": step("write-log", config={"message": "hello"}),
        },
        ["hand > call", "call:done > log"],
        name="Calls",
    )
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document, publish=False)
        other = make_customer(session, "Other")
    said = {"title": "Our calls", "summary": "Calls", "category": "other"}
    browser = signed_in("designer")
    address = gallery.replace("templates", f"{flow.id}/template")

    asked = browser.get(address).text
    kept = browser.post(address, data={**said, "ask": "/steps/log/config/message"})
    shown = browser.get(kept.location).text
    browser.post(kept.location, data={"name": "Again", "/values/p1": "bye"})

    assert "Secrets stand in this workflow" in asked
    assert "Our calls" in shown
    assert "Bearer 1" not in shown
    made = next(one for one in there.flows if one.name == "Again")
    assert made.draft["steps"]["log"]["config"]["message"] == "bye"
    assert made.draft["steps"]["call"]["config"]["headers"] == {}
    stranger = signed_in("admin", other)
    assert stranger.get(kept.location.replace(acme.slug, other.slug)).status_code == 404
    assert browser.post(f"{kept.location}/remove").status_code == 303
    with sessions() as session, as_tenant(session, acme.id):
        assert own_templates(session, acme.id) == []


def test_an_own_template_brings_the_rules_and_tables_that_its_workflow_leans_on(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    there: There,
) -> None:
    browser = signed_in("designer")
    browser.post(f"{gallery}/cell-site-power", data=POWER)
    [flow] = there.flows
    said = {"title": "Our power", "summary": "Ours", "category": "other"}

    kept = browser.post(gallery.replace("templates", f"{flow.id}/template"), data=said)
    browser.post(kept.location, data={"name": "Again"})

    with sessions() as session, as_tenant(session, acme.id):
        [template] = own_templates(session, acme.id)
    assert [one["name"] for one in template.parts("tables")] == ["cell-sites"]
    assert template.parts("tables") == library()["cell-site-power"].parts("tables")
    started = [one.draft["then"] for one in there.rules]
    assert [{"do": "start", "flow": "again"}] in started
    assert [{"do": "start", "flow": "power"}] in started


def test_a_template_without_a_sentence_is_not_kept(
    signed_in: SignedIn, gallery: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, flow_document({}, []), publish=False)
    address = gallery.replace("templates", f"{flow.id}/template")

    answer = signed_in("designer").post(
        address, data={"title": "T", "summary": " ", "category": "other"}
    )

    assert answer.status_code == 422
    assert "summary" in answer.text


def test_a_workflow_too_large_for_a_template_is_refused_with_what_is_large(
    signed_in: SignedIn,
    gallery: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "TEMPLATE_MAX_BYTES", 500)
    document = flow_document({"log": step("write-log", config={"message": "x" * 600})}, [])
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document, publish=False)
    said = {"title": "Large", "summary": "Large", "category": "other"}

    kept = signed_in("designer").post(
        gallery.replace("templates", f"{flow.id}/template"), data=said
    )

    assert kept.status_code == 422
    assert "flow: the template has" in kept.text
    with sessions() as session, as_tenant(session, acme.id):
        assert own_templates(session, acme.id) == []
