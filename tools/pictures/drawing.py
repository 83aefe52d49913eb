"""What a person does on the canvas, by the names that the page gives."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def port(page: Page, step: str, name: str) -> Locator:
    """Find a way out of a step; a trigger's has no name."""
    return page.locator(f'#node-{step} [data-port="{name}"]')


def field(page: Page, name: str) -> Locator:
    """Find a field of the step's input among the settings."""
    return page.locator(f'#inspector [data-field="/input/{name}"]')


def choose(page: Page, words: str) -> None:
    """Search in the list that is open, and take what is found first."""
    page.keyboard.type(words)
    expect(page.locator("#quick-list [role=option]").first).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page.locator("#quick-add")).to_be_hidden()


def choose_after(page: Page, step: str, name: str, words: str) -> None:
    """Add a step after another by the + of its port."""
    port(page, step, name).click()
    choose(page, words)


def open_node(page: Page, step: str) -> None:
    """Select a step, so that its settings are shown."""
    page.locator(f"#node-{step} .node__head").click()
    expect(page.locator(f'#inspector [name="node"][value="{step}"]')).to_be_attached()


def write(page: Page, step: str, name: str, text: str) -> None:
    """Write a plain value into a field of a step."""
    open_node(page, step)
    box = page.locator(
        f'#inspector :is(input, textarea):not([type=hidden], [name^="/node"])[name$="/{name}"]'
    )
    box.fill(text)
    page.keyboard.press("Tab")


def show_all(page: Page) -> None:
    """Move the view so that the whole workflow is on screen, and wait until it has."""
    page.locator(".canvas__tools").get_by_label("Show all").click()
    page.wait_for_timeout(400)


def point_at(found: Locator) -> tuple[float, float]:
    """Give the middle of what is found, in pixels of the window."""
    box = found.bounding_box()
    if box is None:
        raise AssertionError(f"{found} is not to be seen")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
