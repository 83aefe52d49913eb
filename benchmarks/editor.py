"""How the designer feels with 50, 500 and 2,000 steps, in Chromium on a Garland of its own.

`editor.py [steps …]`. Interactive is the time from asking for the page until every step is drawn
and the page has nothing left to do, loaded anew by a browser that has the scripts already; median
of five. Frames are the times between two animation frames (60 a second are 16.7 ms) while a person
drags a step, pans, zooms, or draws a wire; p95 and the longest. A save is from the request to the
answer's last byte, problems included.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import _path  # noqa: F401  before anything of Garland is imported
from playwright.sync_api import Page, Response, sync_playwright

from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium, sign_in
from tests.support.running import Running, running_garland

SIZES = (50, 500, 2_000)
LOADS = 5
MOVES = 180
IN_A_ROW = 20
TARGET_MS, TARGET_FRAME_MS = 1_000, 20
READY = """n => new Promise(done => {
  const look = () => document.querySelectorAll(".node").length >= n
    ? requestIdleCallback(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})"""
ON_SCREEN = """() => {
  for (const node of document.querySelectorAll(".node--step")) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (right > left && left > 400 && right < 900 && top > 200 && bottom < 700)
      return [(left + right) / 2, (top + bottom) / 2];
  }
}"""
RECORD = """() => {
  const frames = window.frames_ = [];
  let last = 0;
  const tick = now => { if (last) frames.push(now - last); last = now;
    if (window.frames_ === frames) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""
RECORDED = "() => { const found = window.frames_; window.frames_ = null; return found; }"


def main() -> None:
    """Start Garland, draw workflows of each size and print the table."""
    sizes = [int(one) for one in sys.argv[1:]] or SIZES
    with (
        tempfile.TemporaryDirectory() as folder,
        running_garland(Path(folder)) as garland,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sign_in(page, garland, "designer")
        for steps in sizes:
            print(f"{steps:,} steps")
            measure(page, garland, steps)
        browser.close()


def measure(page: Page, garland: Running, steps: int) -> None:
    """Measure one workflow and print its lines."""
    made = garland.post("/flows", {"name": f"Of {steps} steps", "document": drawing(steps)})
    made.raise_for_status()
    address = f"{garland.url}/t/acme/workflows/{made.json()['id']}"
    loads = [_load(page, address, steps) for _ in range(LOADS + 1)][1:]
    print(f"  {'interactive':<28} {statistics.median(loads):8.0f} ms   target {TARGET_MS:,}")
    for name, path in (
        ("drag a step", _drag(page, "#node-s0 .node__head")),
        ("draw a wire", _drag(page, "#node-s0 [data-port=error]")),
        ("pan", _pan(page)),
        ("drag, all on screen", _drag_all(page)),
    ):
        _tell(name, _frames(page, path))
    print(f"  {'save':<28} {_save(page):8.0f} ms")


def drawing(steps: int) -> dict[str, Any]:
    """Draw rows of steps, each wired to the next, every fifth with two ways out."""
    kinds = ("garland.branch", "garland.write-log", "garland.wait", "garland.write-log")
    return {
        "flow": 1,
        "name": "drawn",
        "triggers": {"start": {"kind": "manual", "position": [-272, 0]}},
        "steps": {f"s{at}": _step(at, kinds[at % len(kinds)]) for at in range(steps)},
        "wires": [
            *({"from": "start", "to": f"s{at}"} for at in range(0, steps, IN_A_ROW)),
            *(
                {"from": f"s{at}:{'yes' if at % len(kinds) == 0 else 'done'}", "to": f"s{at + 1}"}
                for at in range(steps - 1)
                if (at + 1) % IN_A_ROW
            ),
        ],
    }


def _step(at: int, block: str) -> dict[str, Any]:
    config = {"when": "true"} if block == "garland.branch" else {}
    place = [at % IN_A_ROW * 272, at // IN_A_ROW * 160]
    return {"block": block, "version": "1.0.0", "config": config, "position": place}


def _load(page: Page, address: str, steps: int) -> float:
    page.goto(address, wait_until="commit")
    found: float = page.evaluate(READY, steps + 1)
    return found


def _show_near(page: Page) -> None:
    """Take the first step at 100 %, as somebody does who works on it."""
    page.locator("#canvas").focus()
    for key in ("Escape", "0", "]", "]"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)


def _frames(page: Page, moves: Iterator[None]) -> Sequence[float]:
    next(moves)
    page.evaluate(RECORD)
    for _ in moves:
        pass
    found: list[float] = page.evaluate(RECORDED)
    return found


def _drag(page: Page, what: str) -> Iterator[None]:
    _show_near(page)
    box = page.locator(what).bounding_box()
    if box is None:
        raise SystemExit(f"{what} is not on screen")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    yield from _wander(page.mouse.move, x, y)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.keyboard.press("Escape")


def _wander(move: Callable[[float, float], None], x: float, y: float) -> Iterator[None]:
    for at in range(MOVES):
        yield
        move(x + at % 60 * 4 - 60, y + at % 45 * 3 - 40)


def _pan(page: Page) -> Iterator[None]:
    page.mouse.move(700, 450)
    for at in range(MOVES):
        yield
        page.mouse.wheel((30, -30)[at // 30 % 2], (12, -12)[at // 20 % 2])


def _drag_all(page: Page) -> Iterator[None]:
    page.locator("#canvas").focus()
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    x, y = page.evaluate(ON_SCREEN)
    page.mouse.move(x, y)
    page.mouse.down()
    yield from _wander(page.mouse.move, x, y)
    page.mouse.up()


def _save(page: Page) -> float:
    """Move a step by a key and wait for the save that follows."""

    def is_save(answer: Response) -> bool:
        return answer.request.method == "PUT"

    page.locator("#canvas").focus()
    page.keyboard.press("]")
    with page.expect_response(is_save, timeout=30_000) as saved:
        page.keyboard.press("ArrowDown")
    saved.value.finished()
    timing = saved.value.request.timing
    return float(timing["responseEnd"] - timing["requestStart"])


def _tell(name: str, frames: Sequence[float]) -> None:
    p95 = statistics.quantiles(frames, n=20)[-1]
    target = f"   target {TARGET_FRAME_MS}" if name == "drag a step" else ""
    print(f"  {name:<28} {p95:8.1f} ms p95, longest {max(frames):.1f} of {len(frames)}{target}")


if __name__ == "__main__":
    main()
