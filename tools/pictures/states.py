"""Pages as they are seldom seen: empty, loading, refused, full, with names of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, Route, expect

from tests.factories.flows import chain_document
from tests.support.browser import sign_in, wait_until_live
from tools.pictures.faults import page_of_a_fault
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
BIG_MS = 4 * SHOWN_MS
"""How long 500 steps take to be drawn."""


def take_states(taker: Taker) -> None:
    """Take all states, each on a desktop and a phone, in light and dark: full lists come last."""
    for size in SIZES:
        with taker.looking(size) as page:
            _take_empty(taker, page, size)
    for size in SIZES:
        with taker.looking(size) as page:
            _take_blank(taker, page, size)
    fill_with_names(taker.garland)
    for kind, name in NAMES.items():
        before = rename_everybody(taker.garland, name)
        for size in SIZES:
            with _signed_in(taker, size) as page:
                _take_named(taker, page, f"{kind}-{size}", name)
        name_back(taker.garland, before)
    for size in SIZES:
        with _signed_in(taker, size) as page:
            _take_loading(taker, page, size)
            _take_refused(taker, page, size)
            _take_lost(taker, page, size)
        with _signed_in(taker, size) as page:
            _take_conflict(taker, page, size)
        with _signed_in(taker, size, "operator") as page:
            _take_without_right(taker, page, size)
    fill_with_rows(taker.garland)
    for size in SIZES:
        with _signed_in(taker, size) as page:
            _take_full(taker, page, size)


@contextmanager
def _signed_in(taker: Taker, size: str, role: str = "admin") -> Iterator[Page]:
    with taker.looking(size) as page:
        sign_in(page, taker.garland, role)
        yield page


@contextmanager
def _shown(taker: Taker, page: Page, name: str) -> Iterator[None]:
    """Take what has come to be shown, in light and dark, or tell that it could not."""
    with taker.trying(page, name):
        yield
        taker.take_both(page, name)


def _open(taker: Taker, page: Page, path: str, tenant: str = "acme") -> None:
    page.goto(f"{taker.garland.url}/t/{tenant}/{path}")
    page.wait_for_timeout(SHOWN_MS)


def _take_empty(taker: Taker, page: Page, size: str) -> None:
    """Look round in an organisation that nobody has done anything in."""
    _enter_empty(taker, page)
    for name, path in MAIN_PAGES.items():
        with _shown(taker, page, f"empty-{name}-{size}"):
            _open(taker, page, path, EMPTY)


def _take_blank(taker: Taker, page: Page, size: str) -> None:
    """Begin a workflow with nothing; from then on the list of workflows is not empty."""
    _enter_empty(taker, page)
    with _shown(taker, page, f"empty-designer-{size}"):
        _open(taker, page, "workflows/templates", EMPTY)
        page.locator("#blank").get_by_label("Name").fill(f"Nothing yet on a {size}")
        page.get_by_role("button", name="Create a blank workflow").click()
        expect(page.locator("#canvas-hint")).to_be_visible()
        page.wait_for_timeout(SHOWN_MS)


def _enter_empty(taker: Taker, page: Page) -> None:
    person = next(one for one in taker.garland.demo["users"] if one["organisation"] == EMPTY)
    page.goto(f"{taker.garland.url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/t/{EMPTY}/**")


def _take_named(taker: Taker, page: Page, kind: str, name: str) -> None:
    """Look at lists, and at one thing of each, whose names are all the same kind of name."""
    for thing, path in NAMED.items():
        with _shown(taker, page, f"{kind}-{thing}s"):
            _open(taker, page, path.format(name[:12]))
        with _shown(taker, page, f"{kind}-{thing}"):
            page.locator("main :is(tbody, .service__name) a[href]").first.click()
            page.wait_for_timeout(SHOWN_MS)
    for path in ("", "members", "guide"):
        with _shown(taker, page, f"{kind}-{path or 'home'}"):
            _open(taker, page, path)


def _take_full(taker: Taker, page: Page, size: str) -> None:
    for name in ("alarms", "workflows", "rules", "inventory", "runs", "map"):
        with _shown(taker, page, f"full-{name}-{size}"):
            _open(taker, page, MAIN_PAGES[name])
    for length in (50, 500):
        with _shown(taker, page, f"full-designer-{length}-{size}"):
            _open_designer(taker, page, f"Chain of {length}")
            page.wait_for_timeout(BIG_MS)


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
            with _shown(taker, page, f"loading-{name}-{size}"):
                _open(taker, page, MAIN_PAGES[name])
        with _shown(taker, page, f"loading-alarms-search-{size}"):
            _open(taker, page, "alarms")
            _search(page)
        with _shown(taker, page, f"loading-designer-{size}"):
            _open_designer(taker, page, "critical")
        for dialog in ("publish", "trial"):
            with _shown(taker, page, f"loading-{dialog}-{size}"):
                _opener(page, dialog).click()
                page.wait_for_timeout(SHOWN_MS)
            page.keyboard.press("Escape")


def _search(page: Page) -> None:
    page.get_by_role("searchbox").last.fill(LONG[:20])
    page.wait_for_timeout(2 * SHOWN_MS)


def _open_designer(taker: Taker, page: Page, name: str) -> None:
    """Open a workflow of the demo."""
    _open(taker, page, f"workflows?q={name}")
    page.locator("main tbody a[href]").first.click()
    page.wait_for_timeout(2 * SHOWN_MS)


def _opener(page: Page, dialog: str) -> Locator:
    """Find the button that asks for a dialog: at the top, on a phone at the foot."""
    return page.locator(f'button[hx-target="#{dialog}-ask"]:visible:not(#inspector *)').first


def _take_refused(taker: Taker, page: Page, size: str) -> None:
    """Send what is wrong, and ask for what is not there."""
    for name, path, button in (
        ("rule", "rules/new", "Save draft"),
        ("service", "services/new", "Add"),
        ("template", "workflows/templates/fibre-cut", "Use this template"),
        ("workflow", "workflows/templates", "Create a blank workflow"),
    ):
        with _shown(taker, page, f"refused-{name}-{size}"):
            _open(taker, page, path)
            page.evaluate("for (const form of document.forms) form.noValidate = true")
            for box in page.locator('main form[method=post] input[type="text"]:visible').all():
                box.fill("")
            page.get_by_role("button", name=button).last.click()
            page.wait_for_timeout(2 * SHOWN_MS)
    for name, path in (
        ("missing", "nowhere"),
        ("missing-run", f"runs/{'0' * 8}-0000-4000-8000-{'0' * 12}"),
    ):
        with _shown(taker, page, f"refused-{name}-{size}"):
            _open(taker, page, path)


def _take_lost(taker: Taker, page: Page, size: str) -> None:
    """Have Garland fail, and be out of reach, while a page is open."""
    for name, answer in (
        ("failed", lambda route: route.fulfill(status=500, body="")),
        ("offline", lambda route: route.abort()),
    ):
        _open(taker, page, "alarms")
        with _answered(page, answer), _shown(taker, page, f"{name}-alarms-{size}"):
            _search(page)
        _open_designer(taker, page, "critical")
        with _answered(page, answer), _shown(taker, page, f"{name}-designer-{size}"):
            page.locator("#node-log .node__head").click(force=True)
            page.wait_for_timeout(2 * SHOWN_MS)
        with _answered(page, answer), _shown(taker, page, f"{name}-publish-{size}"):
            _opener(page, "publish").click()
            page.wait_for_timeout(2 * SHOWN_MS)
    with _shown(taker, page, f"failed-page-{size}"):
        text = page_of_a_fault()
        page.route(
            "**/fault",
            lambda route: route.fulfill(status=500, body=text, content_type="text/html"),
        )
        page.goto(f"{taker.garland.url}/fault")


def _take_conflict(taker: Taker, page: Page, size: str) -> None:
    """Let somebody else save first: a workflow is merged, a rule is refused."""
    name = f"Both on a {size}"
    document = chain_document(3, name=name)
    taker.garland.post("/flows", {"name": name, "document": document}).raise_for_status()
    with _signed_in(taker, "desktop", "designer") as other:
        for one in (page, other):
            _open_designer(taker, one, name)
            wait_until_live(one)
        with _shown(taker, page, f"conflict-designer-{size}"):
            page.context.set_offline(True)
            _call(page, f"{name}, as I call it")
            _call(other, f"{name}, as a colleague calls it")
            expect(other.locator("#save-state")).to_have_text("Saved")
            page.context.set_offline(False)
            expect(page.locator("#merge")).to_contain_text("a colleague", timeout=30_000)
        with _shown(taker, page, f"conflict-rule-{size}"):
            for one in (page, other):
                _open(taker, one, f"rules?q={LONG[:12]}")
                one.locator("main tbody a[href]").first.click()
                one.wait_for_timeout(SHOWN_MS)
            for one, called in ((other, "as a colleague calls it"), (page, "as I call it")):
                one.locator('input[name="/name"]').fill(f"{LONG[:12]} {size} {called}")
                one.get_by_role("button", name="Save draft").click()
                one.wait_for_timeout(2 * SHOWN_MS)


def _call(page: Page, name: str) -> None:
    page.locator("#flow-name").fill(name)
    page.locator("#flow-name").press("Tab")


def _take_without_right(taker: Taker, page: Page, size: str) -> None:
    """Look round as one who may do less: what may not be opened, and what is only shown."""
    for name, path in (("tokens", "tokens"), ("rule", "rules/new"), ("workflows", "workflows")):
        with _shown(taker, page, f"no-right-{name}-{size}"):
            _open(taker, page, path)
    with _shown(taker, page, f"no-right-designer-{size}"):
        _open_designer(taker, page, "critical")
