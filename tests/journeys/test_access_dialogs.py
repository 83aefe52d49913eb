"""Every dialog: of the designer opened as people open it, of other pages each that they hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.flows import flow_document, step
from tests.support.browser import sign_in, wait_until_live
from tests.support.every_page import address_of
from tests.support.judging import judge_part
from tests.support.one_of_each import sent
from tests.support.running import Running

pytestmark = pytest.mark.journey

LONG_MS = 15_000
PLACES: tuple[str, ...] = (
    "/alarms",
    "/alarms/{alarm}",
    "/runs",
    "/runs/{failed_run}",
    "/rules/{rule}",
    "/workflows",
    "/workflows/{changed}/versions",
    "/services/{service}",
    "/calendars/{calendar}",
    "/connections/{connection}",
    "/sources/{json}/settings",
    "/members",
    "/maintenance/{window}",
    "/inventory/{resource}",
    "/publish-requests/{request}",
    "/look-up-tables/{look_up_table}",
)
"""Where dialogs are: each kind of them once, and every one with fields of its own."""
IDS = "all => [...new Map(all.map((one) => [one.id.replace(/[0-9].*/, ''), one.id])).values()]"
IN_VIEW = "() => { document.querySelector('.designer').dataset.drawer = 'inspector'; }"
"""Where there is little room, the form lies over the canvas."""
OPENS = "(id) => document.getElementById(id).showModal()"
CLOSES = "(id) => document.getElementById(id).close()"
FILLED = "form, .datum, .opened__canvas"
"""What is in a dialog once what it asked for came."""
DRAWN: dict[str, str] = {
    "catalogue": "#palette .palette__more",
    "rename": ".topbar [hx-target='#rename-part']",
    "opened": "[data-open-here]",
    "data-picker": "#inspector [data-data-open]",
}
"""What the designer opens, and what is clicked for it."""


@pytest.fixture
def page(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    yield page
    context.close()


def _right(found: dict[str, dict[str, list[str]]]) -> None:
    """Require that nothing is wrong with what was judged."""
    assert {one: wrong for one, wrong in found.items() if wrong} == {}


def _document(name: str) -> dict[str, object]:
    called = step("call-workflow", config={"flow": "take-care-of-a-critical-alarm"})
    return flow_document({"call": called}, ["hand > call"], name=name)


def test_nothing_is_wrong_with_any_dialog_of_the_designer(
    page: Page, shared_garland: Running
) -> None:
    asked = {"name": "Of dialogs", "document": _document("Of dialogs")}
    flow = sent(shared_garland, "POST", "/flows", json=asked)["id"]
    page.goto(f"{shared_garland.url}/t/acme/workflows/{flow}")
    wait_until_live(page)
    page.locator("#node-call .node__head").click()
    expect(page.locator("#inspector [name=node]")).to_have_value("call", timeout=LONG_MS)
    page.evaluate(IN_VIEW)

    found = {}
    for name, button in DRAWN.items():
        page.locator(button).first.click()
        shown = page.locator(f"#{name}")
        expect(shown).to_be_visible(timeout=LONG_MS)
        expect(shown.locator(FILLED).first).to_be_visible(timeout=LONG_MS)
        found[name] = judge_part(page, f"#{name}")
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
    page.evaluate(OPENS, "sure-drop")
    found["sure-drop"] = judge_part(page, "#sure-drop")
    page.evaluate(CLOSES, "sure-drop")
    found["merge"] = _merging(page, shared_garland, flow)

    _right(found)


def _merging(page: Page, garland: Running, flow: str) -> dict[str, list[str]]:
    """Judge the dialog that asks what stays, once somebody else called the workflow otherwise."""
    page.context.set_offline(True)
    page.locator("#flow-name").fill("As one calls it")
    page.keyboard.press("Tab")
    other = _document("As another calls it")
    sent(garland, "PUT", f"/flows/{flow}/draft", json=other, headers={"If-Match": '"1"'})
    page.context.set_offline(False)
    expect(page.locator("#merge")).to_contain_text("As another calls it", timeout=LONG_MS)
    return judge_part(page, "#merge")


def test_nothing_is_wrong_with_any_step_of_the_tour(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    page.goto(f"{shared_garland.url}/t/acme/workflows/{each['empty']}")
    wait_until_live(page)
    page.get_by_role("button", name="Show me around").first.click()

    found = {"first": judge_part(page, "#tour")}
    for _ in range(4):
        page.locator("#tour").get_by_role("button", name="Next").click()
    found["last"] = judge_part(page, "#tour")

    _right(found)


def test_nothing_is_wrong_with_the_dialogs_of_other_pages(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    found = {}
    for place in PLACES:
        page.goto(shared_garland.url + address_of(place, each))
        for name in page.locator("dialog[id]").evaluate_all(IDS):
            page.evaluate(OPENS, name)
            found[f"{place} #{name}"] = judge_part(page, f"[id='{name}']")
            page.evaluate(CLOSES, name)

    _right(found)
    assert len(found) > 20
