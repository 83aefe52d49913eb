"""An operator at the map: by keys alone, live, and with the way from an alarm to its cause."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running

pytestmark = pytest.mark.journey


def open_map(garland: Running, page: Page, query: str = "") -> None:  # noqa: F811
    """Open the map and wait until it is live."""
    page.goto(f"{garland.url}/t/acme/map{query}")
    wait_until_live(page)


def view(page: Page) -> str:  # noqa: F811
    """Give where the drawing is panned and zoomed to."""
    page.wait_for_timeout(100)  # a frame
    return str(page.locator("#netmap-world").evaluate("one => one.style.transform"))


def test_a_site_is_found_opened_and_closed_by_keys_alone(garland: Running, page: Page) -> None:  # noqa: F811
    sign_in(page, garland, "operator")
    open_map(garland, page)

    page.locator("#netmap").focus()
    before = view(page)
    page.keyboard.press("+")
    assert view(page) != before
    page.keyboard.press("1")
    assert view(page) == before
    page.keyboard.press("Enter")
    first = page.evaluate("document.activeElement.dataset.node")
    page.keyboard.press("]")
    second = page.evaluate("document.activeElement.dataset.node")
    assert first
    assert second not in (first, None)
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel")).to_have_attribute("data-open", second)
    page.keyboard.press("Escape")

    expect(page.locator("#map-panel")).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.node") == second


def test_an_alarm_colours_its_site_while_view_focus_and_panel_stay(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    open_map(garland, page)
    zurich = page.locator('#netmap [data-node="ZRH"]')
    zurich.click()
    expect(page.locator("#map-panel-title")).to_have_text("Zürich")
    zurich.focus()
    page.keyboard.press("+")
    before = view(page)

    garland.send(
        {"managed_object": "acc-zrh-1", "perceived_severity": "critical", "text": "map is live"}
    )

    expect(zurich).to_contain_text("CR", timeout=20_000)
    expect(page.locator("#map-panel")).to_contain_text("acc-zrh-1", timeout=20_000)
    assert view(page) == before
    assert page.evaluate("document.activeElement.dataset.node") == "ZRH"


def test_a_drag_pans_and_opens_nothing_and_ctrl_wheel_zooms(garland: Running, page: Page) -> None:  # noqa: F811
    sign_in(page, garland, "operator")
    open_map(garland, page)
    box = page.locator('#netmap [data-node="ZRH"]').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = view(page)

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=5)
    page.mouse.up()
    dragged = view(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")

    assert dragged != before
    assert view(page) != dragged
    expect(page.locator("#map-panel")).to_have_count(0)


def test_the_way_from_an_alarm_to_its_cause_is_a_click_away(garland: Running, page: Page) -> None:  # noqa: F811
    (alarm,) = garland.api("/alarms", managed_object="vpn-gva")["items"][:1]
    sign_in(page, garland, "operator")
    page.goto(f"{garland.url}/t/acme/alarms/{alarm['id']}")

    page.get_by_role("link", name="Show on the map").click()
    page.wait_for_url("**/map?alarm=*")

    path = page.locator("#netmap .netmap-dot--path")
    expect(path).to_have_count(3)
    assert {path.nth(at).get_attribute("data-node") for at in range(3)} == {
        "vpn-gva",
        "core-gva",
        "link-lsn-gva",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_map_has_a_serious_accessibility_violation(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
    scheme: str,
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, garland, "operator")

    found = {}
    for query in ("?at=ZRH", "?in=GVA", "?by=place", "?around=core-gva", "?q=core", "?in=nowhere"):
        open_map(garland, page, query)
        found[query] = serious_violations(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="How to read the map")).to_be_visible()
    page.wait_for_timeout(500)  # it fades in
    found["help"] = serious_violations(page)

    assert found == {name: [] for name in found}
