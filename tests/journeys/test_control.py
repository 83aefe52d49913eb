"""People who never saw code: ask for a form, start with it, go back a version, retire one."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

NAME = "Restart a device"
LOG = {"log": step("write-log", config={"message": "= 'restart ' + trigger.input.device"})}


def _make(page: Page, garland: Running) -> str:  # noqa: F811
    """Make a workflow of one step from its text; give its address."""
    page.goto(f"{garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill(NAME)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Versions and runs").click()
    document = flow_document(LOG, ["hand > log"], name=NAME, triggers={"hand": {"kind": "manual"}})
    page.get_by_label("Document").fill(json.dumps(document))
    page.get_by_role("button", name="Save draft").click()
    return page.url.removesuffix("/details")


def _ask_for_a_device(page: Page) -> None:  # noqa: F811
    """Add a field to the start form, and let further starts wait for their turn."""
    page.get_by_label("the new run").select_option(label="Waits for its turn")
    page.get_by_role("button", name="Add to Fields").click()
    page.get_by_label("Name", exact=False).first.fill("device")
    page.get_by_label("Shown as").fill("Device")
    page.get_by_label("Must be filled in").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("The settings are saved in the draft.")).to_be_visible()


def test_a_person_sets_up_starts_and_takes_back_a_workflow(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    address = _make(page, garland)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()

    page.goto(f"{address}/settings")
    _ask_for_a_device(page)
    expect(page.get_by_text("Takes effect when you publish").first).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="Publish…").click()
    page.locator("#publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is live.")).to_be_visible()

    page.get_by_role("link", name="Start the live version").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("device must not be empty")).to_be_visible()
    page.get_by_label("Device").fill("r1")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#run .page-header")).to_contain_text("Succeeded", timeout=15_000)

    page.goto(f"{address}/versions")
    assert serious_violations(page) == []
    page.get_by_role("button", name="Retire").click()
    page.locator("#retire-1").get_by_role("button", name="Retire").click()
    expect(page.get_by_text("Version 1 is retired.")).to_be_visible()
    page.get_by_role("link", name="Compare version 1", exact=True).click()
    expect(page.get_by_text("From version 1 to the draft")).to_be_visible()
    expect(page.get_by_text("Policy set to “queue”")).to_be_visible()
    assert serious_violations(page) == []


def test_a_person_without_a_mouse_pauses_many_workflows(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows")

    page.get_by_label("Choose Morning note").focus()
    page.keyboard.press("Space")
    page.locator("[data-bulk]").get_by_role("button", name="Pause").press("Enter")
    page.locator("#sure-pause").get_by_role("button", name="Pause").press("Enter")

    expect(page.get_by_text("1 workflow was paused.")).to_be_visible()
    expect(page.get_by_role("row", name="Morning note")).to_contain_text("Paused")
    assert serious_violations(page) == []
