"""A person draws a workflow: drags three blocks, connects and sets them up, tries, publishes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.mouse import connect, place
from tests.support.running import Running

pytestmark = pytest.mark.journey


def test_a_person_draws_tries_and_publishes_a_workflow(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill("Drawn by hand")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#canvas-hint")).to_be_visible()
    page.wait_for_load_state("load")

    place(page, "trigger:rule", 130, 200)
    place(page, "garland.branch", 400, 200)
    place(page, "garland.write-log", 650, 200)
    connect(page, "rule", "", "branch")
    connect(page, "branch", "yes", "write_log")
    expect(page.locator(".wire")).to_have_count(2)
    _configure(page)
    expect(page.locator("#problem-count")).to_have_text("No problems", timeout=10_000)
    assert serious_violations(page) == []

    page.get_by_role("button", name="Test run").click()
    page.get_by_role("button", name="Start", exact=True).click()
    done = page.locator('#node-write_log[data-status="done"]')
    expect(done).to_be_visible(timeout=15_000)
    done.click()
    expect(page.locator("#trial-result")).to_contain_text("Input")
    _publish(page)


def _configure(page: Page) -> None:  # noqa: F811
    page.locator("#node-branch .node__head").click()
    page.locator("#inspector").get_by_label("When").first.fill("true")
    page.keyboard.press("Tab")
    expect(page.locator("#canvas-said")).to_be_attached()
    page.locator("#node-write_log .node__head").click()
    page.locator("#inspector").get_by_label("Message").first.fill("= trigger.alarm.managed_object")
    page.keyboard.press("Tab")


def _publish(page: Page) -> None:  # noqa: F811
    page.get_by_role("button", name="Publish").first.click()
    page.locator("#publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()
