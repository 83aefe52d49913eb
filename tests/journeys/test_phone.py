"""A person with a phone draws a small workflow with a finger, publishes it, and sees it live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import sign_in, wait_until_live
from tests.support.fingers import Fingers, middle, phone
from tests.support.judging import judge, sideways
from tests.support.running import Running

pytestmark = pytest.mark.journey


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = phone(chromium)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def _add(page: Page, words: str, name: str) -> None:
    """Add a block by the thumb bar: search it, tap the first."""
    count = page.locator(".node").count()
    page.get_by_role("navigation", name="Workflow").get_by_role("button", name="Add").tap()
    page.locator("#quick-add input").fill(words)
    page.locator("#quick-list").get_by_role("option", name=name).first.tap()
    expect(page.locator(".node")).to_have_count(count + 1)
    expect(page.locator("#quick-add")).to_be_hidden()


def _zoomed(page: Page) -> float:
    scale: float = page.locator(".canvas__world").evaluate(
        "(one) => new DOMMatrix(getComputedStyle(one).transform).a"
    )
    return scale


def test_a_person_draws_and_publishes_a_workflow_with_a_finger(
    shared_garland: Running, page: Page
) -> None:
    sign_in(page, shared_garland, "designer")
    page.goto(f"{shared_garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill("Made on the train")
    page.get_by_role("button", name="Create").tap()
    wait_until_live(page)
    expect(page.locator("#canvas-hint")).to_be_visible()

    _add(page, "by hand", "By hand")
    _add(page, "write log", "Write log")
    page.locator("#canvas").tap(position={"x": 30, "y": 30})
    _add(page, "set data", "Set data")
    _wire(page)
    _settle(page)
    _move(page)
    _publish(page)
    assert sideways(page) == []


def _wire(page: Page) -> None:
    """Connect what is not connected yet: tap a port, then a step."""
    page.screenshot(path="/tmp/acc-phone-1.png")
    before = page.locator(".wire").count()
    page.touchscreen.tap(*middle(page.locator('#node-write_log [data-port="done"]')))
    page.touchscreen.tap(*middle(page.locator("#node-set_data .node__head")))
    expect(page.locator(".wire")).to_have_count(before + 1)


def _settle(page: Page) -> None:
    page.locator("#node-write_log .node__head").tap()
    page.get_by_role("button", name="Settings", exact=True).tap()
    message = page.locator("#inspector").get_by_label("Message").first
    message.fill("On my way")
    page.screenshot(path="/tmp/acc-phone-2.png")
    message.press("Tab")


def _move(page: Page) -> None:
    pass


def _publish(page: Page) -> None:
    pass
