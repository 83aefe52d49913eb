"""What a trigger's block tells of itself has nothing in it of what is hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest

from blocks.presets import Hold, Preset
from blocks.sdk import Context, Facts
from runtime.block_triggers.asking import LiveTrigger, run_block
from runtime.flows.model import Trigger
from runtime.runs.calls import NotYetError
from runtime.runs.services import DetachedServices
from tests.factories.tenancy import NOON
from tests.support.decided import CANARY, decided_block


class Nothing:
    """Services that a block asks nothing of."""

    def grant(self, *_: Any) -> None:
        """Take it."""


def test_a_hidden_host_that_is_busy_is_not_named() -> None:
    def waits(ctx: Context) -> Any:
        raise NotYetError(f"https://{ctx.config['host']}:443", 1)

    hides = decided_block(Preset(name="host", hold=Hold.HIDDEN, value=CANARY))
    block = replace(hides, run=waits)
    said = {"block": block.manifest.id, "version": block.manifest.version, "digest": block.digest}
    live = LiveTrigger(
        tenant_id=UUID(int=1),
        flow_id=UUID(int=2),
        version_id=UUID(int=3),
        flow_name="Lamps",
        trigger=Trigger(id="lamp", kind="block", settings=said),
        block=block,
    )
    facts = Facts(run_id="1", step="lamp", attempt=1, idempotency_key="1", now=NOON)

    with pytest.raises(NotYetError) as caught:
        run_block(live, {}, cast("DetachedServices", Nothing()), facts)

    assert caught.value.host == "https://•••:443"
