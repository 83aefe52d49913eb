"""A person watches a run: sees it live from queued to failed, is told what to do, and mends it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in, wait_until_live
from tests.support.running import Running, wait_for

pytestmark = pytest.mark.journey

KEY = "k-9f86d081"
NAP = step("wait", title="Let it settle", config={"for_s": 1})
TAKE = step("acknowledge-alarm", title="Take it on", input={"alarm_id": "= trigger.input.alarm"})
LOG = step("write-log", title="Write it down", config={"message": "taken on"})


def start_flow(
    garland: Running,  # noqa: F811
    name: str,
    steps: Mapping[str, Any],
    wires: list[str],
    **given: Any,
) -> str:
    """Publish a workflow and start it by hand; give the address of its run."""
    document = flow_document(steps, wires, name=name)
    made = garland.post("/flows", {"name": name, "document": document})
    flow = made.json()["id"]
    garland.post(f"/flows/{flow}/publish", {}).raise_for_status()
    started = garland.post(f"/flows/{flow}/runs", {"input": given, "subject": "link-brn-gen"})
    return f"{garland.url}/t/acme/runs/{started.json()['id']}"


def state_of(garland: Running, address: str) -> str:  # noqa: F811
    return str(garland.api(f"/runs/{address.rpartition('/')[2]}")["state"])


@contextmanager
def paused_workers(garland: Running) -> Iterator[None]:  # noqa: F811
    """Hold every worker; what is started meanwhile stays queued."""
    workers = garland.children("worker")
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)


def test_a_run_is_seen_live_from_queued_to_failed_and_retried_to_success(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    garland.send({"managed_object": "link-brn-gen", "perceived_severity": "minor"})
    found = wait_for(
        lambda: garland.api("/alarms", q="link-brn-gen")["items"], within_s=20, what="the alarm"
    )
    steps = {"nap": NAP, "take": TAKE, "log": LOG}
    wires = ["hand > nap", "nap:done > take", "take:done > log"]

    with paused_workers(garland):
        page.goto(start_flow(garland, "Take on an alarm", steps, wires, alarm=""))
        expect(page.locator(".run-state")).to_have_text("Queued")
        expect(page.locator("#timeline")).to_contain_text("No step was begun yet")
        wait_until_live(page)

    expect(page.locator('#node-nap[data-status="done"]')).to_be_visible(timeout=30_000)
    expect(page.locator(".run-state")).to_have_text("Failed", timeout=15_000)
    expect(page.locator('#node-take[data-status="failed"]')).to_be_visible()
    expect(page.locator("#run > .banner")).to_contain_text("It stopped at Take it on")
    expect(page.locator("#run > .banner")).to_contain_text("Retry it with a corrected input here")
    _mend(page, found[0]["id"])
    expect(page.locator(".run-state")).to_have_text("Succeeded", timeout=15_000)
    expect(page.locator('#node-log[data-status="done"]')).to_be_visible()
    expect(page.locator(".lane", has_text="Take it on")).to_contain_text("2 tries")


def _mend(page: Page, alarm_id: str) -> None:  # noqa: F811
    """Retry with an input that is refused first, then with one that is right."""
    page.get_by_role("link", name="Retry with changed input").click()
    field = page.get_by_label("Input")
    field.fill('{"alarm_id": 7')
    page.get_by_role("button", name="Retry with this input").click()
    expect(page.locator(".field__error")).to_contain_text("the input is not JSON")
    expect(field).to_have_value('{"alarm_id": 7')
    field.fill(f'{{"alarm_id": "{alarm_id}"}}')
    page.get_by_role("button", name="Retry with this input").click()
    expect(page.get_by_text("The run goes on from the step that failed.")).to_be_visible()


def test_a_step_is_picked_in_the_drawing_the_timeline_or_by_keys_and_a_link_leads_to_it(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    steps = {"facts": step("set-data", title="Facts", config={"values": {"n": 1}}), "log": LOG}
    address = start_flow(garland, "Note it", steps, ["hand > facts", "facts:done > log"])
    wait_for(lambda: state_of(garland, address) == "succeeded", within_s=20, what="the end")
    page.goto(address)
    title = page.locator("#panel h2").first

    page.locator("#node-facts").click()
    expect(title).to_have_text("Facts")
    expect(page.locator('#node-facts[aria-selected="true"]')).to_be_visible()
    page.get_by_role("link", name="Write it down").click()
    expect(title).to_have_text("Write it down")
    assert page.url == f"{address}?step=log"
    page.locator("#run-drawing").focus()
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    expect(title).to_have_text("Facts")
    page.go_back()
    expect(title).to_have_text("Write it down")
    wait_until_live(page)
    page.get_by_role("link", name="Start: by hand").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(title).to_have_text("Facts")
    page.locator("#node-hand").click()
    expect(title).to_have_text("What started it")


NEWS = "document.body.dispatchEvent(new CustomEvent('runs', {bubbles: true}))"
FORGET = "document.querySelector('#run-asked [name=seen]').value = 'nothing'"


def test_a_step_picked_while_a_refresh_is_under_way_stays_picked(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    address = start_flow(garland, "Slow refresh", {"log": LOG}, ["hand > log"])
    wait_for(lambda: state_of(garland, address) == "succeeded", within_s=20, what="the end")
    page.goto(address)
    held: list[Route] = []
    page.route("**/runs/*seen=nothing*", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks it

    page.evaluate(FORGET)
    page.evaluate(NEWS)
    wait_for(lambda: page.evaluate("1") and held, within_s=5, what="the refresh")
    page.get_by_role("link", name="Write it down").click()
    expect(page.locator("#panel h2").first).to_have_text("Write it down")
    held[0].continue_()

    page.wait_for_timeout(1_000)
    expect(page.locator("#panel h2").first).to_have_text("Write it down")


def test_news_held_back_while_the_page_is_swapped_is_not_lost(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, garland, "operator")
    address = start_flow(garland, "Quick news", {"log": LOG}, ["hand > log"])
    wait_for(lambda: state_of(garland, address) == "succeeded", within_s=20, what="the end")
    page.goto(address)
    wait_until_live(page)
    page.wait_for_timeout(1_500)
    answers: list[int] = []
    page.on("response", lambda one: answers.append(one.status) if "seen=" in one.url else None)

    page.evaluate(FORGET)
    page.evaluate(f"{NEWS}; {NEWS}")

    wait_for(lambda: page.evaluate("1") and len(answers) == 2, within_s=5, what="both refreshes")
    assert answers == [200, 204]


def loop_run(garland: Running, name: str, ports: int) -> str:  # noqa: F811
    """Run a loop in which every fifth round fails; give the address of its run."""
    inner = {
        "look": step("set-data", title="Look", config={"values": {"n": "= item"}}),
        "bad": step("branch", title="Is it bad?", config={"when": "item % 5 == 4"}),
        "ask": step(
            "http-request",
            title="Ask the element",
            config={"url": "http://127.0.0.1:9/", "headers": {"Authorization": f"Bearer {KEY}"}},
            retry={"max": 0},
        ),
    }
    wires = [{"from": "look:done", "to": "bad"}, {"from": "bad:yes", "to": "ask"}]
    config = {"items": "= trigger.input.ports", "keeps_going": True, "at_once": 20}
    each = step(
        "for-each", title="Every port", config=config, body={"steps": inner, "wires": wires}
    )
    address = start_flow(garland, name, {"each": each}, ["hand > each"], ports=list(range(ports)))
    wait_for(lambda: state_of(garland, address) == "succeeded", within_s=60, what="the end")
    return address


def test_three_hundred_rounds_are_drilled_into_on_a_phone(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, garland, "operator")
    page.goto(loop_run(garland, "Check every port", 300))
    expect(page.locator("#node-ask .node__status")).to_have_text("60 failed")

    page.get_by_role("link", name="300 rounds").click()
    expect(page.locator(".lane")).to_have_count(100)
    page.get_by_role("link", name="Failed 60", exact=True).click()
    expect(page.locator(".lane")).to_have_count(60)
    page.get_by_role("link", name="Round 5", exact=False).first.click()
    page.get_by_role("link", name="Ask the element").click()

    expect(page.locator("#panel h2").first).to_have_text("Ask the element, round 5 of Every port")
    expect(page.locator("#panel h2").first).to_be_in_viewport()
    expect(page.locator("#panel")).to_contain_text("What to do:")
    assert KEY not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_a_runs_page_has_a_serious_accessibility_violation(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
    scheme: str,
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, garland, "operator")
    loop = loop_run(garland, f"Loop {scheme}", 6)
    failed = start_flow(garland, f"Fail {scheme}", {"take": TAKE}, ["hand > take"], alarm="")
    wait = step("wait-for-event", config={"event": "message", "correlation": "x", "timeout_s": 99})
    waiting = start_flow(garland, f"Wait {scheme}", {"wait": wait}, ["hand > wait"])
    wait_for(lambda: state_of(garland, failed) == "failed", within_s=20, what="the failure")
    wait_for(lambda: state_of(garland, waiting) == "waiting", within_s=20, what="the wait")

    found = {}
    for address in (
        f"{loop}?step=each",
        f"{loop}?in=each",
        f"{loop}?in=each%5B4%5D&step=each%5B4%5D.ask",
        f"{loop}?only=waiting",
        failed,
        f"{failed}?show=start",
        f"{failed}/retry?step=take",
        f"{waiting}?step=wait",
        f"{garland.url}/t/acme/runs?state=failed",
        f"{garland.url}/t/acme/runs?q=nothing",
    ):
        page.goto(address)
        page.wait_for_load_state("load")
        found[address] = serious_violations(page)

    assert found == {address: [] for address in found}
