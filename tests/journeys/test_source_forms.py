"""A person makes a trap's entry, a syslog rule and a window's condition without writing JSON."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_listener import V2C, alarm, garland, send  # noqa: F401  a fixture
from tests.journeys.test_pages import browser, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running, wait_for

pytestmark = pytest.mark.journey

STRANGE = "1.3.6.1.4.1.32473.0.1"
FAN = "1.3.6.1.4.1.32473.1.1"


def log(garland: Running, text: str) -> None:  # noqa: F811
    """Send a line as a router's daemon would."""
    host, _, port = garland.demo["sources"]["syslog"].rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(f"<27>Nov 24 14:56:18 edge7 fand: {text}".encode(), (host, int(port)))


def go(page: Page, garland: Running, path: str) -> None:  # noqa: F811
    page.goto(f"{garland.url}/t/acme{path}")
    page.wait_for_load_state("load")


def test_an_entry_is_made_of_a_strange_trap(garland: Running, page: Page) -> None:  # noqa: F811
    trap = ["5", STRANGE, f"{FAN}.4", "s", "fan 4"]
    send(garland, "snmptrap", V2C, *trap)
    assert alarm(garland, STRANGE)["perceived_severity"] == "indeterminate"
    sign_in(page, garland, "designer")

    go(page, garland, "/traps/received")
    page.get_by_role("link", name="Make an entry").click()
    page.get_by_label("What it is called").fill("fanFailed")
    page.get_by_role("button", name="Managed object: object1").click()
    expect(page.get_by_label("Managed object", exact=True)).to_have_value("{agent}/{object1}")
    page.get_by_role("button", name="Key: object1").click()

    expect(page.get_by_role("region", name="The alarm it becomes")).to_contain_text(
        "127.0.0.1/fan 4"
    )
    assert serious_violations(page) == []
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("fanFailed")
    wait_for(lambda: _comes_as(garland, trap), within_s=20, what="an alarm by the new entry")


def _comes_as(garland: Running, trap: list[str]) -> bool:  # noqa: F811
    """Send the trap again, which the listener knows anew within seconds."""
    send(garland, "snmptrap", V2C, *trap)
    found = garland.api("/alarms", q="127.0.0.1/fan 4", state="active")["items"]
    return bool(found) and found[0]["perceived_severity"] == "major"


CLICK_TWICE_AND_TYPE = """() => {
    const button = document.querySelector("button[value='add:/objects']");
    button.click();
    button.click();
    const field = document.querySelector("[name='/mib']");
    field.value = "FAN-MIB";
    field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def test_what_is_clicked_and_typed_while_a_step_is_under_way_is_not_lost(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "designer")
    go(page, garland, "/traps/entry")

    page.evaluate(CLICK_TWICE_AND_TYPE)

    expect(page.get_by_label("Name of the variable")).to_have_count(2)
    page.get_by_role("button", name="Variable", exact=True).click()
    expect(page.get_by_label("Name of the variable")).to_have_count(3)
    expect(page.get_by_label("MIB", exact=True)).to_have_value("FAN-MIB")


def test_a_rule_is_made_of_a_line(garland: Running, page: Page) -> None:  # noqa: F811
    log(garland, "fan tray 2 failed")
    alarm(garland, "edge7")
    sign_in(page, garland, "designer")

    go(page, garland, "/sources")
    page.get_by_role("link", name="Router logs").click()
    page.get_by_role("link", name="Rules", exact=True).last.click()
    page.get_by_role("link", name="Make a rule: fan tray 2 failed").click()
    page.get_by_label("Name", exact=False).first.fill("Fan failed")
    page.get_by_label("Severity").select_option("critical")

    expect(page.get_by_role("region", name="What becomes of them")).to_contain_text("by this rule")
    assert serious_violations(page) == []
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("tbody tr").first).to_contain_text("Fan failed")
    assert serious_violations(page) == []
    wait_for(lambda: _is_critical(garland), within_s=20, what="an alarm by the new rule")
    log(garland, "fan tray 2 restored")
    assert alarm(garland, "edge7/2", "cleared")["specific_problem"] == "Fan failed"


def _is_critical(garland: Running) -> bool:  # noqa: F811
    log(garland, "fan tray 2 failed")
    found = garland.api("/alarms", q="edge7/2", state="active")["items"]
    return bool(found) and found[0]["perceived_severity"] == "critical"


def test_a_window_is_planned_about_a_condition(garland: Running, page: Page) -> None:  # noqa: F811
    sign_in(page, garland, "designer")
    go(page, garland, "/maintenance/new")

    page.get_by_label("Name").fill("Fans of edge7")
    page.get_by_label("What it is about").select_option("condition")
    page.get_by_label("Field").select_option("managed_object")
    page.get_by_label("Comparison").select_option("contains")
    page.get_by_label("Value").fill("edge7")
    page.get_by_role("button", name="Group").first.click()

    expect(page.get_by_label("Comparison")).to_have_count(2)
    assert serious_violations(page) == []
    page.get_by_role("button", name="Remove this group").click()
    expect(page.get_by_label("Comparison")).to_have_count(1)
    page.get_by_role("button", name="Plan work").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fans of edge7")
    expect(page.locator("#window")).to_contain_text("Alarms where managed object contains edge7")
