"""What opens on a page, what is refused, empty or broken: judged like whole pages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect

from garland.app import create_app
from garland.settings import Settings
from kernel.errors import ConflictError
from kernel.secrets import new_key
from tests.support.browser import sign_in, wait_until_live
from tests.support.every_page import PAGES, WITHOUT_FRAME, address_of
from tests.support.judging import judge
from tests.support.running import Running

pytestmark = pytest.mark.journey

EMPTY: tuple[str, ...] = (
    "/",
    "/alarms",
    "/alarms/trends",
    "/approvals",
    "/blocks",
    "/calendars",
    "/connections",
)
EMPTY += ("/inventory", "/listeners", "/look-up-tables", "/maintenance", "/map", "/packs", "/rules")
EMPTY += ("/publish-requests", "/runs", "/services", "/sources", "/traps", "/workflows", "/tokens")
PART = """async (address) => {
  const part = await (await fetch(address, { headers: { "HX-Request": "true" } })).text();
  const box = document.querySelector("main > .stack, main");
  box.replaceChildren(document.createElement("h1"));
  box.firstChild.textContent = "Part";
  box.insertAdjacentHTML("beforeend", part.replaceAll("hx-", "data-hx-"));
}"""


@pytest.fixture
def page(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    yield page
    context.close()


def _right(found: dict[str, dict[str, list[str]]]) -> None:
    """Require that something was judged, and that nothing is wrong with it."""
    assert found
    assert {one: wrong for one, wrong in found.items() if wrong} == {}


def _open(page: Page, garland: Running, flow: str) -> None:
    page.goto(f"{garland.url}/t/acme/workflows/{flow}")
    wait_until_live(page)


def test_dialogs_of_the_designer(page: Page, shared_garland: Running, each: dict[str, str]) -> None:
    _open(page, shared_garland, each["changed"])
    opens: dict[str, str | Locator] = {
        "#publish": page.locator(".topbar [hx-target='#publish-ask']"),
        "#trial": page.locator(".topbar [hx-target='#trial-ask']"),
        "#runs": page.locator(".topbar [hx-target='#runs-ask']"),
        "#help": "?",
        "#quick-add": "/",
    }

    found = {}
    for name, does in opens.items():
        page.locator("#canvas").focus()
        page.keyboard.press(does) if isinstance(does, str) else does.click()
        expect(page.locator(name)).to_be_visible()
        expect(page.locator(f"{name} .htmx-request")).to_have_count(0)
        found[name] = judge(page)
        page.keyboard.press("Escape")
        expect(page.locator(name)).to_be_hidden()

    _right(found)


def test_palette_menu_problems_and_outline(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    _open(page, shared_garland, each["flow"])
    found = {"palette": judge(page)}
    page.locator("#palette input").fill("log")
    found["searched"] = judge(page)
    page.locator("#problem-count").click()
    found["problems"] = judge(page)
    page.locator("#problem-count").click()
    page.locator("#node-site").focus()
    page.keyboard.press("Shift+F10")
    expect(page.locator("#deed-menu")).to_have_attribute("open", "")
    found["menu"] = judge(page)
    page.keyboard.press("Escape")
    page.locator("#canvas").focus()
    page.keyboard.press("l")
    found["outline"] = judge(page)
    page.keyboard.press("l")

    _right(found)


def test_parts_that_are_shown_in_other_pages(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    found = {}
    for name in sorted(WITHOUT_FRAME):
        page.goto(f"{shared_garland.url}/t/acme/limits")
        page.evaluate(PART, address_of(PAGES[name][0], each))
        found[name] = judge(page)

    _right(found)


def test_a_form_that_is_refused(page: Page, shared_garland: Running) -> None:
    page.goto(f"{shared_garland.url}/t/acme/rules/new?as=text")
    page.get_by_label("Document").fill('{"rule": 1, "name": "Typed"}')
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Save draft").click()

    assert answer.value.status == 422
    expect(page.get_by_role("alert")).to_contain_text("then is missing")
    _right({"rule": judge(page)})


def test_pages_of_a_tenant_that_has_nothing_yet(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    found = {}
    for place in EMPTY:
        page.goto(f"{shared_garland.url}/t/{each['environment']}{place}")
        found[place] = judge(page)

    _right(found)


@pytest.fixture
def broken(tmp_path: Path) -> Flask:
    """An application with addresses that fail, as no address of Garland does by itself."""
    app = create_app(
        Settings(
            data_dir=tmp_path,
            database_url=f"sqlite:///{tmp_path}/none.db",
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret of tests",
            encryption_keys=new_key(),
            public_url="http://localhost",
        )
    )
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def conflict() -> str:
        raise ConflictError("somebody saved it meanwhile: load it again, then change it")

    def crash() -> str:
        raise RuntimeError("a fault of our own")

    app.add_url_rule("/broken/409", view_func=conflict)
    app.add_url_rule("/broken/500", view_func=crash)
    return app


def test_pages_that_say_what_went_wrong(page: Page, shared_garland: Running, broken: Flask) -> None:
    found = {}
    for status in (409, 500):
        answer = broken.test_client().get(f"/broken/{status}")
        assert answer.status_code == status
        give = partial(Route.fulfill, body=answer.text, content_type="text/html")
        page.route("**/broken", give)
        page.goto(f"{shared_garland.url}/broken")
        found[str(status)] = judge(page)
        page.unroute("**/broken")
    page.goto(f"{shared_garland.url}/t/acme/nowhere")
    found["404"] = judge(page)
    sign_in(page, shared_garland, "operator")
    page.goto(f"{shared_garland.url}/t/acme/tokens")
    expect(page.get_by_text("403")).to_be_visible()
    found["403"] = judge(page)
    page.context.clear_cookies()
    page.goto(f"{shared_garland.url}/sign-in")
    found["sign in"] = judge(page)

    _right(found)
