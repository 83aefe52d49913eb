"""Two people edit one workflow at once; a draft outlives the browser it was drawn in."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.factories.flows import chain_document
from tests.journeys.test_pages import serious_violations
from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium, sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
    yield browser
    browser.close()


def _made(garland: Running, name: str) -> str:
    made = garland.post("/flows", {"name": name, "document": chain_document(2, name=name)})
    return f"{garland.url}/t/acme/workflows/{made.json()['id']}"


def _opened(page: Page, garland: Running, role: str, address: str) -> Page:
    sign_in(page, garland, role)
    page.goto(address)
    wait_until_live(page)
    return page


def _named(page: Page, name: str) -> None:
    page.locator("#flow-name").fill(name)
    page.locator("#flow-name").press("Tab")


def test_two_people_edit_at_once_and_nothing_is_overwritten(
    shared_garland: Running, browser: Browser
) -> None:
    address = _made(shared_garland, "Both at once")
    anna, bert = (
        _opened(browser.new_context().new_page(), shared_garland, role, address)
        for role in ("designer", "admin")
    )
    expect(anna.locator(".presence__face")).to_be_visible(timeout=10_000)

    bert.locator('[data-part=all] [data-entry^="garland.write-log"]').click()
    expect(bert.locator("#save-state")).to_have_text("Saved")
    expect(anna.locator("#node-write_log")).to_be_visible(timeout=10_000)

    anna.context.set_offline(True)
    _named(anna, "As Anna calls it")
    anna.locator('[data-part=all] [data-entry^="garland.branch"]').click()
    _named(bert, "As Bert calls it")
    expect(bert.locator("#save-state")).to_have_text("Saved")
    anna.context.set_offline(False)

    expect(anna.locator("#merge")).to_contain_text("As Bert calls it", timeout=15_000)
    assert serious_violations(anna) == []
    anna.locator("#merge").get_by_role("button", name="All of").click()
    anna.locator("#merge").get_by_role("button", name="Merge").click()
    expect(anna.locator("#flow-name")).to_have_value("As Bert calls it")
    expect(anna.locator("#save-state")).to_have_text("Saved")
    expect(bert.locator("#node-branch")).to_be_visible(timeout=10_000)
    anna.context.close()
    expect(bert.locator(".presence__face")).to_have_count(0, timeout=10_000)


def test_what_is_typed_when_publish_is_pressed_is_published(
    shared_garland: Running, browser: Browser
) -> None:
    address = _made(shared_garland, "At the last moment")
    page = _opened(browser.new_context().new_page(), shared_garland, "designer", address)
    page.locator("#node-s1").click()
    name = page.locator(".inspector__name")
    expect(name).to_be_visible()

    name.fill("Last of all")
    page.locator("header").get_by_role("button", name="Publish", exact=True).click()
    plan = page.locator("#publish-plan")
    expect(plan.locator("form")).to_be_visible()
    plan.get_by_role("button", name="Publish").click()

    expect(plan).to_contain_text("Version 1 is live.")
    page.goto(f"{address}/states/v1")
    expect(page.locator("main")).to_contain_text("Last of all")
    page.context.close()


def test_a_lost_connection_is_told_once_and_its_return_takes_that_away(
    shared_garland: Running, browser: Browser
) -> None:
    address = _made(shared_garland, "Far away")
    page = _opened(browser.new_context().new_page(), shared_garland, "designer", address)
    page.context.set_offline(True)

    for _ in range(3):
        page.locator("header").get_by_role("button", name="Runs", exact=True).click()
    told = page.locator("#toasts .toast")
    expect(told).to_have_text(re.compile("The server cannot be reached"))
    page.context.set_offline(False)

    expect(told).to_have_count(0)
    page.context.close()


@contextmanager
def _killable(playwright: Playwright, folder: Path) -> Iterator[Page]:
    """A browser that keeps what it keeps in a folder, and is killed at the end."""
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=find_chromium(), args=LAUNCH_ARGUMENTS
    )
    yield context.new_page()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_ours = str(folder).encode() in process.read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if is_ours:
            os.kill(int(process.parent.name), signal.SIGKILL)


def test_a_draft_is_recovered_after_the_browser_was_killed(
    shared_garland: Running, playwright: Playwright, tmp_path: Path
) -> None:
    address = _made(shared_garland, "Outlives its browser")
    with _killable(playwright, tmp_path / "browser") as page:
        _opened(page, shared_garland, "designer", address)
        page.route("**/draft", lambda route: route.abort())
        page.locator('[data-part=all] [data-entry^="garland.write-log"]').click()
        expect(page.locator('#save-state[data-kept="yes"]')).to_be_attached()

    with _killable(playwright, tmp_path / "browser") as page:
        _opened(page, shared_garland, "designer", address)
        expect(page.locator("#recovery")).to_be_visible()
        expect(page.locator("#node-write_log")).to_have_count(0)
        page.get_by_role("button", name="Take them up").click()
        expect(page.locator("#node-write_log")).to_be_visible()
        expect(page.locator("#save-state")).to_have_text("Saved")
        expect(page.locator("#recovery")).to_be_hidden()
