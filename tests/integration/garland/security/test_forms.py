"""No other site makes a person's browser do anything, and none is led to."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.http import MACHINE_PATHS
from tenancy.organisations import OrganisationView
from tenancy.sign_ins.views import safe_next
from tests.integration.conftest import SignedIn
from tests.integration.garland.test_isolation import address_of
from tests.support.size import examples

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
HOSTILE = (
    "//",
    "/\\",
    "\\",
    "http:",
    "https:",
    "javascript:",
    "evil.example",
    "/",
    "@",
    "\t",
    "\n",
)


@pytest.mark.parametrize("token", [None, "wrong"], ids=["no token", "a wrong token"])
def test_every_unsafe_address_of_a_page_refuses_a_form_of_another_site(
    app: Flask, signed_in: SignedIn, acme: OrganisationView, token: str | None
) -> None:
    browser = signed_in("admin")
    app.config.update(WTF_CSRF_ENABLED=True, RATELIMIT_ENABLED=False)

    taken = {
        (method, rule.rule): status
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(MACHINE_PATHS)
        for method in sorted(UNSAFE & (rule.methods or set()))
        if (status := _sent(browser, address_of(rule, acme.slug), method, token)) != 400
    }

    assert taken == {}


def _sent(browser: FlaskClient, address: str, method: str, token: str | None) -> int:
    form = {} if token is None else {"csrf_token": token}
    return browser.open(address, method=method, data=form).status_code


@settings(max_examples=examples(200))
@given(wanted=st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=6).map("".join))
def test_signing_in_leads_to_this_site_whatever_is_asked_for(wanted: str) -> None:
    app = Flask("x")
    app.add_url_rule("/", "home.index")

    with app.test_request_context():
        leads_to = safe_next(wanted)

    as_browsers_read = "".join(one for one in leads_to if one not in "\t\r\n").replace("\\", "/")
    assert as_browsers_read.startswith("/")
    assert not as_browsers_read.startswith("//")
    assert urlsplit(as_browsers_read).netloc == ""
