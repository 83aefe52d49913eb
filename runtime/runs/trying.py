"""One step of a draft tried alone, with what the others gave made up or taken from a past run.

It is a trial like any other: an ordinary run of a snapshot of that step, shown on the run's page;
blocks that write are simulated unless effects are allowed. A step in a loop's body is given the
item it works on, since no loop gives it one; its siblings' results are those of a first round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.registry import Registry
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import sha256_of
from runtime.expressions.evaluating import ExpressionError
from runtime.flows.excerpt import container_of
from runtime.flows.lookup import runnable
from runtime.flows.model import every_step, parse_flow
from runtime.flows.picture import TRIGGERS
from runtime.flows.versions import get_flow, snapshot_step
from runtime.runs._tables import Run, StepRecord, StepState
from runtime.runs.blobs import stow
from runtime.runs.by_hand import Begun
from runtime.runs.paths import enclosing, loop_of, split
from runtime.runs.pins import Pins
from runtime.runs.programs import steps_read_by
from runtime.runs.query import run_of_key
from runtime.runs.start import Start, record_run
from tenancy.rows import get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What one step is tried with.

    Attributes:
        pins: By step, the `port` it left by ("done" where left out) and its `output`.
        from_run: A past run of the workflow; gives results, variables and trigger not said here.
        trigger: What expressions see as `trigger`.
        input: What the step is given instead of its own input.
        item: In a list of one, what a step in a loop's body works on.
        key: The same key tries it once; "" each time.
    """

    pins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    from_run: UUID | None = None
    trigger: Mapping[str, Any] | None = None
    input: Mapping[str, Any] | None = None
    item: tuple[Any, ...] = ()
    allow_effects: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a past run gives: results by step, its variables at the end, and its trigger."""

    steps: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, Any]
    trigger: Mapping[str, Any]


def try_step(  # noqa: PLR0913  which step of which workflow, with what, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    step: str,
    wanted: Alone,
    *,
    by: str,
    now: datetime,
) -> Begun:
    """Start a trial of one step of the draft as it is now.

    Raises:
        NotFoundError: no such workflow, step or run of it.
        InvalidError: the step has problems, or what it is tried with does not fit.
    """
    draft = get_flow(session, tenant_id, flow_id).draft
    loop = container_of(draft, step)
    _require_fit(draft, step, loop, wanted)
    taken = take_from(session, tenant_id, flow_id, wanted.from_run) if wanted.from_run else None
    trigger = dict(wanted.trigger or (taken.trigger if taken else {}))
    trigger["kind"] = _kind_of(trigger, draft)
    version = snapshot_step(session, tenant_id, flow_id, step, kind=trigger["kind"], now=now)
    known = {**(taken.steps if taken else {}), **wanted.pins}
    known.pop(step, None)
    pins = Pins(
        steps=stowed(session, tenant_id, known, now),
        only=step,
        input=wanted.input,
        loop=loop,
        item=wanted.item[0] if wanted.item else None,
        variables=taken.variables if taken else {},
    )
    key = f"try:{sha256_of(f'{flow_id}:{step}:{wanted.key}')}" if wanted.key else None
    start = Start(trigger=trigger, subject=f"{step} alone", dedup_key=key, started_by=by)
    parts = {"is_trial": True, "allows_effects": wanted.allow_effects, "pins": pins.to_document()}
    ready = runnable(session, tenant_id, flow_id, version.id)
    begun = record_run(session, tenant_id, ready, start, now=now, parts=parts)
    if begun is None:
        return Begun(run_id=run_of_key(session, tenant_id, key), is_new=False)
    return Begun(run_id=begun, is_new=True)


def take_from(session: Session, tenant_id: UUID, flow_id: UUID, run_id: UUID) -> Taken:
    """Give what the steps of a past run gave last, those in loops of their first round.

    Raises:
        NotFoundError: no such run of this workflow.
    """
    run = get_owned(session, Run, tenant_id, run_id, name="run")
    if run.flow_id != flow_id:
        raise NotFoundError("no such run of this workflow", run_id=str(run_id))
    records = session.execute(
        select(StepRecord.step, StepRecord.port, StepRecord.output, StepRecord.variables)
        .where(
            StepRecord.tenant_id == tenant_id,
            StepRecord.run_id == run_id,
            StepRecord.state == StepState.SUCCEEDED,
        )
        .order_by(StepRecord.ended_at, StepRecord.id)
    )
    pinned = (run.pins or {}).get("steps", {})
    steps: dict[str, Mapping[str, Any]] = dict(pinned)
    variables: dict[str, Any] = {}
    for one in records:
        scope, id_ = split(one.step)
        variables.update(one.variables or {})
        if all(loop_of(around)[1] == 0 for around in enclosing(scope) if around):
            steps[id_] = {"port": one.port or "done", "output": one.output}
    return Taken(steps=steps, variables=variables, trigger=run.trigger)


def results_needed(document: Mapping[str, Any], step: str, registry: Registry) -> list[str]:
    """List the steps whose results a step reads, as far as its expressions can be read."""
    flow = parse_flow(document)
    found = flow.steps[step]
    try:
        read = steps_read_by(found, registry.find(found.block, found.version))
    except ExpressionError:
        return []
    others = [id_ for id_ in flow.steps if id_ not in (step, found.container)]
    return others if read is None else [id_ for id_ in others if id_ in read]


def _require_fit(draft: Mapping[str, Any], step: str, loop: str, wanted: Alone) -> None:
    known = {id_ for id_, _, _ in every_step(draft)}
    found = [
        Problem(f"/pins/{id_}", f"pins: there is no step {id_} in the draft: remove it")
        for id_ in wanted.pins
        if id_ not in known
    ]
    if step in wanted.pins:
        found.append(Problem(f"/pins/{step}", f"pins: {step} is the step to try: remove it"))
    if loop and not wanted.item:
        found.append(Problem("/item", f"item: say what {step} works on: it stands in {loop}"))
    if wanted.item and not loop:
        found.append(Problem("/item", f"item: {step} stands in no loop: leave it out"))
    if found:
        raise InvalidError(f"{step} cannot be tried with this", problems=found)


def _kind_of(trigger: Mapping[str, Any], draft: Mapping[str, Any]) -> str:
    """Take the trigger's own kind, else that of the workflow's first trigger."""
    if trigger.get("kind") in TRIGGERS:
        return str(trigger["kind"])
    first = next(iter(draft["triggers"].values()), {"kind": "manual"})
    return str(first["kind"])


def stowed(
    session: Session, tenant_id: UUID, steps: Mapping[str, Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    """Put large results where large results lie."""
    return {
        id_: {**one, "output": stow(session, tenant_id, one.get("output"), run_id=None, now=now)}
        for id_, one in steps.items()
    }
