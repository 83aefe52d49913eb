"""A person puts steps into a loop, groups and notes them, switches one off, reads the outline."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.fingers import Place, middle
from tests.support.mouse import drag
from tests.support.running import Running

pytestmark = pytest.mark.journey

LOG = step("write-log", config={"message": "x"})


def _below(at: Place) -> Place:
    return at[0], at[1] + 20


def _made(garland: Running, page: Page, name: str, **parts: Any) -> str:  # noqa: F811
    """Make a workflow, open it in the designer and give its address."""
    answer = garland.post("/flows", {"name": name, "document": flow_document(**parts, name=name)})
    at = f"{garland.url}/t/acme/workflows/{answer.json()['id']}"
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(at)
    expect(page.locator(".node")).not_to_have_count(0)
    return at


def test_a_loops_body_is_a_box_that_steps_are_dragged_into_and_every_view_shows(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    body: dict[str, Any] = {"steps": {}, "wires": []}
    steps = {
        "each": step("for-each", config={"items": [1]}, position=[256, 0], body=body),
        "note_it": {**LOG, "position": [640, 0]},
    }
    triggers = {"hand": {"kind": "manual"}}
    at = _made(garland, page, "In a box", steps=steps, wires=["hand > each"], triggers=triggers)
    said, node = page.locator("#canvas-said"), page.locator("#node-note_it")
    head = node.locator(".node__head")
    expect(page.get_by_text("Drag a step in here")).to_be_visible()

    drag(page, middle(head), _below(middle(page.locator(".box"))))
    expect(said).to_have_text("Write log put into For each.")
    expect(page.get_by_text("Drag a step in here")).to_be_hidden()
    drag(page, middle(page.locator('#node-hand [data-port=""]')), middle(head))
    expect(said).to_contain_text("A wire can't cross the edge of a loop")

    head.click()
    page.keyboard.press("e")
    expect(node.locator(".node__off")).to_have_text("Off")
    page.keyboard.press("g")
    page.keyboard.type("Every round")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="green: Every round").click()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("Ask Ada first")
    page.keyboard.press("Escape")
    expect(page.locator("#save-state")).to_have_text("Saved")
    assert serious_violations(page) == []
    drawn = _shapes(page)

    page.goto(f"{at}/details")
    expect(page.locator(".mark--green")).to_contain_text("Every round")
    expect(page.locator(".mark--note")).to_have_text("Ask Ada first")
    assert _shapes(page) == drawn


def _shapes(page: Page) -> list[str]:  # noqa: F811
    """Give where nodes and boxes stand on the canvas, whatever part of it is shown."""
    found = "all => all.map(one => `${one.className} ${one.style.transform} ${one.style.width}`)"
    shapes: list[str] = page.locator(".node, .box").evaluate_all(found)
    return sorted(shapes)


def _gaps(page: Page, rows: str) -> list[int]:  # noqa: F811
    """Tell how many pixels lie between each row and the next."""
    found: list[int] = page.locator(rows).evaluate_all(
        """all => all.map(one => one.getBoundingClientRect()).map(({ top }, at, boxes) =>
          at ? Math.round(top - boxes[at - 1].bottom) : 0).slice(1)"""
    )
    return found


def test_the_outline_is_worked_with_by_keyboard_and_read_by_a_screen_reader(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    inner = {"steps": {"look": {**LOG, "title": "Look"}}, "wires": []}
    called = flow_document({"end": step("end", title="Over")}, ["hand > end"], name="Ring up")
    flow = garland.post("/flows", {"name": "Ring up", "document": called}).json()
    garland.post(f"/flows/{flow['id']}/publish", {})
    steps = {
        "each": step("for-each", title="Each site", config={"items": [1]}, body=inner),
        "ring": step("call-workflow", title="Ring", config={"flow": "ring-up"}),
    }
    wires = ["rule > each", "each:done > ring"]
    triggers = {"rule": {"kind": "rule"}}
    _made(garland, page, "Read aloud", steps=steps, wires=wires, triggers=triggers)

    page.locator("#canvas").focus()
    page.keyboard.press("l")
    page.keyboard.press("Home")
    expect(page.locator("#node-rule")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "e", "/"):
        page.keyboard.press(key)
    page.keyboard.type("write log")
    page.keyboard.press("Enter")

    expect(page.locator("#node-write_log")).to_be_focused()
    expect(page.get_by_role("listbox", name="Steps")).to_match_aria_snapshot(
        """
        - listbox "Steps":
          - option /Rule .* leads to Each site/
          - option /Each site For each after Rule, leads to Ring/
          - option /Look Write log Off in each round of Each site, leads to Write log/
          - option /Write log write_log in each round of Each site, after Look, leads nowhere/
          - option /Ring Call a workflow after Each site, leads nowhere/
        """
    )
    assert serious_violations(page) == []
    assert _gaps(page, ".node") == [6, 6, 6, 6]
    page.keyboard.press("End")
    expect(page.locator("[data-open-here]")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator("#opened").get_by_text("Over", exact=True)).to_be_visible()
    assert serious_violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(page.locator(".node")).to_have_count(4)
    page.keyboard.press("l")
