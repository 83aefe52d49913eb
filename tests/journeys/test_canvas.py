"""The fibre cut, drawn from an empty canvas: by mouse, and by keyboard alone.

Many alarms on one span: their common cause becomes the parent, people decide, a crew is sent.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_designer import _publish
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.fingers import middle
from tests.support.mouse import place
from tests.support.running import Running

pytestmark = pytest.mark.journey

CHAIN = [("find_alarms", "found"), ("common_cause", "found"), ("group_alarms", "done")]
WIRES = [
    "rule>find_alarms",
    "find_alarms:found>common_cause",
    "common_cause:found>group_alarms",
    "group_alarms:done>approval",
    "approval:approved>write_log",
]
MAPPED = [
    ("common_cause", "items", "steps.find_alarms.output.?alarms.orValue([])"),
    ("group_alarms", "alarms", "steps.common_cause.output.?alarms.orValue([])"),
]
WRITTEN = [("approval", "title", "Send a crew to the cut?"), ("write_log", "message", "Sent")]
FOUND_WITHIN_MS = 10_000
TRIES = 60
A_FRAME_LATER = "() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50, true)))"
ON_THE_WIRE = """line => {
  const middle = line.getPointAtLength(line.getTotalLength() / 2);
  const { x, y } = middle.matrixTransform(line.getScreenCTM());
  return [x, y];
}"""
FOCUSED = """() => {
  const at = document.activeElement;
  const field = at.closest("[data-field]")?.dataset.field;
  const text = at.textContent.trim().slice(0, 40);
  return [at.id, at.name, at.getAttribute("aria-label"), text, field];
}"""


def _begin(page: Page, garland: Running, name: str) -> None:  # noqa: F811
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill(name)
    page.get_by_label("Name").last.press("Enter")
    expect(page.locator("#canvas-hint")).to_be_visible()
    page.wait_for_load_state("load")


def _is_drawn(page: Page) -> None:  # noqa: F811
    found = page.locator(".wire").evaluate_all("all => all.map((one) => one.dataset.wire)")
    assert sorted(found) == sorted(WIRES)


def _take(page: Page, words: str) -> None:  # noqa: F811
    """Search in the list that is open, and take the first."""
    page.keyboard.type(words)
    expect(page.locator("#quick-list [role=option]").first).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page.locator("#quick-add")).to_be_hidden()


def _port(page: Page, step: str, port: str) -> Locator:  # noqa: F811
    return page.locator(f'#node-{step} [data-port="{port}"]')


def test_a_person_draws_the_fibre_cut_by_mouse(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    _begin(page, garland, "Fibre cut by mouse")

    place(page, "trigger:rule", 30, 200)
    _port(page, "rule", "").click()  # the + of a port
    _take(page, "Find alarms")
    _show_all(page)
    _port(page, "find_alarms", "found").click()
    _take(page, "Approval")
    _add_on(page, "find_alarms:found>approval", "Common cause")
    _add_on(page, "common_cause:found>approval", "Group alarms")
    _show_all(page)
    place(page, "garland.write-log", 560, 420)
    _draw_the_last_wire(page)
    _is_drawn(page)
    for step, field, text in [*MAPPED, *WRITTEN]:
        page.locator(f"#node-{step} .node__head").click()
        if (step, field, text) in MAPPED:
            _take_data(page, field, text)
        else:
            _box(page, field).fill(text)
            page.keyboard.press("Tab")
    expect(page.locator("#problem-count")).to_have_text("No problems", timeout=10_000)
    assert serious_violations(page) == []
    _publish(page)


def _show_all(page: Page) -> None:  # noqa: F811
    page.locator(".canvas__tools").get_by_label("Show all").click()


def _field(page: Page, name: str) -> Locator:  # noqa: F811
    return page.locator(f'#inspector [data-field="/input/{name}"]')


def _take_data(page: Page, field: str, path: str) -> None:  # noqa: F811
    """Take a field's value from what an earlier step gives."""
    _field(page, field).get_by_role("button", name="Insert data").first.click()
    page.locator(f'#data-picker [data-insert="{path}"]').first.click(timeout=FOUND_WITHIN_MS)
    _is_taken(page, field)


def _is_taken(page: Page, field: str) -> None:  # noqa: F811
    chip = _field(page, field).locator(".data-chip").first
    expect(chip).to_contain_text("alarms", ignore_case=True, timeout=FOUND_WITHIN_MS)


