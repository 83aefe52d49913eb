"""Fingers on a page: taps, drags after holding, and pinches, as a touch screen sends them."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
HELD_MS = 600
"""Longer than the canvas waits before a finger that stays drags what is under it."""
Place = tuple[float, float]


def phone(browser: Browser) -> BrowserContext:
    """Give a context that is a phone with a touch screen."""
    return browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)


def middle(found: Locator) -> Place:
    """Give where the middle of something is."""
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Fingers:
    """The fingers of one hand on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._screen: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *places: Place) -> None:
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(places)]
        self._screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag_held(self, start: Place, end: Place) -> None:
        """Put one finger down, hold it until what is under it is held, and draw it along."""
        self._send("touchStart", start)
        self._page.wait_for_timeout(HELD_MS)
        self._glide([start], [end])

    def swipe(self, start: Place, end: Place) -> None:
        """Draw one finger along at once."""
        self._send("touchStart", start)
        self._glide([start], [end])

    def pinch(self, centre: Place, before: float, after: float) -> None:
        """Move two fingers level with each other from one distance to another."""
        x, y = centre
        starts = [(x - before / 2, y), (x + before / 2, y)]
        self._send("touchStart", *starts)
        self._glide(starts, [(x - after / 2, y), (x + after / 2, y)])

    def _glide(self, starts: list[Place], ends: list[Place], steps: int = 6) -> None:
        for at in range(1, steps + 1):
            part = at / steps
            moved = [
                (a + (c - a) * part, b + (d - b) * part)
                for (a, b), (c, d) in zip(starts, ends, strict=True)
            ]
            self._send("touchMove", *moved)
        self._send("touchEnd")
