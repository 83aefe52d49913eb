"""Takes a picture of every page, light and dark, on a desktop and a phone, of a running demo.

`make screenshots` starts a Garland of its own; the pictures land in docs/pictures/.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium, sign_in
from tests.support.running import Running, running_garland

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = {
    "home": "/t/acme/",
    "alarms": "/t/acme/alarms?state=all",
    "map": "/t/acme/map",
    "map-by-place": "/t/acme/map?by=place",
    "first-steps": "/t/acme/guide",
    "workflows": "/t/acme/workflows",
    "templates": "/t/acme/workflows/templates",
    "template": "/t/acme/workflows/templates/fibre-cut",
    "workflow-import": "/t/acme/workflows/import",
    "rules": "/t/acme/rules",
    "rule-new": "/t/acme/rules/new",
    "rule-hits": "/t/acme/rules/hits",
    "runs": "/t/acme/runs",
    "approvals": "/t/acme/approvals",
    "limits": "/t/acme/limits",
    "calendars": "/t/acme/calendars",
    "inventory": "/t/acme/inventory",
    "inventory-import": "/t/acme/inventory/imports",
    "look-up-tables": "/t/acme/look-up-tables",
    "maintenance": "/t/acme/maintenance",
    "services": "/t/acme/services",
    "service-new": "/t/acme/services/new",
    "maintenance-new": "/t/acme/maintenance/new",
    "storm-protection": "/t/acme/storm-protection",
    "sources": "/t/acme/sources",
    "listeners": "/t/acme/listeners",
    "source-new": "/t/acme/sources/new",
    "traps": "/t/acme/traps?q=down",
    "trap": "/t/acme/traps/entry?oid=1.3.6.1.6.3.1.1.5.3",
    "members": "/t/acme/members",
    "tokens": "/t/acme/tokens",
    "missing": "/t/acme/nowhere",
}
DETAILS = {
    "alarm": "alarms?state=all",
    "workflow": "workflows?q=critical",
    "rule": "rules",
    "run": "runs",
    "run-failed": "runs?state=failed",
    "approval": "approvals",
    "calendar": "calendars",
    "resource": "inventory?kind=node",
    "look-up-table": "look-up-tables",
    "service": "services",
    "source": "sources",
}

USUAL_PORTS = {"GARLAND_LISTENER_SNMP_PORT": "9162", "GARLAND_LISTENER_SYSLOG_PORT": "9514"}
"""They are seen on the pages of sources."""


def main() -> int:
    """Take all pictures into the folder named by the argument."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    target.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_garland(Path(folder), **USUAL_PORTS) as garland,
        sync_playwright() as playwright,
    ):
        garland.send(
            {
                "managed_object": "link-zrh-brn",
                "perceived_severity": "critical",
                "event_type": "communicationsAlarm",
                "specific_problem": "Loss of signal",
                "text": "Loss of signal: link-zrh-brn at ZRH",
                "attributes": {"site": "ZRH"},
            }
        )
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        for name, page in _views(browser, garland):
            page.screenshot(path=target / f"{name}.png")
            print(name)
        browser.close()
    return 0


def _views(browser: Browser, garland: Running) -> Iterator[tuple[str, Page]]:
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.goto(f"{garland.url}/sign-in")
            yield f"sign-in-{size}-{scheme}", page
            sign_in(page, garland, "admin")
            for name, path in PAGES.items():
                page.goto(garland.url + path)
                page.wait_for_timeout(300)
                yield f"{name}-{size}-{scheme}", page
            for name, path in DETAILS.items():
                page.goto(f"{garland.url}/t/acme/{path}")
                page.locator("main tbody a[href]").first.click()
                page.wait_for_timeout(300)
                yield f"{name}-{size}-{scheme}", page
            context.close()


if __name__ == "__main__":
    sys.exit(main())
