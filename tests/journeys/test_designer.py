"""A person draws a workflow: drags three blocks, connects and sets them up, tries, publishes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey


def _middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:  # noqa: F811
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def _place(page: Page, entry: str, right: int, down: int) -> None:  # noqa: F811
    canvas = page.locator("#canvas").bounding_box()
    assert canvas is not None
    item = page.locator(f'[data-part=all] [data-entry^="{entry}"]')
    item.scroll_into_view_if_needed()
    before = page.locator(".node").count()
    _drag(page, _middle(item), (canvas["x"] + right, canvas["y"] + down))
    expect(page.locator(".node")).to_have_count(before + 1)


def _connect(page: Page, source: str, port: str, target: str) -> None:  # noqa: F811
    start = _middle(page.locator(f'#node-{source} [data-port="{port}"]'))
    _drag(page, start, _middle(page.locator(f"#node-{target} .node__head")))


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

    _place(page, "trigger:rule", 130, 200)
    _place(page, "garland.branch", 400, 200)
    _place(page, "garland.write-log", 650, 200)
    _connect(page, "rule", "", "branch")
    _connect(page, "branch", "yes", "write_log")
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
