"""An operator's night in the alarm list: by keys alone, in views of their own, undisturbed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running, wait_for

pytestmark = pytest.mark.journey


def raise_alarms(garland: Running, prefix: str, count: int) -> None:  # noqa: F811
    """Raise minor alarms and wait until they are there."""
    garland.send(
        *(
            {"managed_object": f"{prefix}-{number}", "perceived_severity": "minor"}
            for number in range(count)
        )
    )
    wait_for(
        lambda: len(garland.api("/alarms", q=prefix, limit="100")["items"]) == count,
        within_s=20,
        what="the alarms",
    )


def open_list(garland: Running, page: Page, query: str) -> None:  # noqa: F811
    """Open the list and wait until it is live."""
    page.goto(f"{garland.url}/t/acme/alarms?{query}")
    wait_until_live(page)


def test_three_alarms_are_acknowledged_by_keys_alone(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "keys", 5)
    sign_in(page, garland, "operator")
    open_list(garland, page, "state=active")

    page.keyboard.press("/")
    page.keyboard.type("keys-")
    expect(page.locator("#alarm-rows tbody tr")).to_have_count(5)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    expect(page.locator("[data-count]")).to_have_text("3 selected")
    page.keyboard.press("a")

    expect(page.locator("#toasts").get_by_text("3 alarms acknowledged.")).to_be_visible()
    acked = garland.api("/alarms", q="keys-", ack="acknowledged")["items"]
    assert len(acked) == 3


def test_a_shift_is_worked_by_keys_alone(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "shift", 3)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=shift-")
    rows, toast = page.locator("#alarm-rows tbody tr"), page.locator("#toasts .toast").last

    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(toast).to_contain_text("1 alarm acknowledged.")
    page.keyboard.press("c")
    page.keyboard.type("crew is on site")
    page.keyboard.press("Control+Enter")
    expect(toast).to_contain_text("1 alarm commented on.")
    page.keyboard.press("s")
    page.keyboard.type("power work")
    page.keyboard.press("Control+Enter")
    expect(toast).to_contain_text("1 alarm shelved.")
    expect(rows).to_have_count(2)
    page.keyboard.press("z")
    expect(toast).to_contain_text("Undone for 1 alarm.")
    expect(rows).to_have_count(3)
    page.keyboard.press("k")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog", name="Clear these alarms?")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(toast).to_contain_text("1 alarm cleared.")
    expect(rows).to_have_count(2)

    assert page.evaluate("document.activeElement.closest('tr') !== null")
    alarm = garland.api("/alarms", q="shift-", state="cleared")["items"][0]
    done = {entry["kind"] for entry in garland.api(f"/alarms/{alarm['id']}/history")["items"]}
    assert {"acknowledged", "commented", "shelved", "unshelved", "cleared"} <= done


def test_each_key_of_the_help_does_what_it_says(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "deeds", 2)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=deeds-&state=all")
    toast = page.locator("#toasts .toast").last

    for pressed, said in (("*", "a"), ("*", "u")):
        page.keyboard.press(pressed)
        page.keyboard.press(said)
        words = "acknowledged" if said == "a" else "given back"
        expect(toast).to_contain_text(f"2 alarms {words}.")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(toast).to_contain_text("1 alarm assigned to Otto Operator.")
    page.keyboard.press("z")
    expect(toast).to_contain_text("Undone for 1 alarm.")
    page.keyboard.press("s")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog", name="Shelve these alarms?")).to_be_visible()
    page.keyboard.type("tower work")
    page.keyboard.press("Control+Enter")
    expect(toast).to_contain_text("1 alarm shelved.")
    page.keyboard.press("b")
    expect(toast).to_contain_text("1 alarm taken off the shelf.")
    page.keyboard.press("*")
    expect(page.locator(".row-check:checked")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".row-check:checked")).to_have_count(0)


def test_all_that_fit_are_acknowledged_by_keys_alone(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "every", 55)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=every-")

    page.keyboard.press("Shift+A")
    expect(page.get_by_label("All that fit the filter")).to_be_checked()
    page.keyboard.press("a")
    expect(page.get_by_text("55 alarms fit the filter.")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_text("55 alarms acknowledged.")).to_be_visible(timeout=20_000)


def test_an_alarm_is_dealt_with_beside_the_list(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "beside", 2)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=beside-")

    page.locator("#alarm-rows tbody a").first.click()
    panel = page.locator("#alarm-panel")
    panel.get_by_role("button", name="Comment").click()
    page.get_by_role("dialog").get_by_label("Comment").fill("seen it")
    page.get_by_role("dialog").get_by_role("button", name="Comment").click()

    expect(panel).to_contain_text("seen it")
    expect(page.locator(".row-check:checked")).to_have_count(0)


def test_a_comment_and_the_help_are_a_key_away(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "said", 1)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=said")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the alarm list")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.type("crew is on site")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts").get_by_text("1 alarm commented on.")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator("#alarm-panel")).to_contain_text("crew is on site")
    page.keyboard.press("Escape")
    expect(page.locator("#alarm-panel")).to_be_hidden()


def test_a_view_is_saved_found_again_deleted_and_brought_back(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    raise_alarms(garland, "view", 2)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=view-1")

    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name").fill("My night")
    page.get_by_role("button", name="Save view").last.click()
    expect(page.get_by_text("View My night saved.")).to_be_visible()
    page.get_by_role("link", name="All active").click()
    page.wait_for_url("**/alarms?state=active")
    wait_until_live(page)
    page.keyboard.press("g")
    page.keyboard.press("v")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#alarm-rows tbody tr")).to_have_count(1)
    page.get_by_label("Change the view My night").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="My night")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("link", name="My night")).to_be_visible()


def test_all_that_fit_are_shelved_for_a_reason(garland: Running, page: Page) -> None:  # noqa: F811
    raise_alarms(garland, "shelf", 60)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=shelf-")

    page.locator(".row-check").first.click()
    page.get_by_label("All that fit the filter").check()
    page.keyboard.press("s")
    page.get_by_label("Reason").fill("power work until morning")
    page.get_by_role("button", name="Shelve").last.click()
    expect(page.get_by_text("60 alarms fit the filter.")).to_be_visible()
    page.get_by_role("button", name="Do it").click()

    expect(page.get_by_text("60 alarms shelved.")).to_be_visible(timeout=20_000)
    assert garland.api("/alarms", q="shelf-")["items"] == []
    shelved = garland.api("/alarms", q="shelf-", state="shelved", limit="100")["items"]
    assert {one["shelved_reason"] for one in shelved} == {"power work until morning"}
    assert len(shelved) == 60


def test_an_alarm_that_arrives_takes_neither_focus_nor_ticks_nor_moves_a_row(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    raise_alarms(garland, "calm", 3)
    sign_in(page, garland, "operator")
    open_list(garland, page, "q=calm")
    rows = page.locator("#alarm-rows tbody tr")
    before = rows.all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    focused = page.evaluate("document.activeElement.closest('tr').id")

    garland.send({"managed_object": "calm-new", "perceived_severity": "critical"})

    expect(page.locator("#alarms-newer")).to_have_text("1 new alarm: show", timeout=15_000)
    assert [text.split("\t")[:3] for text in rows.all_inner_texts()] == [
        text.split("\t")[:3] for text in before
    ]
    assert page.evaluate("document.activeElement.closest('tr').id") == focused
    expect(page.locator(".row-check:checked")).to_have_count(1)
    page.keyboard.press("n")
    expect(rows).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_list_has_a_serious_accessibility_violation(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
    scheme: str,
) -> None:
    raise_alarms(garland, f"judged-{scheme}", 3)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, garland, "designer")

    found = {}
    for query in ("?state=all&severity=minor&attributes.site=X", "?state=shelved", "/trends"):
        page.goto(f"{garland.url}/t/acme/alarms{query}")
        page.wait_for_load_state("load")
        found[query] = serious_violations(page)
    open_list(garland, page, f"q=judged-{scheme}")
    page.locator("#alarm-rows tbody a").first.click()
    expect(page.locator("#alarm-card-title")).to_be_visible()
    found["panel"] = serious_violations(page)
    page.keyboard.press("?")
    expect(page.get_by_text("Next alarm")).to_be_visible()
    page.wait_for_timeout(500)  # it fades in
    found["help"] = serious_violations(page)

    assert found == {name: [] for name in found}