def _box(page: Page, field: str) -> Locator:  # noqa: F811
    return page.locator(
        f'#inspector :is(input, textarea):not([type=hidden], [name^="/node"])[name$="/{field}"]'
    )


def _add_on(page: Page, wire: str, words: str) -> None:  # noqa: F811
    """Add a step by the + of a wire."""
    _show_all(page)
    line, plus = page.locator(f'[data-wire="{wire}"] .wire__line'), page.locator(".wire-add")
    for _ in range(TRIES):  # the view may still be moving when the wire is aimed at
        x, y = line.evaluate(ON_THE_WIRE)
        page.mouse.move(x - 2, y)
        page.mouse.move(x, y)
        if page.evaluate(A_FRAME_LATER) and plus.is_visible():
            break
    plus.click()
    _take(page, words)


def _draw_the_last_wire(page: Page) -> None:  # noqa: F811
    """Drag a wire to a step that still needs something, and see what is said of the targets."""
    page.mouse.move(*middle(_port(page, "approval", "approved")))
    page.mouse.down()
    page.mouse.move(*middle(page.locator("#node-write_log .node__head")), steps=4)
    expect(page.locator("#node-write_log")).to_have_attribute("data-fit", "amber")
    expect(page.locator("#node-rule")).to_have_attribute("data-fit", "bad")
    expect(page.locator("#canvas-said")).to_have_text("Connects; still to be filled in: Message.")
    page.mouse.up()


def _tab_to(page: Page, *words: str, key: str = "Tab") -> None:  # noqa: F811
    """Press Tab until what has the focus is called so, as one does who sees only that."""
    for _ in range(140):
        page.keyboard.press(key)
        if set(words) <= {str(one) for one in page.evaluate(FOCUSED)}:
            return
    pytest.fail(f"{', '.join(words)} is not reached by {key}")


def test_a_person_draws_the_fibre_cut_by_keyboard_alone(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    _begin(page, garland, "Fibre cut by keyboard")

    _tab_to(page, "canvas")
    _build_by_key(page)
    _is_drawn(page)
    for step, field, text in [*MAPPED, *WRITTEN]:
        _fill_by_key(page, step, field, text, is_mapped=(step, field, text) in MAPPED)
    expect(page.locator("#problem-count")).to_have_text("No problems", timeout=10_000)
    page.keyboard.press("Delete")
    expect(page.locator(".node")).to_have_count(5)
    page.keyboard.press("Control+z")
    expect(page.locator(".node")).to_have_count(6)
    _is_drawn(page)
    _tab_to(page, "Publish", key="Shift+Tab")
    page.keyboard.press("Enter")
    _tab_to(page, "Publish")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()


def _press(page: Page, *keys: str) -> None:  # noqa: F811
    for key in keys:
        page.keyboard.press(key)


def _build_by_key(page: Page) -> None:  # noqa: F811
    for words in ("Rule", "Find alarms", "Approval"):
        _press(page, "/")
        _take(page, words)
    _press(page, "Alt+ArrowLeft", "w")
    expect(page.locator("#canvas-said")).to_contain_text("Wire from Find alarms to Approval.")
    _press(page, "/")
    _take(page, "Common cause")
    _press(page, "w", "/")
    _take(page, "Group alarms")
    _press(page, "Escape", "n")
    _take(page, "Write log")
    _press(page, "Control+f")
    _take(page, "Approval")
    _press(page, "c")
    expect(page.locator("#node-write_log")).to_have_attribute("data-fit", "amber")
    expect(page.locator("#quick-list")).to_contain_text("still to be filled in: Message.")
    _take(page, "Write log")


def _fill_by_key(page: Page, step: str, field: str, text: str, *, is_mapped: bool) -> None:  # noqa: F811
    """Go to a step by finding it, set one field, and go back to the canvas."""
    title = page.locator(f"#node-{step} .node__title").inner_text()
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    _take(page, title)
    expect(page.locator(f'#inspector [name="node"][value="{step}"]')).to_be_attached()
    page.keyboard.press("Enter")
    if is_mapped:
        _tab_to(page, "Insert data", f"/input/{field}")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Search data")).to_be_focused(timeout=FOUND_WITHIN_MS)
        page.keyboard.type("alarms")
        expect(page.locator(f'#data-picker [data-insert="{text}"]').first).to_be_visible()
        page.keyboard.press("Enter")
        _is_taken(page, field)
    else:
        name = f"/config/{field}"
        if name not in page.evaluate(FOCUSED):
            _tab_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Escape")
    expect(page.locator(f"#node-{step}")).to_be_focused()
