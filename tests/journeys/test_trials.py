"""A person tries a draft: on an alarm they look for, step by step, with a step pinned, again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey

STEPS = {
    "site": step(
        "set-data", config={"values": {"at": "= trigger.alarm.managed_object"}}, title="Site"
    ),
    "take": step("acknowledge-alarm", input={"alarm_id": "= trigger.alarm.id"}, title="Take it on"),
}


def _open_designer(page: Page, garland: Running) -> None:  # noqa: F811
    document = flow_document(STEPS, ["rule > site", "site > take"], name="Try me")
    made = garland.post("/flows", {"name": "Try me", "document": document}).json()
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows/{made['id']}")
    wait_until_live(page)


def _start(page: Page, garland: Running) -> None:  # noqa: F811
    """Look for the alarm and start on it step by step."""
    garland.send({"managed_object": "trial-link-9", "perceived_severity": "major"})
    page.get_by_role("button", name="Test run").click()
    page.get_by_label("Find", exact=True).fill("trial-link-9")
    expect(page.locator(".trial-row")).to_have_count(1, timeout=15_000)
    assert serious_violations(page) == []
    page.get_by_role("button", name="Step by step").click()


def test_a_person_tries_a_draft_step_by_step_and_again(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    _open_designer(page, garland)
    _start(page, garland)
    bar = page.locator("#trial-bar")

    expect(bar).to_contain_text("holds before Site", timeout=15_000)
    page.get_by_role("button", name="Next", exact=True).press("Enter")
    expect(bar).to_contain_text("holds before Take it on", timeout=15_000)
    page.locator("#node-site .node__head").click()
    expect(page.locator("#test-panel")).to_contain_text("trial-link-9")
    page.get_by_role("button", name="Pin this output").click()
    expect(page.locator('#node-site[data-marks~="pinned"]')).to_be_visible()
    page.get_by_role("button", name="Run on", exact=True).press("Enter")
    expect(bar).to_contain_text("1 step would have changed something: Take it on", timeout=15_000)
    assert serious_violations(page) == []

    _lay_over_again(page)


def _lay_over_again(page: Page) -> None:  # noqa: F811
    """Leave the run, lay it over again from the list, see a value, try again with its input."""
    page.get_by_role("button", name="Leave the run").click()
    expect(page.locator("#node-site[data-status]")).to_have_count(0)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.locator(".trial-past a").first.click()
    expect(page.locator('#node-take[data-status="done"]')).to_be_visible(timeout=15_000)
    page.locator("#node-site .node__port").first.hover()
    expect(page.locator("#port-value")).to_contain_text("trial-link-9")
    first = page.locator("#trial-bar").get_attribute("data-run")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(f'#trial-bar:not([data-run="{first}"])')).to_contain_text(
        "Succeeded", timeout=15_000
    )
