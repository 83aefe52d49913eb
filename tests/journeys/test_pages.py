"""A person in a real browser: signs in, makes a workflow, tries it, and meets no broken page."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.factories.flows import flow_document, step
from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium, sign_in, wait_until_live
from tests.support.judging import violations
from tests.support.running import Running

pytestmark = pytest.mark.journey


@pytest.fixture
def garland(shared_garland: Running) -> Running:
    return shared_garland


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when a script of it fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if _is_fault(line) else None)
    yield page
    context.close()
    assert wrong == []


def _is_fault(line: ConsoleMessage) -> bool:
    """Tell a script's error from the browser's note that a form was refused (422)."""
    return line.type == "error" and "status of 422" not in line.text


def serious_violations(page: Page) -> list[str]:
    """Let axe-core judge the page; give what weighs as much as it can."""
    return [one for one in violations(page) if one.startswith(("serious ", "critical "))]


def test_a_designer_makes_publishes_and_tries_a_workflow(garland: Running, page: Page) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill("My first workflow")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Versions and runs").click()

    steps = {
        "look": step("branch", config={"when": "trigger.alarm.perceived_severity != ''"}),
        "log": step("write-log", config={"message": "= trigger.alarm.managed_object"}),
        "data": step("set-data", config={"values": {"n": 1}}),
    }
    wires = ["rule > look", "look:yes > log", "log:done > data"]
    document = flow_document(
        steps, wires, name="My first workflow", triggers={"rule": {"kind": "rule"}}
    )
    page.get_by_label("Document").fill(json.dumps(document))
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()
    page.get_by_role("link", name="Versions and runs").click()
    page.get_by_role("button", name="Test run").click()

    expect(page.locator("#run .page-header")).to_contain_text("Succeeded", timeout=15_000)
    expect(page.locator('.node[data-status="done"]')).to_have_count(3)
    expect(page.locator(".lane__title")).to_have_text(["look", "log", "data"])


def test_a_refused_draft_keeps_what_was_typed_and_names_the_field(
    garland: Running, page: Page
) -> None:
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/rules/new?as=text")
    page.get_by_label("Document").fill('{"rule": 1, "name": "Typed"}')

    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Save draft").click()

    assert answer.value.status == 422
    expect(page.get_by_label("Document")).to_have_value('{"rule": 1, "name": "Typed"}')
    expect(page.get_by_role("alert")).to_contain_text("then is missing")


def test_a_new_alarm_appears_in_the_open_list_by_itself(garland: Running, page: Page) -> None:
    sign_in(page, garland, "operator")
    page.goto(f"{garland.url}/t/acme/alarms")
    wait_until_live(page)

    garland.send({"managed_object": "live-test-1", "perceived_severity": "minor"})

    expect(page.get_by_role("link", name="live-test-1")).to_be_visible(timeout=10_000)
