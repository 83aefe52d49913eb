"""The palette as a person uses it: a star, what works well after, and a block nobody had yet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.packs import make_block_files, make_pack_package
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.fingers import middle
from tests.support.running import Running

pytestmark = pytest.mark.journey


def _draw(page: Page, garland: Running, name: str) -> None:  # noqa: F811
    sign_in(page, garland, "admin")
    page.goto(f"{garland.url}/t/acme/workflows/templates")
    page.locator("#blank").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create a blank workflow").click()
    wait_until_live(page)


def _shelf(page: Page, block: str) -> Locator:  # noqa: F811
    """Give a block's row on its shelf: favourites and the last used stand above once more."""
    return page.locator(f'[data-part=all] [data-entry^="{block}"]')


def _mine(page: Page, title: str, block: str = "") -> Locator:  # noqa: F811
    """Give the first row under a title above the shelves, of a block where one is named."""
    rows = page.locator(f'[data-part=mine] h2:text-is("{title}") ~ .palette__row')
    return rows.filter(has_text=block).first


def _install(page: Page, catalogue: Locator, package: bytes) -> None:  # noqa: F811
    """Bring a file in the dialog, see what it asks for, agree and install it, by keys."""
    file: FilePayload = {
        "name": "it.gblk",
        "mimeType": "application/octet-stream",
        "buffer": package,
    }
    catalogue.get_by_label("A block or a pack").set_input_files(file)
    catalogue.get_by_role("button", name="Look at it").press("Enter")
    expect(catalogue).to_contain_text("probe.example")
    assert serious_violations(page) == []
    catalogue.get_by_label("I agree").press("Space")
    catalogue.get_by_role("button", name="Install").press("Enter")


def _saved(page: Page) -> None:  # noqa: F811
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=15_000)


def test_a_star_brings_a_block_to_the_top_and_it_stays_there(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _draw(page, garland, "Stars")
    row = _shelf(page, "garland.fingerprint")
    row.hover()
    before = middle(row)
    star = row.get_by_role("button", name="Favourite: Fingerprint")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    assert middle(row) == before
    page.locator("#canvas").hover()
    expect(_mine(page, "Favourites", "Fingerprint")).to_be_visible()

    page.reload()

    mine = _mine(page, "Favourites", "Fingerprint")
    star = mine.get_by_role("button", name="Favourite: Fingerprint")
    expect(star).to_have_attribute("aria-pressed", "true")
    assert serious_violations(page) == []
    page.get_by_role("searchbox", name="Search blocks").fill("fingerprint")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("f")
    expect(_mine(page, "Favourites", "Fingerprint")).to_have_count(0)


def test_what_works_well_after_a_ticket_is_offered_with_its_reason(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _draw(page, garland, "After a ticket")
    _shelf(page, "trigger:rule").get_by_role("button").first.click()
    page.get_by_role("searchbox", name="Search blocks").fill("open a ticekt")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("searchbox", name="Search blocks").fill("")

    usual = _mine(page, "Works well after this")
    expect(usual).to_contain_text("After Open trouble ticket in")
    title = usual.locator(".palette__name").inner_text()
    page.locator("#canvas [aria-selected=true]").first.focus()
    page.keyboard.press("/")
    first = page.locator("#quick-list [role=option]").first
    expect(first).to_contain_text(title)
    expect(first).to_contain_text("After Open trouble ticket in")
    page.keyboard.press("Enter")
    _saved(page)
    page.locator("#canvas").hover()
    expect(_mine(page, "Recently used")).to_contain_text(title)


def test_the_shelves_stay_where_they_are_until_the_mouse_has_left_them(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _draw(page, garland, "Steady")
    row = _shelf(page, "trigger:rule").get_by_role("button").first
    row.hover()
    before = middle(row)

    row.click()

    _saved(page)
    assert middle(row) == before
    page.locator("#canvas").hover()
    expect(_mine(page, "Works well after this")).to_be_visible()


def test_a_pack_is_installed_from_the_canvas_and_nothing_drawn_is_lost(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _draw(page, garland, "Installed meanwhile")
    _shelf(page, "trigger:rule").get_by_role("button").first.click()
    _saved(page)
    held: list[Route] = []
    # a lambda, for Playwright takes no built-in method
    page.route("**/draft", lambda route: held.append(route))  # noqa: PLW0108
    _shelf(page, "garland.wait@").get_by_role("button").first.click()
    here = page.url

    page.get_by_role("searchbox", name="Search blocks").fill("pronounce")
    expect(page.locator(".palette__few")).to_contain_text("No block does that.")
    page.locator("#palette").get_by_role("button", name="More blocks…").click()
    catalogue = page.get_by_role("dialog", name="More blocks")
    said: dict[str, Any] = {
        "id": "acme.pronounce",
        "title": "Pronounce a word",
        "permissions": REACHES_OUT,
    }
    pack = make_pack_package(id="acme.words", title="Words", parts=make_block_files(**said))
    _install(page, catalogue, pack)

    expect(_shelf(page, "acme.pronounce")).to_be_attached()
    catalogue.get_by_role("button", name="Add Pronounce a word").click()
    expect(page.locator("#canvas [data-node]")).to_have_count(3)
    assert page.url == here
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator("#canvas [data-node]")).to_have_count(1)
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    for one in held:
        one.continue_()
    page.unroute("**/draft")
    expect(page.locator("#canvas [data-node]")).to_have_count(3)
    _saved(page)


def test_a_block_is_installed_and_used_by_keys_alone(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    _draw(page, garland, "By keys")
    package = make_package(id="acme.whisper", title="Whisper a word", permissions=REACHES_OUT)
    page.locator("#canvas").focus()
    page.keyboard.press("/")
    page.keyboard.type("webhook")
    expect(page.locator("#quick-list [role=option]").first).to_contain_text("Webhook")
    page.keyboard.press("Alt+f")
    expect(_mine(page, "Favourites", "Webhook")).to_be_attached()
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.type("whisper")
    more = page.locator("#quick-add").get_by_role("button", name="More blocks…")
    page.keyboard.press("Tab")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    catalogue = page.get_by_role("dialog", name="More blocks")
    _install(page, catalogue, package)
    expect(_shelf(page, "acme.whisper")).to_be_attached()
    catalogue.get_by_role("button", name="Add Whisper a word").press("Enter")

    expect(page.locator("#canvas [data-node]")).to_have_count(2)
    expect(page.locator("#canvas [data-node][aria-selected=true]")).to_contain_text("Whisper")
    _saved(page)
