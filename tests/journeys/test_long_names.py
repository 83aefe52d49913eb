"""Very long names, without a space to break at: nothing is pushed out of reach by them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey

OBJECT = "node-" + "0123456789abcdef" * 5
SIDEWAYS = "panel => panel.scrollWidth - panel.clientWidth"


@pytest.fixture
def page(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    _say(shared_garland, "warning")
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    yield page
    context.close()
    _say(shared_garland, "cleared")


def _say(garland: Running, severity: str) -> None:
    event = {
        "managed_object": OBJECT,
        "perceived_severity": severity,
        "specific_problem": "Langwierigkeitsbenachrichtigungsverfahren" * 2,
    }
    garland.send(event).raise_for_status()


def test_the_panel_of_an_alarm_keeps_its_buttons_in_reach(
    page: Page, shared_garland: Running
) -> None:
    page.goto(f"{shared_garland.url}/t/acme/alarms?q={OBJECT[:12]}")
    wait_until_live(page)

    page.get_by_role("link", name=OBJECT).first.click()

    expect(page.locator("#alarm-panel").get_by_label("Close")).to_be_in_viewport(ratio=1)
    assert page.locator("#alarm-panel").evaluate(SIDEWAYS) == 0
