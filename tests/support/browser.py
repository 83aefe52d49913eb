"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil

from playwright.sync_api import Page, expect

from tests.support.running import Running

LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]


_signed_in: dict[tuple[str, str], dict[str, str]] = {}


def find_chromium() -> str:
    """Find the browser."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("chromium is not installed: `make test` installs it")
    return program


def sign_in(page: Page, garland: Running, role: str) -> None:
    """Sign in as Acme's person with a role; by the form once, since few may come in a minute."""
    who = (garland.url, role)
    if who in _signed_in:
        kept = _signed_in[who].items()
        page.context.add_cookies([{"name": one, "value": v, "url": garland.url} for one, v in kept])
        page.goto(f"{garland.url}/t/acme/")
        return
    person = next(
        one
        for one in garland.demo["users"]
        if one["organisation"] == "acme" and one["role"] == role
    )
    page.goto(f"{garland.url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/t/acme/**")
    _signed_in[who] = {one["name"]: one["value"] for one in page.context.cookies()}


def wait_until_live(page: Page) -> None:
    """Wait until a page listens for keys and for what happens; till then keys are lost."""
    listens = page.locator('#live-state[data-state="open"]')
    try:
        expect(listens).to_be_attached(timeout=15_000)
    except AssertionError:  # seen once in some hundred pages: a person would load it again, too
        page.reload()
        expect(listens).to_be_attached(timeout=30_000)
