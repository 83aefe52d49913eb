"""A light step performed on the spot: what it is given, and what its attempt comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blocks.registry import Block
from blocks.sdk import LogLine
from kernel.clock import format_instant, utc_now
from runtime.flows.model import Step
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs.attempt import Attempted, Given, attempt_step, facts_of, give, simulate_step
from runtime.runs.blobs import INLINE_MAX_BYTES, fetch, is_reference, size_of, stow
from runtime.runs.children import with_connections
from runtime.runs.desks import SegmentDesk
from runtime.runs.effects import apply_effects
from runtime.runs.events import Completed, Perform
from runtime.runs.outside import Brokers
from runtime.runs.paths import split
from runtime.runs.pins import KEPT, PINNED, read_pins
from runtime.runs.programs import Program
from runtime.runs.services import TenantServices
from runtime.runs.simulating import is_dry, is_simulated
from runtime.runs.state import RunState as Progress
from runtime.runs.withheld import parted, told_without


class Performer:
    """Performs the light steps of one run in its caller's transaction."""

    def __init__(
        self, session: Session, run: RunRow, program: Program, brokers: Brokers, *, now: datetime
    ) -> None:
        self._session, self._run, self._program, self._now = session, run, program, now
        self._services = TenantServices(session, run.tenant_id, brokers)
        self._run_facts = {"id": str(run.id), "started_at": format_instant(run.started_at)}
        self._sees_large = size_of(run.trigger) > INLINE_MAX_BYTES
        self._pins = read_pins(run.pins)

    def give(self, state: Progress, step: Step, record: RecordRow) -> None:
        """Write what an attempt is given into its record, large values as references.

        What providers decided is taken as it stands now, and stays so for this attempt.

        Raises:
            ExpressionError: naming the expression that gave no value.
            NotFoundError: a large value is no longer kept.
            StorageFullError: there is no room for what it is given.
        """
        config, data = self._program.configs[step.id], self._program.inputs[step.id]
        variables: Mapping[str, Any] = {}
        if not (config.is_constant and data.is_constant):
            variables = self.variables(state, split(record.step)[0], self._program.reads[step.id])
        given = give(config, data, variables)
        wanted = state.inputs.get(record.step, given.input)
        shown, withheld = parted(self._program.blocks[step.id], given.config)
        record.config, record.input = self._set_apart(shown), self._set_apart(wanted)
        record.withheld = withheld or None

    def attempt(self, block: Block, record: RecordRow, step: Step) -> Attempted:
        """Run the block once and apply what it changes inside Garland."""
        record.started_at = utc_now()
        run, name = self._run, self._program.name
        facts = facts_of(str(run.id), step, record.step, record.attempt, flow=name, now=self._now)
        if is_simulated(run, step.id, block.manifest):
            return simulate_step(block, facts)
        config, withheld = self._fetch(record.config), record.withheld
        given = Given(
            config={**config, **withheld} if withheld else config, input=self._fetch(record.input)
        )
        self._services.grant(with_connections(step, run), block.manifest)
        self._services.desk = SegmentDesk(self._session, run, record.step)
        if is_dry(run, step.id):
            self._services.pretend(run.trigger.get("alarm"))
        done = told_without(attempt_step(block, given, self._services, facts), withheld)
        if not done.effects:
            return done
        by = f"workflow {name}"
        return apply_effects(self._session, run, done, by=by, now=self._now)

    def variables(
        self, state: Progress, scope: str, reads: Iterable[str] | None
    ) -> Mapping[str, Any]:
        """Give what expressions in a scope see; of the steps only those they read."""
        steps = state.seen_from(scope, reads)
        for seen in steps.values():
            if "output" in seen:
                seen["output"] = self._fetch(seen["output"])
        found = {
            "trigger": self._run.trigger,
            "steps": steps,
            "run": self._run_facts,
            "vars": state.variables,
        }
        if scope:
            found["item"] = state.item_in(scope)
        return self._pins.seen_in(found) if self._pins.loop else found

    def stow(self, value: Any) -> Any:
        """Give the value itself when it is small, else a reference to where it is stored."""
        run = self._run
        return stow(self._session, run.tenant_id, value, run_id=run.id, now=self._now)

    def _set_apart(self, value: Any) -> Any:
        return self.stow(value) if self._sees_large or is_reference(value) else value

    def _fetch(self, value: Any) -> Any:
        if not is_reference(value):
            return value
        self._sees_large = True
        return fetch(self._session, self._run.tenant_id, value)


def kept(pinned: Mapping[str, Any], command: Perform) -> Attempted:
    """Take what a step gave elsewhere instead of performing it."""
    port, output, variables = (pinned.get(name) for name in ("port", "output", "variables"))
    event = Completed(command.step, command.attempt, port or "done", output, variables or {})
    told = PINNED if pinned.get("pinned") else KEPT
    return Attempted(event=event, logs=(LogLine("info", told),), is_stowed=True)
