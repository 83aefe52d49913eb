"""Workflows whose runs are looked at, and what makes their calls fail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from blocks.sdk import BlockError
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

UNREACHABLE = BlockError("http.unreachable", "tickets.test is not there", retryable=False)
KEY = "k-9f86d081"
PASSWORD = "hunter-2-hunter"  # noqa: S105  made up
HEADERS = {"Authorization": f"Bearer {KEY}"}
FACTS = step("set-data", title="Gather the facts", config={"values": {"city": "Bern"}})
LOG = step("write-log", title="Write it down", config={"message": "written"})


def call(title: str = "Open the ticket", **parts: Any) -> dict[str, Any]:
    """Make a step that calls a ticket system with a password in its body, once."""
    config = {"method": "POST", "url": "https://tickets.test/api", "headers": HEADERS}
    body = {"title": "= trigger.input.title", "password": PASSWORD}
    return step(
        "http-request",
        title=title,
        config=config,
        **{"input": {"body": body}, "retry": {"max": 0}} | parts,
    )


def ticket_flow(bench: Bench, *, name: str = "Open a ticket", **parts: Any) -> UUID:
    """Publish facts, then a call, then a line in the log."""
    steps = {"facts": FACTS, "open": call(**parts), "log": LOG}
    wires = ["hand > facts", "facts:done > open", "open:done > log"]
    return bench.publish(steps, wires, name=name)


def failed_run(bench: Bench, *, title: str = "Link down", **parts: Any) -> UUID:
    """Run it until its call fails."""
    bench.http.answers = [UNREACHABLE]
    return bench.run(ticket_flow(bench, **parts), {"input": {"title": title}})


def loop_flow(bench: Bench, *, name: str = "Check every port") -> UUID:
    """Publish a loop over the ports given; a call in each round, failures kept."""
    inner = {
        "look": step("set-data", title="Look", config={"values": {"n": "= item"}}),
        "ask": call("Ask the element", input={}),
    }
    body = {"steps": inner, "wires": [{"from": "look:done", "to": "ask"}]}
    config = {"items": "= trigger.input.ports", "keeps_going": True, "at_once": 50}
    steps = {"ports": step("for-each", title="Every port", config=config, body=body)}
    return bench.publish(steps, ["hand > ports"], name=name)


def large_run(bench: Bench, rows: int = 2_000) -> UUID:
    """Run a step whose output is kept apart, with a secret in it."""
    steps = {
        "big": step("set-data", title="Tables", config={"values": {"rows": "= trigger.input.rows"}})
    }
    flow = bench.publish(steps, ["hand > big"], name="Large")
    given = [{"port": f"ge-0/{n}", "token": KEY} for n in range(rows)]
    return bench.run(flow, {"input": {"rows": given}})
