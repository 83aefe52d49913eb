"""A person makes a passkey, signs out, and signs in by it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.running import Running, running_garland

pytestmark = pytest.mark.journey


@pytest.fixture
def garland(tmp_path: Path) -> Iterator[Running]:
    """One that is known by a host name: browsers make no passkeys for a bare address."""
    with running_garland(tmp_path, GARLAND_PUBLIC_URL="http://localhost:{port}") as garland:
        yield garland


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser beside which lies a device that always knows its person."""
    context = chromium.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    sure = {"hasUserVerification": True, "isUserVerified": True}
    more = {"automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, **sure, **more}})
    yield page
    context.close()


def test_a_passkey_is_made_and_signs_in(garland: Running, page: Page) -> None:
    url = garland.url.replace("127.0.0.1", "localhost")
    person = next(one for one in garland.demo["users"] if one["organisation"] == "acme")

    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/t/acme/**")

    page.goto(f"{url}/account")
    form = page.locator('form[data-passkey="create"]')
    form.get_by_label("Name of the passkey").fill("Work laptop")
    form.get_by_label("Your password").fill(person["password"])
    form.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("rowheader", name="Work laptop")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/t/acme/**")

    page.goto(f"{url}/account")
    expect(page.get_by_role("row", name="This one")).to_contain_text("Passkey")
