"""A person who never coded begins with nothing and ends with a live workflow; one looks round."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey
EMPTY = "baubleworks"


def _come_in(page: Page, garland: Running) -> None:  # noqa: F811
    person = next(one for one in garland.demo["users"] if one["organisation"] == EMPTY)
    page.goto(f"{garland.url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/t/{EMPTY}/**")


def test_from_nothing_to_a_workflow_that_is_live(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _come_in(page, garland)
    wait_until_live(page)
    page.get_by_role("button", name="Take sample alarms").click()
    ticked = page.locator(".steps__step--done", has_text="Let alarms come in")
    expect(ticked).to_be_visible(timeout=15_000)

    page.get_by_role("link", name="See the templates").click()
    page.get_by_label("Search templates").fill("full often planning")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Full links: reroute or plan").click()
    page.get_by_label("Nearly full").fill("99")
    page.get_by_role("button", name="Nearly full, and people agree").click()
    expect(page.locator("#rehearsed")).to_contain_text("It would end well")
    assert serious_violations(page) == []
    page.get_by_label("Name", exact=False).first.fill("Full links here")
    page.get_by_role("button", name="Use this template").click()

    steps = page.locator("#next-steps")
    expect(steps).to_contain_text("Publish the rule")
    page.wait_for_load_state("load")
    steps.get_by_role("button", name="Try it now").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator('#node-urgent[data-status="done"]')).to_be_visible(timeout=15_000)
    expect(steps.locator(".next-steps__step--done")).to_contain_text(["Test it"], timeout=15_000)
    steps.get_by_role("button", name="Go live").click()
    page.locator("#publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()
    expect(steps.locator(".next-steps__step--done")).to_contain_text(["Test it", "Publish it"])


def test_the_look_around_is_led_by_keys_and_gives_the_focus_back(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows/templates")
    page.locator("#blank").get_by_label("Name").fill("Looked around")
    page.get_by_role("button", name="Create a blank workflow").click()
    wait_until_live(page)
    begin = page.locator("#canvas-hint").get_by_role("button", name="Show me around")
    begin.focus()

    page.keyboard.press("Enter")

    expect(page.locator(".designer__palette.tour-spot")).to_be_visible()
    assert serious_violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#canvas.tour-spot")).to_be_visible()
    expect(page.locator("#tour")).to_contain_text("2 of 5")
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator(".tour-spot")).to_have_count(0)
    expect(begin).to_be_focused()
