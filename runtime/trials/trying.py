"""Starting a trial of a draft the way somebody wants it: whole, in steps, up to one, or one alone.

What steps are pinned to is taken along, so that none of them is performed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.flows.excerpt import container_of
from runtime.flows.model import every_step
from runtime.flows.versions import get_flow
from runtime.runs._tables import Run
from runtime.runs.pins import Pins, read_pins
from runtime.runs.query import RunFilter, find_step, list_runs
from runtime.runs.start import Start, start_trial
from runtime.runs.trying import Alone, stowed, try_step
from runtime.trials.looking import pins_of
from runtime.trials.pins import use_pins
from tenancy.rows import get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a trial is to go.

    Attributes:
        allow_effects: Whether every step may change something.
        allows: Steps that may although the others may not.
        each, stops: Whether it holds before each step, and before which in any case.
        until: The step it ends with; "" for the whole workflow.
        only: The one step that is performed; "" for the workflow.
        from_run: Whose results that step is given; None takes those of the latest run.
        item: In a list of one, what that step works on where it stands in a loop.
    """

    allow_effects: bool = False
    allows: tuple[str, ...] = ()
    each: bool = False
    stops: tuple[str, ...] = ()
    until: str = ""
    only: str = ""
    from_run: UUID | None = None
    item: tuple[Any, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Tell whether a step may really do what it does."""
        return self.allow_effects or bool(self.allows)

    def may_act(self, step: str) -> bool:
        """Tell whether a step that comes along may really do what it does."""
        is_meant = not self.only or step == self.only
        return is_meant and (self.allow_effects or step in self.allows)


def try_draft(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    start: Start,
    wanted: Wanted,
    *,
    now: datetime,
) -> UUID:
    """Start a trial of the draft as it is now.

    Raises:
        NotFoundError: no such workflow or step.
        InvalidError: the draft has problems, or what is wanted names steps that are not there.
    """
    draft = get_flow(session, tenant_id, flow_id).draft
    steps = [id_ for id_, _, _ in every_step(draft)]
    _require_known(wanted, steps)
    pinned = use_pins(session, tenant_id, flow_id, steps, now=now)
    if wanted.only:
        return _try_alone(session, tenant_id, flow_id, start, wanted, draft, pinned, now)
    pins = Pins(
        steps=stowed(session, tenant_id, pinned, now),
        until=wanted.until,
        allows=wanted.allows,
        each=wanted.each,
        stops=wanted.stops,
    )
    return start_trial(
        session,
        tenant_id,
        flow_id,
        start,
        allow_effects=wanted.allow_effects,
        now=now,
        pins=pins.to_document() if pins != Pins() else None,
    )


def may_change(session: Session, tenant_id: UUID, run_id: UUID) -> bool:
    """Tell whether a step of a run may really do what it does; raises NotFoundError."""
    run = get_owned(session, Run, tenant_id, run_id, name="run")
    return run.allows_effects or bool(read_pins(run.pins).allows)


def _try_alone(  # noqa: PLR0913, PLR0917  as above, and what is known of the draft
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    start: Start,
    wanted: Wanted,
    draft: Mapping[str, Any],
    pinned: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> UUID:
    where, step = (session, tenant_id, flow_id), wanted.only
    from_run = wanted.from_run or _latest(*where)
    loop, item = container_of(draft, step), wanted.item
    if loop and not item and from_run is not None:
        item = _first_item(session, tenant_id, from_run, loop)
    alone = Alone(
        pins={id_: one for id_, one in pinned.items() if id_ != step},
        from_run=from_run,
        trigger=start.trigger,
        item=item,
        allow_effects=wanted.allow_effects or step in wanted.allows,
    )
    return try_step(*where, step, alone, by=start.started_by, now=now).run_id


def _latest(session: Session, tenant_id: UUID, flow_id: UUID) -> UUID | None:
    wanted = RunFilter(flow_id=flow_id, with_trials=True)
    return next((one.id for one in list_runs(session, tenant_id, wanted, limit=1)), None)


def _first_item(session: Session, tenant_id: UUID, run_id: UUID, loop: str) -> tuple[Any, ...]:
    """Give, in a list of one, what the first round of a loop worked on in a run; () if unknown."""
    found = find_step(session, tenant_id, run_id, loop)
    if found is None:  # one of its steps alone, with an item of its own
        pins = pins_of(session, tenant_id, run_id)
        return (pins.item,) if pins.loop == loop else ()
    items = found.config.get("items")
    return (items[0],) if isinstance(items, list) and items else ()


def _require_known(wanted: Wanted, steps: Iterable[str]) -> None:
    known = set(steps)
    named = {
        "allows": wanted.allows,
        "stops": wanted.stops,
        "until": (wanted.until,) if wanted.until else (),
        "only": (wanted.only,) if wanted.only else (),
    }
    found = [
        Problem(f"/{name}", f"{name}: there is no step {id_} in the draft: save it first")
        for name, ids in named.items()
        for id_ in ids
        if id_ not in known
    ]
    if found:
        raise InvalidError("the test run names steps that are not there", problems=found)
