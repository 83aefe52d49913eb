"""A person fills in a decision table by keys, as in a spreadsheet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

PASTE = """(text) => {
  const carried = new DataTransfer();
  carried.setData("text/plain", text);
  const facts = {clipboardData: carried, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", facts));
}"""
COPY = """() => {
  const carried = new DataTransfer();
  const facts = {clipboardData: carried, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("copy", facts));
  return carried.getData("text/plain");
}"""


@pytest.fixture
def grid(garland: Running, page: Page) -> Page:  # noqa: F811
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/rules/tables/new")
    page.wait_for_load_state("load")
    cell(page, 0, "when", 0).click()
    return page


def cell(page: Page, row: int, side: str, column: int) -> Locator:  # noqa: F811
    return page.locator(f'[name="/rows/{row}/{side}/{column}"]')


def rows(page: Page) -> Locator:  # noqa: F811
    return page.locator("[data-grid] tbody tr")


def type_in(page: Page, *keys: str) -> None:  # noqa: F811
    """Press keys; what is no key's name is typed."""
    for key in keys:
        is_key = key in ("Tab", "Enter", "F2", "Escape", "Delete") or "+" in key or "Arrow" in key
        (page.keyboard.press if is_key else page.keyboard.type)(key)


def test_a_table_is_filled_in_by_keys_and_saved(grid: Page) -> None:
    type_in(grid, ">= major", "Tab", "ZRH", "Tab", "core", "Enter")
    type_in(grid, "field", "ArrowLeft", "ArrowLeft", "minor", "Enter")
    grid.get_by_label("Name", exact=False).first.fill("Filled in by keys")
    grid.get_by_role("button", name="Save draft").click()

    expect(grid.get_by_role("heading", level=1)).to_have_text("Filled in by keys")
    expect(cell(grid, 0, "when", 0)).to_have_value(">= major")
    expect(cell(grid, 0, "then", 0)).to_have_value("core")
    expect(cell(grid, 1, "when", 0)).to_have_value("minor")
    assert serious_violations(grid) == []


def test_f2_edits_within_a_cell_and_escape_gives_up(grid: Page) -> None:
    type_in(grid, "major", "Tab", "Shift+Tab", "F2", ", minor", "Escape")
    expect(cell(grid, 0, "when", 0)).to_have_value("major")

    type_in(grid, "F2", ", minor", "Enter")
    expect(cell(grid, 0, "when", 0)).to_have_value("major, minor")


def test_a_wrong_cell_is_marked_while_one_goes_on(grid: Page) -> None:
    type_in(grid, "majr", "Enter")

    expect(cell(grid, 0, "when", 0)).to_have_attribute("aria-invalid", "true")
    expect(grid.locator('[id="field-/rows/0/when/0-error"]')).to_contain_text("majr is no severity")
    expect(grid.locator("#table-check")).to_contain_text("row 1, Severity: majr is no severity")

    type_in(grid, "ArrowUp", "major", "Enter")
    expect(cell(grid, 0, "when", 0)).not_to_have_attribute("aria-invalid", "true")


def test_pasted_rows_are_added_copied_back_and_undone(grid: Page) -> None:
    text = "major\tZRH\tcore\nminor\tBRN\tfield\nwarning\t-\tnoc"
    grid.evaluate(PASTE, text)
    expect(rows(grid)).to_have_count(3)
    expect(cell(grid, 0, "when", 0)).to_be_focused()

    type_in(grid, "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight")
    assert grid.evaluate(COPY) == text

    type_in(grid, "Control+z")
    expect(rows(grid)).to_have_count(2)
    type_in(grid, "Control+y")
    expect(rows(grid)).to_have_count(3)


def test_rows_are_inserted_moved_and_deleted_by_keys(grid: Page) -> None:
    type_in(grid, "major", "Control+Enter")
    expect(rows(grid)).to_have_count(3)
    expect(cell(grid, 1, "when", 0)).to_be_focused()

    type_in(grid, "minor", "Alt+ArrowUp")
    expect(cell(grid, 0, "when", 0)).to_have_value("minor")
    expect(cell(grid, 0, "when", 0)).to_be_focused()

    type_in(grid, "Control+Delete")
    expect(rows(grid)).to_have_count(2)
    expect(cell(grid, 0, "when", 0)).to_have_value("major")


def test_a_gap_becomes_a_row_by_its_button(grid: Page) -> None:
    type_in(grid, ">= major", "Enter", "minor", "Enter")
    button = grid.get_by_role("button", name="Add a row for this").first
    button.click()

    expect(rows(grid)).to_have_count(3)
    expect(cell(grid, 2, "when", 0)).to_have_value("<= warning")


def test_undo_takes_back_one_cell(grid: Page) -> None:
    type_in(grid, "major", "Enter", "minor", "Tab")
    type_in(grid, "Control+z")
    expect(cell(grid, 1, "when", 0)).to_have_value("-")

    grid.get_by_role("button", name="Redo").click()
    expect(cell(grid, 1, "when", 0)).to_have_value("minor")
