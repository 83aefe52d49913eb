"""A mouse in the designer: what is dragged, from the palette and on the canvas."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.fingers import Place, middle


def drag(page: Page, start: Place, end: Place) -> None:
    """Take what lies at one place and let go of it at another."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def place(page: Page, entry: str, right: int, down: int) -> None:
    """Drag a block from its shelf onto the canvas, so far from the canvas's corner.

    What stands above the shelves changes as the draft is saved, but not under the mouse: it is
    there first, and where the block lies is asked then.
    """
    canvas = page.locator("#canvas").bounding_box()
    assert canvas is not None
    item = page.locator(f'[data-part=all] [data-entry^="{entry}"]')
    before = page.locator(".node").count()
    item.hover()
    drag(page, middle(item), (canvas["x"] + right, canvas["y"] + down))
    expect(page.locator(".node")).to_have_count(before + 1)


def connect(page: Page, source: str, port: str, target: str) -> None:
    """Draw a wire from a way out of a step to another step."""
    start = middle(page.locator(f'#node-{source} [data-port="{port}"]'))
    drag(page, start, middle(page.locator(f"#node-{target} .node__head")))
