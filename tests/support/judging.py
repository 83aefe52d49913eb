"""Judges of a page that is open in a browser: axe-core, room, fingertips, motion."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LAYOUT = (Path(__file__).parent / "page_layout.js").read_text("utf-8")
AT_REST = """async () => {
  const ending = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
WRONG_HERE: dict[tuple[str, str], str] = {}
"""Rules of axe-core that are wrong for an address, and why: (rule, address as in PAGES)."""
RUN = """async (without) => {
  const rules = Object.fromEntries(without.map((one) => [one, { enabled: false }]));
  const said = await axe.run({ resultTypes: ["violations"], rules });
  return said.violations.flatMap((one) =>
    one.nodes.slice(0, 3).map((node) => `${one.impact} ${one.id}: ${node.html.slice(0, 160)} ${node.any.concat(node.all, node.none)[0]?.message ?? ""}`.slice(0, 330)));
}"""


def violations(page: Page, address: str = "") -> list[str]:
    """Let axe-core judge a page by all its rules, best practice too, whatever their weight."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(AT_REST)
    without = [rule for rule, where in WRONG_HERE if where == address]
    found: list[str] = page.evaluate(RUN, without)
    return found


def _asked(page: Page, what: str) -> list[str]:
    if not page.evaluate("() => 'garlandLayout' in window"):
        page.evaluate(LAYOUT)
    page.evaluate(AT_REST)
    found: list[str] = page.evaluate(f"() => garlandLayout.{what}")
    return found


def sideways(page: Page) -> list[str]:
    """Say what makes a page scroll sideways."""
    return _asked(page, "sideways()")


def cut(page: Page) -> list[str]:
    """List controls and headings whose words are cut off."""
    return _asked(page, "cut()")


def too_small(page: Page, within: str) -> list[str]:
    """List what is too small for a fingertip, in the parts that a selector names."""
    return _asked(page, f"small({within!r})")
