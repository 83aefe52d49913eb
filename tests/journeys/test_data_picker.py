"""Fields are taken from data, in steps and in rules; a rule leads to its workflow and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

LONG_MS = 15_000


def _open(page: Page, garland: Running, step: str, field: str) -> Locator:  # noqa: F811
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows?q=critical")
    page.locator("tbody a").first.click()
    expect(page.locator("#inspector").get_by_label("What it is for")).to_be_visible(timeout=LONG_MS)
    page.locator(f"#node-{step} .node__head").click()
    return page.locator(f'#inspector [data-field="{field}"]')


def test_a_field_is_taken_from_data_and_back_without_losing_what_was_typed(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    message = _open(page, garland, "log", "/config/message")
    message.get_by_role("button", name="Enter a plain value").click()
    expect(message.locator("[data-rich]")).to_have_count(0, timeout=LONG_MS)
    message.get_by_role("textbox").fill("Down: ")
    page.keyboard.press("Control+Space")
    picker = page.locator("#data-picker")
    expect(picker.get_by_label("Search data")).to_be_focused(timeout=LONG_MS)
    page.keyboard.type("managed obj")
    page.keyboard.press("Enter")

    rich = message.locator("[data-rich]")
    expect(rich).to_have_text("Down: Alarm \u203a Managed object", timeout=LONG_MS)
    expect(rich).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" now")
    page.keyboard.press("Tab")
    code = message.locator("textarea")
    expect(code).to_have_value('= "Down: " + trigger.alarm.managed_object + " now"')
    assert serious_violations(page) == []

    message.get_by_role("button", name="Enter a plain value").click()
    expect(rich).to_have_count(0, timeout=LONG_MS)
    expect(message.get_by_role("textbox")).to_have_value("Down: ")
    _drag(page, message)
    expect(rich).to_have_text("Down: Alarm \u203a Place", timeout=LONG_MS)


def _drag(page: Page, message: Locator) -> None:  # noqa: F811
    message.get_by_role("button", name="Insert data").click()
    page.get_by_label("Search data").fill("place")
    datum = page.locator("#data-picker .datum:visible").first
    datum.hover()
    page.mouse.down()
    level = page.locator('#inspector [data-field="/config/level"]')
    for target in (level, message):
        box = target.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 10, steps=4)
    expect(message).to_have_class("field field--over")
    page.mouse.up()


def test_an_expression_is_completed_checked_and_tried_while_it_is_written(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    condition = _open(page, garland, "gold", "/config/when")
    _choose_sample(page, condition, "made-up")
    code, outcome = condition.locator("textarea"), condition.locator(".expression__outcome")
    code.fill("1 + ")
    expect(outcome).to_contain_text("ends too early", timeout=LONG_MS)
    code.fill("1 + 1")
    expect(outcome).to_contain_text("must be true or false", timeout=LONG_MS)
    expect(outcome).to_contain_text("Gives 2")
    code.fill("")
    code.press_sequentially("flap")
    expect(page.get_by_role("listbox", name="Completions")).to_be_visible(timeout=LONG_MS)
    code.press("ArrowDown")
    code.press("Enter")

    expect(code).to_have_value("trigger.alarm.flap_count")
    expect(outcome).to_contain_text("Gives 0 (number) on a made-up alarm", timeout=LONG_MS)


def _choose_sample(page: Page, field: Locator, sample: str) -> None:  # noqa: F811
    """Try on one sample: the best is that of the newest run, whichever journey made it."""
    field.get_by_role("button", name="Insert data").click()
    page.get_by_label("Values of").select_option(sample)
    chosen = page.locator("#data-sample option[selected]")
    expect(chosen).to_have_attribute("value", sample, timeout=LONG_MS)
    page.get_by_role("button", name="Close", exact=True).click()


def test_a_rules_text_and_condition_are_taken_from_an_alarm_by_keys_and_by_mouse(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/rules/new")
    page.get_by_label("Action", exact=True).select_option("notify")
    subject = page.locator('[name="/then/0/subject"]')
    subject.press_sequentially("Down: ", timeout=LONG_MS)
    subject.press("Control+Space")
    search = page.locator("#data-picker").get_by_label("Search data")
    expect(search).to_be_focused(timeout=LONG_MS)
    page.keyboard.type("managed obj")
    page.keyboard.press("Enter")
    expect(subject).to_have_value("Down: {managed_object}")
    expect(subject).to_be_focused()

    field = page.locator('[data-field="/when/members/0/field"]')
    field.get_by_role("button", name="Insert data").click()
    expect(search).to_be_focused(timeout=LONG_MS)
    assert serious_violations(page) == []
    search.fill("source own id")
    page.locator("#data-picker .datum:visible").click()
    expect(field.locator("select")).to_have_value("external_id")
    expect(page.get_by_label("Value", exact=True)).to_have_attribute(
        "name", "/when/members/0/value"
    )

    subject.press("Control+Space")
    expect(search).to_be_focused(timeout=LONG_MS)
    search.fill("severity")
    page.locator("#data-picker .datum:visible").first.drag_to(subject)
    expect(subject).to_have_value("Down: {managed_object}{perceived_severity}")


def test_a_rule_leads_to_its_workflow_the_workflow_to_the_rule_and_that_back_again(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/rules")
    page.get_by_role("link", name="Critical communications alarms").click()
    page.get_by_role("link", name="Open the workflow").click()
    node = page.locator(".node__head", has_text="Rule")
    expect(node.first).to_be_visible(timeout=LONG_MS)
    node.first.click()
    starting = page.locator(".designer__starting")
    starting.get_by_role("link", name="Critical communications alarms").click(timeout=LONG_MS)
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="Back to workflow").click()

    expect(node.first).to_be_visible(timeout=LONG_MS)
