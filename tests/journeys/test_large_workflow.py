"""A person works on a workflow of many steps: what is in sight is drawn, nothing else is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

MANY = 150
"""With the trigger one more than are drawn whole at any distance."""


def _title(page: Page, at: int) -> Locator:  # noqa: F811
    return page.locator(f"#node-s{at} .node__title")


def _open(page: Page, garland: Running) -> None:  # noqa: F811
    steps = {
        f"s{at}": step("write-log", title=f"Step {at}", position=[at % 15 * 272, at // 15 * 160])
        for at in range(MANY)
    }
    wires = [f"s{at}:done > s{at + 1}" for at in range(MANY - 1)]
    triggers = {"hand": {"kind": "manual", "position": [-272, 0]}}
    document = flow_document(steps, ["hand > s0", *wires], name="Large", triggers=triggers)
    flow = garland.post("/flows", {"name": "Large", "document": document}).json()
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows/{flow['id']}")
    expect(page.locator(".node")).to_have_count(MANY + 1)


def test_many_steps_are_boxes_from_afar_and_whole_when_near_few_or_listed(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _open(page, garland)
    first, last = page.locator("#node-s0"), page.locator(f"#node-s{MANY - 1}")
    expect(first).to_be_visible()
    expect(_title(page, 0)).to_be_hidden()

    page.locator("#canvas").focus()
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(_title(page, 0)).to_be_visible()
    page.keyboard.press("0")
    page.keyboard.press("]")
    expect(_title(page, 2)).to_be_visible()
    expect(last).to_be_hidden()
    expect(page.locator('[data-wire^="s0:done"]')).to_be_visible()
    expect(page.locator(f'[data-wire^="s{MANY - 2}:done"]')).to_be_hidden()

    page.keyboard.press("l")
    expect(last).to_have_accessible_name(re.compile(f"^Step {MANY - 1} Write log after Step"))
    page.keyboard.press("l")
    page.keyboard.press("1")
    expect(_title(page, 2)).to_be_hidden()
    page.keyboard.press("Delete")
    expect(page.locator(".node")).to_have_count(MANY)
    expect(_title(page, MANY - 1)).to_be_visible()
