"""A curator's pages: decided, looked at and taken back by forms, without JavaScript."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.catalogue import make_listed
from tests.factories.organisations import make_below
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
SSH = [{"name": "ssh", "reason": "To ask"}]
RULE = {"effect": "refuse", "about": "permission", "permission": "ssh", "key": "no-ssh"}


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    assert acme.parent_id is not None
    with sessions.begin() as session:
        make_listed(session, "1.0.0")
        make_listed(session, "1.2.0", permissions=SSH)
        return get_organisation(session, acme.parent_id)


@pytest.fixture
def nora(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("curator", csp)


@pytest.fixture
def base(csp: OrganisationView) -> str:
    return f"/t/{csp.slug}/marketplace/catalogue"


def test_what_no_rule_speaks_of_is_changed_after_its_effect_was_shown(
    nora: FlaskClient, base: str
) -> None:
    asked = nora.get(f"{base}/default?unmatched=refuse").text
    assert "1 listing is taken away" in asked

    nora.post(f"{base}/default", data={"unmatched": "refuse"})

    assert "Nothing is offered yet" in nora.get(base).text
    assert "offers only what a rule allows" in nora.get(f"{base}/kept-back").text


def test_an_offer_is_kept_and_seen_and_offered_as_it_comes_again(
    nora: FlaskClient, base: str
) -> None:
    page = f"{base}/listings/acme.lamp"
    said = {"title": "Street lamp", "follows": "pin", "version": "1.0.0", "whom": "all"}
    decided = {**said, "hold:host": "fixed", "/settings/host": "lamps.example"}

    assert nora.post(page, data=decided).status_code == 303
    shown = nora.get(page).text
    assert "lamps.example" in shown
    assert "Street lamp" in nora.get(base).text

    nora.post(f"{page}/as-it-comes")
    assert "Street lamp" not in nora.get(base).text
    nora.post(f"{page}/bring-back")
    assert "Street lamp" in nora.get(base).text


def test_a_pin_without_a_version_is_refused_and_the_one_that_stood_stays(
    nora: FlaskClient, base: str
) -> None:
    page = f"{base}/listings/acme.lamp"
    nora.post(page, data={"follows": "pin", "version": "1.0.0", "whom": "all"})
    seen = re.search(r'name="seen" value="([^"]+)"', nora.get(page).text)
    assert seen is not None

    refused = nora.post(page, data={"follows": "pin", "version": "", "seen": seen[1]})

    assert refused.status_code == 422
    beside = refused.text.partition('id="field-version-error"')[2].partition("</p>")[0]
    assert "Choose a version" in beside
    assert re.search(r'value="pin" checked', refused.text)
    assert re.search(r'value="pin" checked', nora.get(page).text)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    nora: FlaskClient, base: str
) -> None:
    said = {"title": "Street lamp", "hold:host": "fixed", "hold:port": "suggested"}

    refused = nora.post(f"{base}/listings/acme.lamp", data={**said, "/settings/port": "500"})

    assert refused.status_code == 422
    beside = refused.text.partition('id="field--settings--port-error"')[2].partition("</p>")[0]
    assert "Port does not fit" in beside
    assert "the document" not in beside
    assert "Street lamp" not in nora.get(base).text


def test_a_customer_is_found_by_name_and_its_version_explained(
    nora: FlaskClient, base: str, sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        far = make_below(session, csp, name="Far & Sons")
    page = f"{base}/listings/acme.lamp"
    found = nora.post(page, data={"_op": "find", "find": "far", "whom": "named"}).text
    assert f"take:{far.id}" in found

    nora.post(page, data={"whom": "named", "customer": str(far.id)})

    why = nora.get(f"{page}/why?customer={far.id}").text
    assert "It is offered version 1.2.0" in why
    assert nora.get(f"{page}/why?customer={csp.id}").status_code == 404


def test_a_rule_holds_only_after_it_was_looked_at_and_can_be_brought_back(
    nora: FlaskClient, base: str
) -> None:
    looked = nora.post(f"{base}/rules", data=RULE)
    assert "1 listing is offered in another version" in looked.text
    seen = re.search(r'name="looked" value="(\w+)"', looked.text)
    assert seen is not None

    other = nora.post(f"{base}/rules", data={**RULE, "permission": "http", "looked": seen[1]})
    assert other.status_code == 200
    assert nora.post(f"{base}/rules", data={**RULE, "looked": seen[1]}).status_code == 303
    assert "1.2.0" in nora.get(f"{base}/rules/no-ssh/remove").text

    nora.post(f"{base}/rules/no-ssh/remove")
    assert "Removed in the last 30 days" in nora.get(f"{base}/rules").text
    nora.post(f"{base}/rules/no-ssh/bring-back")
    assert "Refuses what asks for ssh" in nora.get(f"{base}/rules/no-ssh/remove").text


def test_what_a_rule_or_bundle_misses_is_said_in_words(nora: FlaskClient, base: str) -> None:
    nothing = nora.post(f"{base}/rules", data={**RULE, "permission": []})
    unknown = nora.post(f"{base}/rules", data={**RULE, "permission": "internet"})
    empty = nora.post(f"{base}/bundles", data={"title": "To start"})

    assert nothing.status_code == unknown.status_code == empty.status_code == 422
    assert "Tick at least one" in nothing.text
    assert "internet is nothing that a block can ask for" in unknown.text
    assert "add at least one" in empty.text
    assert "needs at least 1 entries" not in nothing.text + empty.text


def test_a_bundle_is_made_of_what_was_found(nora: FlaskClient, base: str) -> None:
    found = nora.post(f"{base}/bundles", data={"_op": "find", "find_listing": "lamp"}).text
    assert "add:acme.lamp" in found

    nora.post(f"{base}/bundles", data={"title": "To start", "member": "acme.lamp"})

    assert "To start" in nora.get(f"{base}/bundles").text


def test_two_who_change_one_offer_do_not_overwrite_each_other(nora: FlaskClient, base: str) -> None:
    page = f"{base}/listings/acme.lamp"
    nora.post(page, data={"title": "First"})

    late = nora.post(page, data={"title": "Second", "seen": ""})

    assert late.status_code == 409
    assert "First" in nora.get(base).text
