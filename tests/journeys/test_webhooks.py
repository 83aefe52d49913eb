"""Another system calls a webhook by the very command the page shows, and gets the run's result."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.factories.flows import flow_document, step
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.running import Running

pytestmark = pytest.mark.journey

DOCUMENT = flow_document(
    {
        "facts": step("set-data", config={"values": {"where": "= trigger.body.site"}}),
        "end": step("end", config={"output": {"ticket": "= 'T-' + steps.facts.output.where"}}),
    },
    ["hook > facts", "facts:done > end"],
    name="Answer the shop",
    triggers={"hook": {"kind": "webhook", "title": "Shop", "signed": True, "respond": "when_done"}},
)


def publish(garland: Running) -> str:  # noqa: F811
    """Publish the workflow; gives its id."""
    made = garland.post("/flows", {"name": "Answer the shop", "document": DOCUMENT}).json()
    published = garland.post(f"/flows/{made['id']}/publish", {})
    assert published.status_code == 200, published.text
    return str(made["id"])


def in_a_shell(command: str) -> Any:
    """Run a command as a person would paste it; gives the JSON it prints."""
    shell = ["sh", "-eu", "-c", command]
    done = subprocess.run(shell, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_command_of_the_page_calls_it_and_prints_the_result(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
) -> None:
    flow_id = publish(garland)
    sign_in(page, garland, "designer")
    page.goto(f"{garland.url}/t/acme/workflows/{flow_id}/webhooks")
    expect(page.get_by_text("there is no secret yet")).to_be_visible()
    page.get_by_role("button", name="Make a secret").click()
    secret = page.get_by_role("region", name="Signing secret").inner_text()
    command = page.get_by_role("region", name="Command").inner_text()

    answer = in_a_shell(command)
    forged = in_a_shell(command.replace(secret, secret[:-6] + "AAAAA="))

    assert answer == {"ticket": "T-ZRH"}
    assert (forged["status"], forged["code"]) == (401, "hook.signature")
    expect(page.get_by_text("no signature fits")).to_be_visible()  # without loading it again
    runs = garland.api("/runs", q="Shop")["items"]
    assert [(one["trigger_kind"], one["state"]) for one in runs] == [("webhook", "succeeded")]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert serious_violations(page) == [], scheme


def test_a_slow_run_is_answered_within_the_time_that_senders_wait(
    garland: Running,  # noqa: F811
) -> None:
    wait = {"wait": step("wait", config={"for_s": 600})}
    hook = {"hook": {"kind": "webhook", "respond": "when_done"}}
    document = flow_document(wait, ["hook > wait"], name="Slow", triggers=hook)
    made = garland.post("/flows", {"name": "Slow", "document": document}).json()
    garland.post(f"/flows/{made['id']}/publish", {})
    address = garland.api(f"/flows/{made['id']}/webhooks/hook/address")["address"]

    answer = httpx.post(address, json={}, timeout=40)

    assert answer.status_code == 202
    assert 24 < answer.elapsed.total_seconds() < 35
    run = garland.api(f"/runs/{answer.json()['run']}")
    assert run["state"] == "waiting"
    assert answer.headers["Location"] == f"{garland.url}/api/v1/runs/{run['id']}"
