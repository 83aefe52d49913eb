"""A person with a phone draws a small workflow with a finger, publishes it, and sees it live."""

from __future__ import annotations

import re
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


def _add(page: Page, words: str, name: str | re.Pattern[str]) -> None:
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
    page.touchscreen.tap(30, 90)
    _add(page, "end", re.compile("^End"))
    fingers = Fingers(page)
    _see_all(page, fingers)
    _wire(page)
    _set_up(page)
    _move_and_undo(page, fingers)
    assert sideways(page) == []
    _publish(page)


def _see_all(page: Page, fingers: Fingers) -> None:
    """Pinch until all of it is on the screen."""
    before = _zoomed(page)
    fingers.pinch((195, 600), 300, 160)
    expect(page.locator("#node-write_log")).to_be_in_viewport(ratio=0.99)
    assert _zoomed(page) < before


def _wire(page: Page) -> None:
    """Connect what is not connected yet: tap a port, then a step."""
    before = page.locator(".wire").count()
    page.touchscreen.tap(*middle(page.locator('#node-write_log [data-port="done"]')))
    page.touchscreen.tap(*middle(page.locator("#node-end .node__head")))
    expect(page.locator(".wire")).to_have_count(before + 1)


def _set_up(page: Page) -> None:
    """Fill a field in the sheet that comes up, and put the sheet away."""
    page.touchscreen.tap(*middle(page.locator("#node-write_log .node__head")))
    message = page.locator("#inspector").get_by_label("Message").first
    if not message.is_visible():
        page.get_by_role("button", name="Settings", exact=True).tap()
    message.fill("On my way")
    page.get_by_role("button", name="Settings", exact=True).tap()
    expect(page.locator(".designer__inspector")).to_be_hidden()
    expect(page.locator("#problem-count")).to_have_text("No problems", timeout=15_000)


def _move_and_undo(page: Page, fingers: Fingers) -> None:
    """Hold a step, draw it down, and take that back."""
    head = page.locator("#node-end .node__head")
    place = middle(head)
    fingers.drag_held(place, (place[0] + 40, place[1] + 90))
    expect(page.locator("#canvas-said")).to_contain_text("End moved")
    assert middle(head)[1] > place[1] + 40

    page.get_by_role("button", name="Undo", exact=True).last.tap()
    expect(page.locator("#canvas-said")).to_contain_text("Undone")
    assert abs(middle(head)[1] - place[1]) < 2


def _publish(page: Page) -> None:
    page.locator(".thumbs").get_by_role("button", name="Publish").tap()
    dialog = page.locator("#publish")
    dialog.get_by_role("textbox").fill("Made with one thumb")
    assert judge(page) == {}
    dialog.get_by_role("button", name="Publish", exact=True).tap()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page.locator("#flow-state")).to_contain_text("Live")
