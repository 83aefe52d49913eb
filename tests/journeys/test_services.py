"""A shop owner looks at the services: what is broken shows by itself, and why, in plain words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey

CUTS = [
    {
        "managed_object": line,
        "perceived_severity": "critical",
        "event_type": "communicationsAlarm",
        "specific_problem": "Fibre cut",
    }
    for line in ("link-stg-lug", "link-lug-luz")
]
SHOP = "Cash desks, Lugano"  # either line carries it


def test_a_cut_line_shows_by_itself_and_is_over_when_it_is_mended(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    page.goto(f"{garland.url}/t/acme/services")
    shop = page.locator(".service").filter(has_text=SHOP)
    expect(shop).to_contain_text("Works")
    wait_until_live(page)

    garland.send(*CUTS)

    expect(shop).to_contain_text("Does not work", timeout=30_000)
    expect(shop).to_contain_text("is interrupted")
    assert serious_violations(page) == []
    page.get_by_role("link", name=SHOP).click()
    expect(page.locator(".service-now")).to_contain_text("Does not work")
    expect(page.get_by_role("list", name="Disturbances").first).to_contain_text("so far")
    assert serious_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert serious_violations(page) == []

    garland.send(*({**cut, "perceived_severity": "cleared"} for cut in CUTS))

    expect(page.locator(".service-now")).to_contain_text("Everything is as it", timeout=30_000)


def test_a_service_is_added_by_hand_and_removed_after_a_question(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/services")
    page.get_by_role("link", name="Add a service").click()
    page.get_by_label("Name").fill("Door bell")
    page.get_by_label("Keys").first.fill("link-zrh-brn")
    page.get_by_label("Available, percent of a month").fill("99.9")
    page.get_by_role("button", name="Add service").click()
    expect(page.get_by_text("Door bell is added.")).to_be_visible()
    expect(page.get_by_text("This must work")).to_be_visible()

    page.get_by_role("button", name="Remove").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("no report of past months")
    dialog.get_by_role("button", name="Remove").click()

    expect(page.get_by_text("Door bell is removed.")).to_be_visible()
