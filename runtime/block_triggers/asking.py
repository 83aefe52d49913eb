"""Runs the block of a live trigger, outside any transaction: polled, or asked of a request.

What it may use is what the workflow's live version gave it: that very package, the connections it
names, what the trigger keeps. Whoever asks writes what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.host import Facts, Performed, perform
from blocks.installs.pins import why_not_to_start
from blocks.installs.registry import registry_of
from blocks.registry import Block
from blocks.sdk import BlockError
from kernel.errors import NotFoundError
from kernel.ids import new_id
from runtime.flows.lookup import runnable, startable
from runtime.flows.model import Step, Trigger
from runtime.limits.book import limits_of
from runtime.limits.rates import rates_of
from runtime.runs.calls import Calls, NotYetError
from runtime.runs.services import DetachedServices
from runtime.runs.withheld import without
from runtime.step_state.owners import Owner
from runtime.step_state.store import find_value, keys_of
from tenancy.scope import as_tenant, bind


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTrigger:
    """A trigger of kind `block` as it is live; `block` is None where it is not installed."""

    tenant_id: UUID
    flow_id: UUID
    version_id: UUID
    flow_name: str
    trigger: Trigger
    block: Block | None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.trigger.title or self.trigger.id

    @property
    def owner(self) -> Owner:
        """Whose values it keeps: ids of triggers and steps of a workflow never meet."""
        return Owner(self.tenant_id, self.flow_id, self.trigger.id)

    def usable_block(self) -> Block:
        """Give the block, when it is the package the workflow was published with and may be run.

        Raises:
            BlockError: `trigger.unknown`, `block.other_digest`, `block.held`, `block.withdrawn`.
        """
        said = self.trigger.settings
        if self.block is None:
            message = f"The block {said['block']} {said['version']} is not installed."
            raise BlockError("trigger.unknown", message)
        refusal = why_not_to_start(self.block, said.get("digest", ""))
        if refusal is not None:
            raise BlockError(*refusal)
        return self.block


@dataclass(frozen=True, slots=True)
class TriggerDesk:
    """A trigger's own place: each question gets a session; there is no run to show or cancel."""

    sessions: sessionmaker[Session]
    owner: Owner

    def kept(self, key: str, /) -> Any:
        """Return the value kept under a key."""
        with self.sessions() as session:
            bind(session, self.owner.tenant_id)
            return find_value(session, self.owner, key)

    def kept_keys(self) -> list[str]:
        """List the keys there are."""
        with self.sessions() as session:
            bind(session, self.owner.tenant_id)
            return keys_of(session, self.owner)

    def report(self, _fraction: float, _text: str, /) -> None:
        """Show it to nobody."""

    def is_cancelled(self) -> bool:
        """Say no."""
        return False


def find_live(
    session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str
) -> LiveTrigger | None:
    """Give the trigger as the live version has it; None where that has no such, or is none."""
    with as_tenant(session, tenant_id):
        try:
            version_id = startable(session, tenant_id, flow_id).version_id
        except NotFoundError:
            return None
        if version_id is None:
            return None
        flow = runnable(session, tenant_id, flow_id, version_id).flow
        trigger = flow.triggers.get(trigger_id)
        if trigger is None or trigger.kind != "block":
            return None
        registry = registry_of(session, tenant_id)
    return LiveTrigger(
        tenant_id=tenant_id,
        flow_id=flow_id,
        version_id=version_id,
        flow_name=flow.name,
        trigger=trigger,
        block=registry.find(trigger.settings["block"], trigger.settings["version"]),
    )


def calls_of(session: Session, tenant_id: UUID) -> Calls | None:
    """Give what counts the calls of one look, as those of a step; None where nobody counts."""
    rates = rates_of(session)
    if rates is None:
        return None
    limits = limits_of(session, tenant_id)
    return Calls(rates=rates, tenant_id=tenant_id, limits=limits, who=f"trigger:{new_id()}")


def step_of(live: LiveTrigger) -> Step:
    """Give the trigger as a step: its block, and the connections that it names."""
    said = live.trigger.settings
    named = {name: said[name] for name in ("block", "version")}
    return Step(id=live.trigger.id, **named, connections=said.get("connections", {}))


def run_block(
    live: LiveTrigger, given: Mapping[str, Any], services: DetachedServices, facts: Facts
) -> Performed:
    """Run the trigger's block with what it may use.

    Raises:
        BlockError: it may not be used, or failed.
        NotYetError: its first call finds no place.
    """
    block, config = live.usable_block(), live.trigger.settings.get("config", {})
    services.grant(step_of(live), block.manifest)
    decided = block.decided
    whole = decided.whole(config) if decided is not None else config
    hidden = decided.hidden if decided is not None else None
    try:
        done = perform(block, config=whole, input=given, services=services, facts=facts)
    except BlockError as error:
        error.message = without(error.message, hidden)
        raise
    except NotYetError as error:
        error.host = without(error.host, hidden)  # people read it where the look is put off
        raise
    if any(not one.kind.startswith("state.") for one in done.effects):
        message = f"{block.manifest.title} changes alarms, which a trigger may not: use a step."
        raise BlockError("trigger.changes", message, retryable=False)
    return done
