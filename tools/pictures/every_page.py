"""Every page, light and dark, on a desktop and a phone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.browser import sign_in
from tools.pictures.taking import SIZES, Taker

DRAWN_MS = 300
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
"""Where the first link of a list leads: a name, and the list's address."""


def take_every_page(taker: Taker) -> None:
    """Take all pages on a desktop and a phone, each in light and dark."""
    for size in SIZES:
        with taker.looking(size) as page:
            page.goto(f"{taker.garland.url}/sign-in")
            taker.take_both(page, f"sign-in-{size}")
            sign_in(page, taker.garland, "admin")
            for name, path in PAGES.items():
                with taker.trying(page, f"{name}-{size}"):
                    _open(taker, page, path)
                    taker.take_both(page, f"{name}-{size}")
            for name, path in DETAILS.items():
                with taker.trying(page, f"{name}-{size}"):
                    _open(taker, page, f"/t/acme/{path}")
                    page.locator("main :is(tbody, .service__name) a[href]").first.click()
                    page.wait_for_timeout(DRAWN_MS)
                    taker.take_both(page, f"{name}-{size}")


def _open(taker: Taker, page: Page, path: str) -> None:
    page.goto(taker.garland.url + path)
    page.wait_for_timeout(DRAWN_MS)
