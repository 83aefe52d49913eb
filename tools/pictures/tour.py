"""The tour of docs/tour.md, done as a business user does it: each picture is of a step of it.

A step that can't be done ends the tour with an error that names what was looked for: then the page
tells what is not so any more.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running
from tools.pictures.drawing import (
    choose,
    choose_after,
    field,
    open_node,
    point_at,
    port,
    show_all,
    write,
)
from tools.pictures.taking import Taker

PICTURES = (
    "first-steps",
    "alarms",
    "gallery",
    "template",
    "empty-canvas",
    "quick-add",
    "connecting",
    "problems",
    "data-picker",
    "trial",
    "rule",
    "publish",
    "run",
    "phone",
)
"""The pictures, in the order of the page."""

NAME, QUESTION = "Fibre cut", "Send a crew to the cut?"
SPAN = ("link-zrh-brn", "link-bsl-brn", "link-luz-brn")
WIDTH = 1200
PATIENCE_MS = 60_000
SETTLED_MS = 400
"""How long what was swapped in takes to be drawn: canvases and charts draw a frame later."""


def take_tour(taker: Taker) -> None:
    """Go through the tour and take all its pictures."""
    expect.set_options(timeout=PATIENCE_MS)
    _lay_the_span(taker.garland)
    _cut_the_fibre(taker.garland)
    with taker.looking() as page:
        page.set_default_timeout(PATIENCE_MS)
        sign_in(page, taker.garland, "designer")
        _look_round(taker, page)
        _draw(taker, page)
        _set_up(taker, page)
        _try(taker, page)
        designer = page.url.partition("?")[0]
        _start_by_a_rule(taker, page)
        _publish(taker, page, designer)
        _watch(taker, page)
    _carry_on(taker, designer)


def _lay_the_span(garland: Running) -> None:
    """Let the inventory know the cable that three links lie in."""
    garland.put("/resources/span-bern", {"kind": "link", "name": "Cable at Bern", "site": "BRN"})
    for link in SPAN:
        relation = {"from": "span-bern", "to": link, "kind": "carries"}
        garland.post("/resource-relations", relation).raise_for_status()


def _cut_the_fibre(garland: Running) -> None:
    """Let the links of one span lose their signal."""
    _say_of_the_span(garland, "critical", "No light")


def _mend_the_fibre(garland: Running) -> None:
    """Let the links have their signal back."""
    _say_of_the_span(garland, "cleared", "Light again")


def _say_of_the_span(garland: Running, severity: str, words: str) -> None:
    said = {
        "perceived_severity": severity,
        "event_type": "communicationsAlarm",
        "probable_cause": "lossOfSignal",
        "specific_problem": "Loss of signal",
    }
    events = [{**said, "managed_object": one, "text": f"{words} on {one}"} for one in SPAN]
    garland.send(*events).raise_for_status()


def _show(taker: Taker, page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    taker.take_small(page, name, width=WIDTH)


def _look_round(taker: Taker, page: Page) -> None:
    """Show what is there before anything is drawn: first steps, alarms, templates."""
    place = f"{taker.garland.url}/t/acme"
    page.goto(f"{place}/guide")
    _show(taker, page, "first-steps")
    page.goto(f"{place}/alarms?q=link-")
    expect(page.get_by_role("link", name=SPAN[-1]).first).to_be_visible()
    _show(taker, page, "alarms")
    page.goto(f"{place}/workflows/templates")
    _show(taker, page, "gallery")
    page.get_by_role("link", name="Fibre cut").first.click()
    expect(page.get_by_role("button", name="Use this template")).to_be_attached()
    _show(taker, page, "template")
    page.goto(f"{place}/workflows/templates")
    page.locator("#blank").get_by_label("Name").fill(NAME)
    page.get_by_role("button", name="Create a blank workflow").click()
    wait_until_live(page)
    expect(page.locator("#canvas-hint")).to_be_visible()
    _show(taker, page, "empty-canvas")


def _draw(taker: Taker, page: Page) -> None:
    """Add a trigger and five steps, each by the + of the port before it, and draw the last wire."""
    page.locator("#canvas-hint").get_by_role("button", name="Add a trigger").click()
    choose(page, "Rule")
    choose_after(page, "rule", "", "Find alarms")
    port(page, "find_alarms", "found").click()
    page.keyboard.type("cause")
    expect(page.locator("#quick-list [role=option]").first).to_contain_text("Common cause")
    _show(taker, page, "quick-add")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-add")).to_be_hidden()
    choose_after(page, "common_cause", "found", "Group alarms")
    choose_after(page, "group_alarms", "done", "Approval")
    page.locator("#canvas").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    choose(page, "Write log")
    show_all(page)
    page.mouse.move(*point_at(port(page, "approval", "approved")))
    page.mouse.down()
    page.mouse.move(*point_at(page.locator("#node-write_log .node__head")), steps=4)
    expect(page.locator("#node-write_log")).to_have_attribute("data-fit", "amber")
    _show(taker, page, "connecting")
    page.mouse.up()


def _set_up(taker: Taker, page: Page) -> None:
    """Mend what is listed under Problems: values are taken from data, or written."""
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.wait_for_timeout(SETTLED_MS)
    page.locator("#problem-count").click()
    expect(page.locator("#problem-list")).to_contain_text("is missing")
    _show(taker, page, "problems")
    page.locator("#problem-count").click()
    write(page, "find_alarms", "probable_cause", "lossOfSignal")
    open_node(page, "common_cause")
    _insert(page, "items").first.click()
    found = page.locator('#data-picker [data-insert*="steps.find_alarms.output.?alarms"]').first
    expect(found).to_be_visible()
    _show(taker, page, "data-picker")
    found.click()
    expect(field(page, "items").locator(".data-chip").first).to_be_visible()
    open_node(page, "group_alarms")
    _insert(page, "alarms").first.click()
    page.get_by_label("Search data").fill("alarms")
    page.locator('#data-picker [data-insert*="find_alarms.output.?alarms"]:visible').first.click()
    expect(field(page, "alarms").locator(".data-chip").first).to_be_visible()
    write(page, "approval", "title", QUESTION)
    write(page, "write_log", "message", "A crew is on its way")
    expect(page.locator("#problem-count")).to_have_text("No problems")


def _insert(page: Page, name: str) -> Locator:
    return field(page, name).get_by_role("button", name="Insert data")


def _try(taker: Taker, page: Page) -> None:
    """Play the draft on one of the alarms; nothing outside is changed."""
    page.get_by_role("button", name="Test run").click()
    page.get_by_label("Find", exact=True).fill(SPAN[0])
    expect(page.locator(".trial-row").first).to_contain_text(SPAN[0])
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator('#node-group_alarms[data-status="done"]')).to_be_visible()
    port(page, "find_alarms", "found").hover()
    expect(page.locator("#port-value")).to_contain_text("lossOfSignal")
    _show(taker, page, "trial")


def _start_by_a_rule(taker: Taker, page: Page) -> None:
    """Publish, then have a rule start the workflow: three lost signals within two minutes."""
    _put_live(page, "First version")
    open_node(page, "rule")
    page.get_by_role("link", name="New rule that starts this workflow").click()
    page.get_by_label("Name").fill("Several links lose their signal")
    _pick(page, "How many alarms", "count")
    _fill(page, "/at_least", "3")
    _fill(page, "/within/amount", "2")
    _pick(page, "Field", "probable_cause")
    expect(page.locator('input[name="/when/members/0/value"]')).to_be_visible()
    _fill(page, "/when/members/0/value", "lossOfSignal")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    _show(taker, page, "rule")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()


def _pick(page: Page, label: str, value: str) -> None:
    """Choose from a list of a form that comes again with each change."""
    page.get_by_label(label, exact=True).first.select_option(value)
    _is_answered(page)


def _fill(page: Page, name: str, text: str) -> None:
    """Fill a box of such a form, and go on to the next."""
    page.locator(f'input[name="{name}"]').fill(text)
    page.keyboard.press("Tab")
    _is_answered(page)


def _is_answered(page: Page) -> None:
    """Wait until the form is there as it is after the change."""
    page.wait_for_timeout(SETTLED_MS)
    expect(page.locator("#rule-form.htmx-request")).to_have_count(0)
    page.wait_for_timeout(SETTLED_MS)


def _put_live(page: Page, note: str) -> None:
    page.get_by_role("button", name="Publish").first.click()
    page.locator("#publish").get_by_label("What changed").fill(note)
    page.locator("#publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is live.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#publish")).to_be_hidden()


def _publish(taker: Taker, page: Page, designer: str) -> None:
    """Change the drawing and see what is different before it goes live."""
    page.goto(designer)
    wait_until_live(page)
    choose_after(page, "write_log", "done", "Acknowledge alarm")
    write(page, "write_log", "message", "A crew is on its way to Bern")
    expect(page.locator("#since-live")).to_contain_text("3 changes")
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.get_by_role("button", name="Publish").first.click()
    expect(page.locator("#publish")).to_contain_text("From version 1 to version 2")
    _show(taker, page, "publish")
    page.locator("#publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is live.")).to_be_visible()


def _watch(taker: Taker, page: Page) -> None:
    """Cut the fibre again, say yes, and look on the canvas at what the run did."""
    _mend_the_fibre(taker.garland)
    _cut_the_fibre(taker.garland)
    page.goto(f"{taker.garland.url}/t/acme/approvals")
    wait_until_live(page)
    page.get_by_role("link", name=QUESTION).first.click()
    page.get_by_role("button", name="Approve…").click()
    page.get_by_role("button", name="Approve", exact=True).last.click()
    page.get_by_role("link", name="See the run").click()
    expect(page.locator("#content")).to_contain_text("Succeeded")
    page.get_by_role("link", name="Show on the canvas").click()
    expect(page.locator('#node-acknowledge_alarm[data-status="done"]')).to_be_visible()
    _show(taker, page, "run")


def _carry_on(taker: Taker, designer: str) -> None:
    """Open the same workflow on a phone."""
    with taker.looking("phone") as page:
        sign_in(page, taker.garland, "designer")
        page.goto(designer)
        wait_until_live(page)
        page.wait_for_timeout(SETTLED_MS)
        taker.take_small(page, "phone", width=WIDTH)
