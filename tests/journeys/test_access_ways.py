"""Other ways to work: with fingertips, without motion, by what is spoken, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.factories.flows import flow_document, step
from tests.support.browser import sign_in, wait_until_live
from tests.support.every_page import address_of
from tests.support.fingers import middle, phone
from tests.support.judging import sideways, too_small
from tests.support.one_of_each import sent
from tests.support.running import Running

pytestmark = pytest.mark.journey

LONG_MS = 15_000
TABLET: ViewportSize = {"width": 1024, "height": 768}
BY_HAND = {"hand": {"kind": "manual", "position": [0, -120]}}
TOUCHED = ".topbar, nav, .tabs, .filter-bar, .thumbs, main .table, main .page-header, main .form"
LISTS: tuple[str, ...] = (
    "/",
    "/alarms",
    "/runs",
    "/rules",
    "/rules/new",
    "/workflows",
    "/sources",
    "/services",
)
LISTS += ("/calendars/{calendar}", "/connections", "/members", "/tokens", "/runs/{run}")
MOVING = """() => document.getAnimations().filter((one) => {
  const { duration, delay } = one.effect.getComputedTiming();
  return Number(duration) + Number(delay) > 1;
}).map((one) => one.animationName ?? one.transitionProperty)"""
NEVER_STILL = "() => { window.moved = []; setInterval(() => window.moved.push(...(%s)()), 20); }"
FOCUSED = """() => {
  const one = document.activeElement;
  return one === document.body ? "" : one.id || one.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def on_phone(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    context = phone(chromium)
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    yield page
    context.close()


@pytest.fixture
def calm(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    """A page of somebody who wants nothing to move."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    yield page
    context.close()


def test_fingertips_hit_what_lists_and_forms_offer(
    on_phone: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    found = {}
    for place in LISTS:
        on_phone.goto(shared_garland.url + address_of(place, each))
        found[place] = sideways(on_phone) + too_small(on_phone, TOUCHED)

    assert found == {place: [] for place in LISTS}


def test_fingertips_hit_what_the_designer_offers(
    on_phone: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    page = on_phone
    page.goto(f"{shared_garland.url}/t/acme/workflows/{each['flow']}")
    wait_until_live(page)

    found = {"bars": too_small(page, ".topbar, nav, .thumbs, .designer__status")}
    page.locator(".thumbs").get_by_role("button", name="Add").tap()
    expect(page.locator("#quick-list [role=option]").first).to_be_visible()
    found["quick add"] = too_small(page, "#quick-add")
    page.keyboard.press("Escape")
    page.touchscreen.tap(*middle(page.locator("#node-site .node__head")))
    expect(page.locator("#inspector [name=node]")).to_have_value("site", timeout=LONG_MS)
    page.locator(".thumbs").get_by_role("button", name="Settings").tap()
    found["inspector"] = too_small(page, ".designer__inspector")

    assert {part: wrong for part, wrong in found.items() if wrong} == {}


def test_fingertips_hit_what_a_tablet_shows_on_the_canvas(
    on_phone: Page, shared_garland: Running
) -> None:
    """The bar and the menu of what is chosen, and its ports.

    Ports stand as close as the rows of a step, which a finger hits once they are drawn at 200 %; at
    any size the menu connects as well.
    """
    page = on_phone
    page.set_viewport_size(TABLET)
    document = flow_document({"way": step("branch")}, [], name="Of fingers", triggers=BY_HAND)
    flow = sent(shared_garland, "POST", "/flows", json={"name": "Of fingers", "document": document})
    page.goto(f"{shared_garland.url}/t/acme/workflows/{flow['id']}")
    wait_until_live(page)
    page.touchscreen.tap(*middle(page.locator("#node-way .node__head")))
    expect(page.locator("#deed-bar")).to_be_visible()
    found = {"bar": too_small(page, "#deed-bar, .canvas__tools")}
    page.locator("#deed-bar [data-deed=menu]").tap()
    expect(page.locator("#deed-menu [data-deed=connect]")).to_be_visible()
    found["menu"] = too_small(page, "#deed-menu")
    page.keyboard.press("Escape")
    for _ in range(8):
        page.locator(".canvas__tools [data-deed=zoom-in]").tap()
    found["ports"] = too_small(page, "#node-way")

    assert found == {"bar": [], "menu": [], "ports": []}


def test_nothing_moves_for_who_wants_no_motion(
    calm: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    calm.add_init_script(f"({NEVER_STILL % MOVING})()")
    calm.goto(f"{shared_garland.url}/t/acme/alarms")
    calm.locator(".menu > summary").last.click()
    calm.goto(f"{shared_garland.url}/t/acme/workflows/{each['flow']}")
    wait_until_live(calm)
    for deed in ("zoom-out", "zoom-in", "fit"):
        calm.locator(f".canvas__tools [data-deed={deed}]").click()
    calm.locator("#node-site").focus()
    calm.keyboard.press("Enter")
    calm.locator(".topbar [hx-target='#publish-ask']").click()
    expect(calm.locator("#publish")).to_be_visible()
    calm.keyboard.press("Escape")

    assert calm.evaluate("() => window.moved") == []


def test_deeds_on_the_canvas_are_spoken(
    calm: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    calm.goto(f"{shared_garland.url}/t/acme/workflows/{each['empty']}")
    wait_until_live(calm)
    spoken = calm.get_by_role("status").filter(has_not=calm.locator("*"))
    heard = calm.locator("#announcer")
    expect(heard).to_have_attribute("aria-live", "polite")

    calm.locator('[data-part=all] [data-entry^="garland.write-log"]').click()
    expect(heard).to_contain_text("Write log added")
    calm.locator("#canvas").focus()
    calm.keyboard.press("Control+z")
    expect(heard).to_contain_text("Undone")
    assert spoken.count() > 0


def test_the_keyboard_is_never_caught(
    calm: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    """Tab goes through the whole designer and out of it, and Shift+Tab comes back."""
    calm.goto(f"{shared_garland.url}/t/acme/workflows/{each['flow']}")
    wait_until_live(calm)
    calm.evaluate("() => document.querySelector('.skip-link').focus()")

    on: list[str] = []
    back: list[str] = []
    for key, visited in (("Tab", on), ("Shift+Tab", back)):
        for _ in range(200):
            calm.keyboard.press(key)
            visited.append(calm.evaluate(FOCUSED))
            if len(visited) > 3 and visited[-1] in ("", visited[0]):
                break

    assert {"canvas", "problem-count", "flow-name"} <= set(on)
    assert "canvas" in back
    assert len(on) < 200
    assert len(back) < 200
