"""How a picture is taken: nothing moves or blinks, and the clock says noon."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium
from tests.support.running import Running

Scheme = Literal["light", "dark"]

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
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

    @contextmanager
    def looking(self, size: str = "desktop", scheme: Scheme = "light") -> Iterator[Page]:
        """Open a page of a browser of its own, where nothing moves."""
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
            yield context.new_page()
        finally:
            context.close()

    def take(self, page: Page, name: str) -> Path:
        """Keep what a page shows as a PNG: to look at, not to hand on."""
        target = self.folder / f"{name}.png"
        page.screenshot(path=target, style=STILL)
        self.taken.append(name)
        print(name, flush=True)
        return target

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
        print(f"{name}: {picture.width} x {picture.height}, {kilobytes} KB", flush=True)
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
