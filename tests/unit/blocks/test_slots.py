"""A block uses the connections that its manifest declares, and no others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocks.host import perform
from blocks.manifest import parse_manifest
from blocks.registry import Block
from blocks.sdk import BlockError, Context, Facts, Outcome
from tests.fakes.blocks import FakeServices
from tests.unit.blocks.test_host import MANIFEST

SLOT = {"slot": "api", "title": "Ticket system", "reason": "Signs in", "accepts": ["basic"]}
ASKS = {"permissions": [{"name": "http", "reason": "For tests."}], "secrets": [SLOT]}


def calling(slot: str) -> FakeServices:
    """Let a block call with the connection of a slot; give what was asked of the services."""
    services = FakeServices()

    def run(ctx: Context) -> Outcome:
        ctx.http.request("GET", "https://tickets.example.com/", connection=slot)
        return ctx.emit("done")

    block = Block(manifest=parse_manifest({**MANIFEST, **ASKS}), run=run, folder=Path())
    facts = Facts(
        run_id="r", step="s", attempt=1, idempotency_key="r/s", now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    perform(block, config={}, input={}, services=services, facts=facts)
    return services


def test_a_call_names_its_slot_and_carries_no_secret_yet() -> None:
    request = calling("api").requests[0]

    assert (request.slot, request.credential) == ("api", None)


def test_a_slot_that_the_manifest_does_not_declare_is_refused() -> None:
    with pytest.raises(BlockError, match="does not ask for it under secrets") as told:
        calling("other")

    assert told.value.code == "block.not_permitted"
