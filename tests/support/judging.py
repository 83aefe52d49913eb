"""Judges of a page that is open in a browser: axe-core, room, fingertips, motion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LAYOUT = (Path(__file__).parent / "page_layout.js").read_text("utf-8")
AT_REST = """async () => {
  const moves = (one) => one instanceof CSSTransition && one.playState === "running";
  const moving = () => document.getAnimations().filter(moves);
  const frame = () => new Promise((done) => (requestAnimationFrame(done), setTimeout(done, 100)));
  const ends = performance.now() + 10_000;
  while (moving().length > 0 && performance.now() < ends) await frame();
  return moving().map((one) => one.transitionProperty);
}"""
"""Asked frame by frame: Chromium never settles `finished` of what moves where nothing is drawn."""
WRONG_HERE: dict[tuple[str, str], str] = {}
"""Rules of axe-core that are wrong for an address, and why: (rule, address as in PAGES)."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core whose answer depends on the theme."""
RUN = """async ({ without, within, only }) => {
  const rules = Object.fromEntries(without.map((one) => [one, { enabled: false }]));
  const limits = only.length ? { runOnly: only } : { rules };
  const said = await axe.run(within, { resultTypes: ["violations"], ...limits });
  const tell = (one, node) => {
    const why = [...node.any, ...node.all, ...node.none][0]?.message ?? "";
    return `${one.impact} ${one.id}: ${node.html.slice(0, 160)} ${why}`.slice(0, 330);
  };
  return said.violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => tell(one, node)));
}"""


def violations(
    page: Page, address: str = "", *, within: str = "html", only: Sequence[str] = ()
) -> list[str]:
    """Let axe-core judge a page by all its rules, best practice too, whatever their weight.

    Args:
        page: It is open.
        address: As in PAGES: what is known to be wrong about a rule there is left out.
        within: The selector of the part that is judged.
        only: The rules that alone are asked; none given, all are.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    _wait_for_rest(page)
    without = [rule for rule, where in WRONG_HERE if where == address]
    asked = {"without": without, "within": within, "only": list(only)}
    found: list[str] = page.evaluate(RUN, asked)
    return found


def _asked(page: Page, what: str) -> list[str]:
    if not page.evaluate("() => 'garlandLayout' in window"):
        page.evaluate(LAYOUT)
    _wait_for_rest(page)
    found: list[str] = page.evaluate(f"() => garlandLayout.{what}")
    return found


def _wait_for_rest(page: Page) -> None:
    moving = page.evaluate(AT_REST)
    assert moving == [], f"what still moves after 10 s on {page.url}"


def sideways(page: Page) -> list[str]:
    """Say what makes a page scroll sideways."""
    return _asked(page, "sideways()")


def cut(page: Page) -> list[str]:
    """List controls and headings whose words are cut off."""
    return _asked(page, "cut()")


def too_small(page: Page, within: str) -> list[str]:
    """List what is too small for a fingertip, in the parts that a selector names."""
    return _asked(page, f"small({within!r})")


SIZES = {"200 %": (720, 450), "phone": (390, 844), "400 %": (320, 640)}
"""What zooming 1440 x 900 or 1280 x 1024 leaves of CSS pixels (WCAG 1.4.4 and 1.4.10)."""
TEXT_ALONE = "text alone at 200 %"
_DOUBLED = "(size) => { document.documentElement.style.fontSize = size; }"


def judge(page: Page, address: str = "") -> dict[str, list[str]]:
    """Judge a page in both themes, at each size and with its text alone twice as large.

    Returns:
        What is wrong by where it is seen; what is right is left out.
    """
    found = _in_both_themes(page, address=address)
    before = page.viewport_size
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found[name] = sideways(page) + cut(page)
    page.set_viewport_size(before or {"width": 1440, "height": 900})
    page.evaluate(_DOUBLED, "200%")
    found[TEXT_ALONE] = sideways(page) + cut(page)
    page.evaluate(_DOUBLED, "")
    return {where: wrong for where, wrong in found.items() if wrong}


def _in_both_themes(page: Page, *, address: str = "", within: str = "html") -> dict[str, list[str]]:
    """Ask for the colours alone in the dark: nothing else of a page depends on its theme."""
    found = {}
    for scheme, only in (("dark", COLOURS), ("light", ())):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found[scheme] = violations(page, address, within=within, only=only)
    return found


def judge_part(page: Page, within: str) -> dict[str, list[str]]:
    """Judge what opened on a page, in both themes and with room for a phone alone."""
    found = _in_both_themes(page, within=within)
    before = page.viewport_size
    for name, (width, height) in list(SIZES.items())[:2]:
        page.set_viewport_size({"width": width, "height": height})
        found[name] = sideways(page) + cut(page)
    page.set_viewport_size(before or {"width": 1440, "height": 900})
    return {where: wrong for where, wrong in found.items() if wrong}
