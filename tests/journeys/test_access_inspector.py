"""The form of whatever can be chosen on a canvas, each of its parts judged like whole pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from blocks.registry import standard_registry
from tests.factories.flows import flow_document
from tests.support.browser import sign_in, wait_until_live
from tests.support.judging import judge_part, violations
from tests.support.one_of_each import sent
from tests.support.running import Running

pytestmark = pytest.mark.journey

SHOWN = "#inspector"
LONG_MS = 15_000
IN_VIEW = "() => { document.querySelector('.designer').dataset.drawer = 'inspector'; }"
"""Where there is little room, the form lies over the canvas."""
OPENED = "(all) => { for (const one of all) one.open = true; }"
ON_IT = """(path) => {
  const half = path.getPointAtLength(path.getTotalLength() / 2);
  const { x, y } = half.matrixTransform(path.getScreenCTM());
  return [x, y];
}"""
STEPS: tuple[str, ...] = ("branch", "for_each", "wait", "decide", "call_workflow", "http_request")
STEPS += ("raise_alarm", "write_log", "approval", "code", "run_device_command", "open_incident")
"""Among them is every kind of field that a block of Garland's own has."""
TRIGGERS: dict[str, dict[str, Any]] = {
    "hand": {"kind": "manual"},
    "rule": {"kind": "rule"},
    "cron": {"kind": "schedule", "cron": "0 6 * * *", "timezone": "Europe/Berlin"},
    "hook": {"kind": "webhook"},
    "poll": {"kind": "block", "block": "garland.poll-http", "version": "1.0.0", "config": {}},
    "post": {"kind": "block", "block": "garland.receive-signed", "version": "1.0.0", "config": {}},
}
WHOLE = "http_request"
"""The step whose four parts are all judged: it has permissions, examples and a connection."""


def _document() -> dict[str, Any]:
    """Make a workflow with a step of each kind, set up as the block's own first example is."""
    registry = standard_registry()
    steps = {}
    for at, name in enumerate(STEPS):
        block = registry.latest(f"garland.{name.replace('_', '-')}")
        assert block is not None
        example = (block.manifest.examples or [{}])[0]
        parts = {key: example[key] for key in ("config", "input") if key in example}
        position = [300 + at % 4 * 280, at // 4 * 160]
        version = block.manifest.version
        steps[name] = {
            "block": block.manifest.id,
            "version": version,
            "position": position,
            **parts,
        }
    steps["write_log"]["config"] = {"message": '= "Of " + trigger.alarm.source', "level": "loud"}
    steps["write_log"] |= {"retry": {"max": 2}, "join": "any", "notes": "Why it is here"}
    steps["raise_alarm"]["undo"] = {"block": "garland.write-log", "version": "1.0.0", "config": {}}
    triggers = {
        name: {**one, "position": [0, at * 110]} for at, (name, one) in enumerate(TRIGGERS.items())
    }
    wires = ["hand > branch", "rule > write_log"]
    return flow_document(steps, wires, name="Of each kind", triggers=triggers)


@pytest.fixture
def page(chromium: Browser, shared_garland: Running) -> Iterator[Page]:
    """A designer in which a workflow with a step of each kind is open."""
    asked = {"name": "Of each kind", "document": _document()}
    flow = sent(shared_garland, "POST", "/flows", json=asked)["id"]
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, shared_garland, "admin")
    page.goto(f"{shared_garland.url}/t/acme/workflows/{flow}")
    wait_until_live(page)
    yield page
    context.close()


def _choose(page: Page, node: str) -> None:
    page.locator("#canvas").focus()
    page.keyboard.press("Escape")  # so that no bar of another lies over it
    page.locator(f"#node-{node} .node__head").click()
    expect(page.locator(f"{SHOWN} [name=node]")).to_have_value(node, timeout=LONG_MS)
    page.evaluate(IN_VIEW)


def test_nothing_is_wrong_with_the_form_of_any_kind_of_step_or_trigger(page: Page) -> None:
    found = {}
    for node in (*TRIGGERS, *STEPS):
        _choose(page, node)
        page.locator(f"{SHOWN} details").evaluate_all(OPENED)
        found[node] = judge_part(page, SHOWN)

    assert {one: wrong for one, wrong in found.items() if wrong} == {}


def test_nothing_is_wrong_with_any_part_of_what_is_said_of_a_step(page: Page) -> None:
    _choose(page, WHOLE)
    expect(page.locator(f'#test-panel[data-step="{WHOLE}"]')).to_be_attached(timeout=LONG_MS)

    found = {}
    for part in ("test", "notes", "about"):
        page.locator(f".inspector__tabs [data-tab={part}]").click()
        found[part] = judge_part(page, ".designer__inspector")

    assert {one: wrong for one, wrong in found.items() if wrong} == {}


def test_nothing_is_wrong_with_an_expression_while_it_is_written(
    page: Page, shared_garland: Running, each: dict[str, str]
) -> None:
    page.goto(f"{shared_garland.url}/t/acme/workflows/{each['flow']}")
    wait_until_live(page)
    _choose(page, "gold")
    condition = page.locator(f'{SHOWN} [data-field="/config/when"]')
    code = condition.locator("textarea")
    code.fill("1 + 1")
    outcome = condition.locator(".expression__outcome")
    expect(outcome).to_contain_text("must be true or false", timeout=LONG_MS)
    code.fill("")
    code.press_sequentially("flap")
    expect(page.get_by_role("listbox", name="Completions")).to_be_visible(timeout=LONG_MS)
    code.press("ArrowDown")

    found = {
        "expression": violations(page, within=SHOWN),
        "completions": violations(page, within="#completions"),
    }

    assert found == {"expression": [], "completions": []}


def test_nothing_is_wrong_where_several_or_a_wire_or_nothing_is_chosen(page: Page) -> None:
    found = {"nothing": judge_part(page, ".designer__inspector")}
    page.locator("#canvas").focus()
    page.keyboard.press("Control+a")
    expect(page.locator(f"{SHOWN} h2")).to_contain_text("18 selected", timeout=LONG_MS)
    found["several"] = judge_part(page, ".designer__inspector")
    page.keyboard.press("Escape")
    page.mouse.click(*page.locator(".wire__hit").first.evaluate(ON_IT))
    expect(page.locator(".designer")).to_have_attribute("data-chosen", "wire")
    found["a wire"] = judge_part(page, ".designer")

    assert {one: wrong for one, wrong in found.items() if wrong} == {}
