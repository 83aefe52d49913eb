"""How a picture is taken: nothing moves or blinks, and the clock says noon.

What can't be taken is said at once and counted; the other pictures are taken all the same.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium
from tests.support.running import Running

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
STOPPED = Path(__file__).parents[2] / "test-results"
"""Where a picture is kept of a page on which something could not be done."""

PATIENCE_MS = 30_000
"""How long a page may take on a busy machine."""

NOON = "2026-03-03T12:00:00Z"
"""What the clock says in pictures that are handed on, in UTC."""

STILL = """
*, *::before, *::after {
  animation: none !important;
  transition: none !important;
  caret-color: transparent !important;
}
"""
TO_NOON = """noon => {
  const form = { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" };
  const write = new Intl.DateTimeFormat("en-GB", { ...form, hourCycle: "h23", timeZone: "UTC" });
  for (const time of document.querySelectorAll("time.instant:not([data-form=ago])")) {
    const past = Date.now() - Date.parse(time.dateTime);
    const text = write.format(new Date(Date.parse(noon) - past));
    time.textContent = time.dataset.form === "time" ? text.slice(-5) : text;
  }
}"""
"""Writes each instant as if it were noon now; what says how long ago something was stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Takes pictures of one running Garland into a folder."""

    browser: Browser
    garland: Running
    folder: Path
    taken: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def looking(self, size: str = "desktop", scheme: Scheme = "light") -> Iterator[Page]:
        """Open a page of a browser of its own, where nothing moves.

        A script of the page that fails is counted as a picture that could not be taken.
        """
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            has_touch=size == "phone",
            timezone_id="UTC",
            locale="en-GB",
        )
        try:
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: self.fail(page.url, error))
            yield page
        finally:
            context.close()

    @contextmanager
    def trying(self, page: Page, name: str) -> Iterator[None]:
        """Go on with the next picture when this one can't be taken; it is counted and said."""
        try:
            yield
        except (BrowserError, AssertionError) as error:
            self.fail(name, error)
            self.keep(page, name)

    def fail(self, name: str, error: Exception) -> None:
        """Count a picture that could not be taken, and say why."""
        self.failed.append(name)
        self.say(f"{name} FAILED: {error}")

    def keep(self, page: Page, name: str) -> None:
        """Keep what the page shows where something could not be done."""
        STOPPED.mkdir(exist_ok=True)
        target = STOPPED / f"picture-{name}.png"
        try:
            page.screenshot(path=target)
        except BrowserError:
            return  # the browser is gone: what went wrong is said already
        self.say(f"{target} shows where it stopped")

    def say(self, text: str) -> None:
        """Tell the person who waits, with the seconds since it began."""
        print(f"{time.monotonic() - self.began:5.0f} s  {text}", flush=True)

    def take(self, page: Page, name: str) -> Path:
        """Keep what a page shows as a PNG: to look at, not to hand on."""
        target = self.folder / f"{name}.png"
        page.screenshot(path=target, style=STILL)
        self.taken.append(name)
        self.say(name)
        return target

    def take_both(self, page: Page, name: str) -> None:
        """Keep what a page shows in light and in dark, as if the evening had come meanwhile."""
        for scheme in reversed(SCHEMES):
            page.emulate_media(color_scheme=scheme)
            self.take(page, f"{name}-{scheme}")

    def take_small(self, page: Page, name: str, *, width: int) -> Path:
        """Keep what a page shows as a light WebP of at most a width in pixels, to hand on.

        Its instants are written as if the page had been opened at `NOON`.
        """
        page.evaluate(TO_NOON, NOON)
        with Image.open(io.BytesIO(page.screenshot(style=STILL))) as taken:
            picture = taken.convert("RGB")
        picture.thumbnail((width, picture.height), Image.Resampling.LANCZOS)
        target = self.folder / f"{name}.webp"
        picture.save(target, "WEBP", quality=82, method=6)
        self.taken.append(name)
        kilobytes = target.stat().st_size // 1024
        self.say(f"{name}: {picture.width} x {picture.height}, {kilobytes} KB")
        return target


@contextmanager
def taking(garland: Running, folder: Path) -> Iterator[Taker]:
    """Start a browser to take pictures of a Garland with."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        try:
            yield Taker(browser=browser, garland=garland, folder=folder)
        finally:
            browser.close()
