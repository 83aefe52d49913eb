"""A person in a real browser adds a source, maps its fields by clicking, and sees what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_pages import browser, serious_violations  # noqa: F401  a fixture
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

SENT = {
    "device": {"name": "pe1", "site": "ZRH"},
    "alerts": [{"rule": "r7", "level": "P1", "state": "bad"}],
}
ENDED = {**SENT, "alerts": [{"rule": "r7", "level": "P1", "state": "good"}]}


@pytest.fixture
def garland(shared_garland: Running) -> Running:
    return shared_garland


@pytest.fixture
def page(garland: Running, browser: Browser) -> Iterator[Page]:  # noqa: F811
    """A designer's page that fails the test when a script of it fails."""
    wrong: list[str] = []
    made = browser.new_page(viewport={"width": 1440, "height": 900})
    made.on("pageerror", lambda error: wrong.append(str(error)))
    sign_in(made, garland, "designer")
    yield made
    made.close()
    assert wrong == []


def add_source(page: Page, garland: Running, name: str) -> str:
    """Add a source of kind JSON; give its address."""
    page.goto(f"{garland.url}/t/acme/sources")
    page.get_by_role("link", name="New source").click()
    page.get_by_text("JSON", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add source").click()
    return page.get_by_role("region", name="Address").inner_text().strip()


def pick(page: Page, box: str, path: str) -> None:
    page.locator(box).focus()
    page.locator(f"[data-path='{path}']").click()


def test_fields_are_mapped_by_clicking_and_the_alarm_is_seen_before_it_is_kept(
    garland: Running, page: Page
) -> None:
    address = add_source(page, garland, "Clicked")
    page.get_by_role("link", name="Mapping").click()
    page.get_by_label("A message about a problem").fill(json.dumps(SENT))
    page.get_by_role("button", name="Each of the 1 is an alarm").click()
    expect(page.locator("[data-path='$.device']")).to_have_count(0)  # it holds others: not picked
    pick(page, "#from-managed_object", "$.device.name")
    pick(page, "#from-perceived_severity", "level")
    pick(page, "#from-specific_problem", "rule")
    page.get_by_label("Table of severities").fill("p1 = critical")
    pick(page, "[name=clear-from]", "state")
    page.get_by_label("is one of").fill("good")
    page.get_by_label("The message about its end").fill(json.dumps(ENDED))

    preview = page.get_by_role("region", name="The alarm that results")
    expect(preview).to_contain_text("The end in the second sample ends the problem")
    expect(preview).to_contain_text("pe1")
    page.get_by_role("button", name="Save mapping").click()
    expect(page.get_by_text("Version 1 reads what comes.")).to_be_visible()
    assert serious_violations(page) == []

    assert httpx.post(address, json=SENT).json() == {"accepted": 1, "rejected": []}
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Open the alarm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("pe1")


def test_what_was_refused_is_seen_and_taken_after_all(garland: Running, page: Page) -> None:
    address = add_source(page, garland, "Refusing")
    refused = {"host": "pe2", "level": "major"}
    assert httpx.post(address, json=refused).status_code == 422
    page.get_by_role("link", name="Mapping").click()
    page.get_by_label("A message about a problem").fill(json.dumps(refused))
    expect(page.locator("[data-path=host]")).to_be_visible()
    pick(page, "#from-managed_object", "host")
    pick(page, "#from-perceived_severity", "level")
    page.get_by_role("button", name="Save mapping").click()
    expect(page.get_by_text("Version 1 reads what comes.")).to_be_visible()
    page.get_by_role("link", name="Refused").click()
    assert serious_violations(page) == []

    page.get_by_role("button", name="Retry", exact=True).click()

    expect(page.get_by_text("Taken: 1 event.")).to_be_visible()
    expect(page.get_by_text("Nothing was refused", exact=True)).to_be_visible()


def test_a_source_that_falls_silent_is_an_alarm_until_it_speaks(
    garland: Running, page: Page
) -> None:
    address = add_source(page, garland, "Shy")
    page.get_by_role("link", name="Settings").click()
    assert serious_violations(page) == []
    page.get_by_label("It speaks at least every").fill("10 seconds")
    page.get_by_role("button", name="Save settings").click()
    page.goto(f"{garland.url}/t/acme/alarms?source=garland")
    expect(page.get_by_role("main")).to_contain_text("Source silent", timeout=30_000)

    httpx.post(address, json={"managed_object": "a", "perceived_severity": "minor"})

    expect(page.get_by_role("main")).not_to_contain_text("Source silent", timeout=15_000)
