"""Two people in real browsers: one asks to publish, the other sees what changed and says yes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.factories.flows import flow_document, step
from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium, sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

NAME = "Tell the night shift"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def as_role(browser: Browser, shared_garland: Running) -> Iterator[dict[str, Page]]:
    """The browsers of a designer and an admin; afterwards one person publishes alone again."""
    pages = {role: browser.new_context().new_page() for role in ("designer", "admin")}
    for role, page in pages.items():
        sign_in(page, shared_garland, role)
    yield pages
    decide(pages["admin"], shared_garland, "One person may publish alone")
    for page in pages.values():
        page.context.close()


def decide(admin: Page, garland: Running, workflows: str) -> None:
    admin.goto(f"{garland.url}/t/acme/publishing-policy")
    admin.get_by_label("Workflows", exact=True).select_option(workflows)
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("It holds from now on.")).to_be_visible()


def draw(designer: Page, garland: Running) -> None:
    """Make a workflow by its text: how one is drawn is told elsewhere."""
    note = step("set-data", config={"values": {"told": True}})
    designer.goto(f"{garland.url}/t/acme/workflows")
    designer.locator("#field-name").fill(NAME)
    designer.get_by_role("button", name="Create").click()
    designer.wait_for_url("**/workflows/*-*")
    designer.goto(f"{designer.url}/details")
    document = flow_document({"note": note}, ["rule > note"], name=NAME)
    designer.get_by_label("Document").fill(json.dumps(document))
    designer.get_by_role("button", name="Save draft").click()
    expect(designer.get_by_text("The draft is saved.")).to_be_visible()


def test_one_asks_to_publish_and_another_says_yes(
    as_role: dict[str, Page], shared_garland: Running
) -> None:
    designer, admin = as_role["designer"], as_role["admin"]
    decide(admin, shared_garland, "Another person has to say yes")
    draw(designer, shared_garland)

    designer.get_by_role("button", name="Publish", exact=True).click()
    expect(designer.get_by_text("Nothing was published")).to_be_visible()
    designer.get_by_label("What changed, and why").fill("Tells who comes next")
    designer.get_by_role("button", name="Ask", exact=True).click()
    expect(designer.get_by_text("somebody else has to say yes")).to_be_visible()

    admin.goto(f"{shared_garland.url}/t/acme/")
    admin.get_by_role("link", name="See what changed").click()
    admin.get_by_role("link", name=NAME).click()
    expect(admin.get_by_text("Tells who comes next")).to_be_visible()
    admin.get_by_role("button", name="Say yes…").click()
    admin.get_by_role("button", name="Say yes and publish").click()
    expect(admin.get_by_text("You said yes: version 1 is live.")).to_be_visible()

    designer.reload()
    expect(designer.get_by_text("Published", exact=True)).to_be_visible()


def test_a_person_goes_from_a_workflow_to_a_new_rule_for_it_and_back(
    as_role: dict[str, Page], shared_garland: Running
) -> None:
    designer = as_role["designer"]
    designer.goto(f"{shared_garland.url}/t/acme/workflows?q=critical")
    designer.locator("table a").first.click()
    designer.locator(".node__head").filter(has_text="Rule").first.click()
    rules = designer.locator(".designer__starting")
    expect(rules.get_by_role("link", name="Critical communications alarms")).to_be_visible()

    rules.get_by_role("link", name="New rule that starts this workflow").click()
    expect(designer.get_by_alt_text("The workflow Take care of a critical alarm")).to_be_visible()
    designer.get_by_role("link", name="Open the workflow").click()

    expect(designer.get_by_label("Name of the workflow")).to_have_value(
        "Take care of a critical alarm"
    )
