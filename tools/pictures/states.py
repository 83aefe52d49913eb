"""Pages as they are seldom seen: empty, loading, refused, full, with names of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

from tests.support.browser import sign_in
from tools.pictures.filling import (
    LONG,
    NAMES,
    fill_with_names,
    fill_with_rows,
    name_back,
    rename_everybody,
)
from tools.pictures.taking import SIZES, Taker

MAIN_PAGES = {
    "home": "",
    "alarms": "alarms",
    "workflows": "workflows",
    "gallery": "workflows/templates",
    "rules": "rules",
    "rule-new": "rules/new",
    "tables": "look-up-tables",
    "runs": "runs",
    "approvals": "approvals",
    "services": "services",
    "map": "map",
    "inventory": "inventory",
    "blocks": "blocks",
    "packs": "packs",
    "maintenance": "maintenance",
    "sources": "sources",
    "calendars": "calendars",
    "connections": "connections",
    "guide": "guide",
    "members": "members",
}
EMPTY = "baubleworks"
NAMED = {
    "alarm": "alarms?q={}",
    "workflow": "workflows?q={}",
    "rule": "rules?q={}",
    "resource": "inventory?q={}",
    "service": "services?q={}",
}
SHOWN_MS = 500


def take_states(taker: Taker) -> None:
    """Take all states, each on a desktop and a phone: what fills up comes last."""
    for size in SIZES:
        with taker.looking(size) as page:
            _take_empty(taker, page, size)
    fill_with_names(taker.garland)
    for kind, name in NAMES.items():
        before = rename_everybody(taker.garland, name)
        for size in SIZES:
            with _as_admin(taker, size) as page:
                _take_named(taker, page, f"{kind}-{size}", name)
        name_back(taker.garland, before)
    for size in SIZES:
        with _as_admin(taker, size) as page:
            _take_loading(taker, page, size)
            _take_refused(taker, page, size)
    fill_with_rows(taker.garland)
    for size in SIZES:
        with _as_admin(taker, size) as page:
            _take_full(taker, page, size)


@contextmanager
def _as_admin(taker: Taker, size: str) -> Iterator[Page]:
    with taker.looking(size) as page:
        sign_in(page, taker.garland, "admin")
        yield page


def _open(taker: Taker, page: Page, path: str, tenant: str = "acme") -> None:
    page.goto(f"{taker.garland.url}/t/{tenant}/{path}")
    page.wait_for_timeout(SHOWN_MS)


def _take_empty(taker: Taker, page: Page, size: str) -> None:
    """Look round in an organisation that nobody has done anything in."""
    person = next(one for one in taker.garland.demo["users"] if one["organisation"] == EMPTY)
    page.goto(f"{taker.garland.url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/t/{EMPTY}/**")
    for name, path in MAIN_PAGES.items():
        _open(taker, page, path, EMPTY)
        taker.take(page, f"empty-{name}-{size}")


def _take_named(taker: Taker, page: Page, kind: str, name: str) -> None:
    """Look at lists, and at one thing of each, whose names are all the same kind of name."""
    for thing, path in NAMED.items():
        _open(taker, page, path.format(name[:12]))
        taker.take(page, f"{kind}-{thing}s")
        page.locator("main :is(tbody, .service__name) a[href]").first.click()
        page.wait_for_timeout(SHOWN_MS)
        taker.take(page, f"{kind}-{thing}")
    for path in ("", "members", "guide"):
        _open(taker, page, path)
        taker.take(page, f"{kind}-{path or 'home'}")


def _take_full(taker: Taker, page: Page, size: str) -> None:
    for name in ("alarms", "workflows", "rules", "inventory", "runs", "map"):
        _open(taker, page, MAIN_PAGES[name])
        taker.take(page, f"full-{name}-{size}")
    for length in (50, 500):
        _open(taker, page, f"workflows?q=Chain of {length}")
        page.locator("main tbody a[href]").first.click()
        page.wait_for_timeout(4 * SHOWN_MS)
        taker.take(page, f"full-designer-{length}-{size}")


@contextmanager
def _answered(page: Page, answer: Callable[[Route], None]) -> Iterator[None]:
    """Have what htmx and scripts ask for answered so; pages and their files come as ever."""

    def decide(route: Route) -> None:
        if route.request.resource_type in ("fetch", "xhr"):
            answer(route)
        else:
            route.fallback()

    page.route("**/t/**", decide)
    try:
        yield
    finally:
        page.unroute("**/t/**", decide)


def _take_loading(taker: Taker, page: Page, size: str) -> None:
    """Open pages while nothing that they ask for later is answered."""
    with _answered(page, lambda _route: None):
        for name in ("home", "alarms", "rules", "services", "map", "blocks"):
            _open(taker, page, MAIN_PAGES[name])
            taker.take(page, f"loading-{name}-{size}")
        _open(taker, page, "alarms")
        page.get_by_role("searchbox").last.fill("link")
        page.wait_for_timeout(2 * SHOWN_MS)
        taker.take(page, f"loading-alarms-search-{size}")
        _open_designer(taker, page)
        taker.take(page, f"loading-designer-{size}")
        for dialog in ("publish", "trial"):
            page.locator(f'[commandfor="{dialog}"]:visible').first.click()
            page.wait_for_timeout(SHOWN_MS)
            taker.take(page, f"loading-{dialog}-{size}")
            page.keyboard.press("Escape")


def _open_designer(taker: Taker, page: Page) -> None:
    """Open the workflow of the demo."""
    _open(taker, page, "workflows?q=critical")
    page.locator("main tbody a[href]").first.click()
    page.wait_for_timeout(2 * SHOWN_MS)


def _take_refused(taker: Taker, page: Page, size: str) -> None:
    """Send what is wrong, ask for what is not there, and lose the connection."""
    for name, path, button in (
        ("rule", "rules/new", "Save draft"),
        ("service", "services/new", "Add"),
        ("template", "workflows/templates/fibre-cut", "Use this template"),
        ("workflow", "workflows", "Create"),
    ):
        _open(taker, page, path)
        page.evaluate("for (const form of document.forms) form.noValidate = true")
        for box in page.locator('main form[method=post] input[type="text"]:visible').all():
            box.fill("")
        page.get_by_role("button", name=button).last.click()
        page.wait_for_timeout(2 * SHOWN_MS)
        taker.take(page, f"refused-{name}-{size}")
    for name, path in (
        ("missing", "nowhere"),
        ("missing-run", f"runs/{'0' * 8}-0000-4000-8000-{'0' * 12}"),
    ):
        _open(taker, page, path)
        taker.take(page, f"refused-{name}-{size}")
    _take_lost(taker, page, size)


def _take_lost(taker: Taker, page: Page, size: str) -> None:
    """Have Garland fail, and be out of reach, while a page is open."""
    for name, answer in (
        ("failed", lambda route: route.fulfill(status=500, body="")),
        ("offline", lambda route: route.abort()),
    ):
        _open(taker, page, "alarms")
        with _answered(page, answer):
            page.get_by_role("searchbox").last.fill(LONG[:20])
            page.wait_for_timeout(2 * SHOWN_MS)
            taker.take(page, f"{name}-alarms-{size}")
        _open_designer(taker, page)
        with _answered(page, answer):
            page.locator("#node-log .node__head").click(force=True)
            page.wait_for_timeout(2 * SHOWN_MS)
            taker.take(page, f"{name}-designer-{size}")
