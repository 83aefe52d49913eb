"""Real data to show and to try expressions on: runs of a workflow, what was kept for it, alarms.

Secrets are masked before anything else sees them, so an expression that is tried cannot show one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.data.kept_samples import (
    INPUT,
    PINNED,
    kept_choices,
    pinned_outputs,
    trigger_of_input,
)
from designer.workflows.samples import SAMPLE_ALARM
from kernel.clock import format_instant
from kernel.errors import NotFoundError
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.runs.blobs import fetch, is_reference
from runtime.runs.paths import loop_of, split
from runtime.runs.query import (
    RunFilter,
    RunView,
    StepView,
    attempts_of,
    find_run,
    find_step,
    list_runs,
    progress_of,
    version_of,
)
from runtime.runs.values import manifest_of, safe_trigger
from runtime.secrecy import MASK, masked, masked_at
from runtime.trials.pins import safe_output

RUNS, ALARMS = 5, 5
ABOUT_MAX = 90
MADE_UP = "made-up"


class Choice(NamedTuple):
    """One sample that can be chosen: what it is, of when where that is known, and what it is about.

    The instant stands by itself, so that a page can tell it in its reader's zone.
    """

    id: str
    title: str
    at: datetime | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Data as expressions see it.

    Attributes:
        chosen: What it is, to stand behind "on".
        variables: By name; a step that did not end in it is not there.
    """

    chosen: Choice
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose data it is, and what of it may be seen."""

    session: Session
    tenant_id: UUID
    registry: Registry
    flow_id: UUID | None
    sees_runs: bool
    sees_alarms: bool


def choices(place: Place) -> list[Choice]:
    """List the samples there are, the best first: what a run gave tells more than an alarm."""
    found: list[Choice] = []
    where = (place.session, place.tenant_id)
    if place.sees_runs and place.flow_id is not None:
        asked = RunFilter(flow_id=place.flow_id, with_trials=True)
        found += [_of_run(run) for run in list_runs(*where, asked, limit=RUNS)]
        found += [Choice(*one) for one in kept_choices(*where, place.flow_id, place.registry)]
    if place.sees_alarms:
        alarms = list_alarms(*where, AlarmFilter(state=""), limit=ALARMS)
        found += [
            Choice(f"alarm:{one.id}", "the alarm of", one.changed_at, one.managed_object)
            for one in alarms
        ]
    return [*found, Choice(MADE_UP, "a made-up alarm")]


def chosen_of(offered: list[Choice], wanted: str) -> Choice:
    """Give the choice of an id, the best where it is not there."""
    return next((one for one in offered if one.id == wanted), offered[0])


def sample_of(
    place: Place,
    chosen: Choice,
    document: Mapping[str, Any],
    steps: Collection[str],
) -> Sample:
    """Give a sample.

    Args:
        place: Whose data.
        chosen: Which of `choices`.
        document: The workflow as it is drawn now.
        steps: The steps whose output matters.
    """
    variables: dict[str, Any] = {"vars": dict(document.get("vars", {}))}
    kind, _, id_ = chosen.id.partition(":")
    if kind == "run":
        variables |= _seen_in_run(place, UUID(id_), steps)
    else:
        trigger = _kept_trigger(place, id_) if kind in (INPUT, PINNED) else None
        variables["trigger"] = trigger or {"kind": "rule", "alarm": _alarm(place, id_)}
    pinned = _pinned(place, steps)
    if pinned:
        variables["steps"] = pinned | variables.get("steps", {})
    return Sample(chosen=chosen, variables=variables)


def _kept_trigger(place: Place, input_id: str) -> Any:
    where = (place.session, place.tenant_id)
    return trigger_of_input(*where, place.flow_id, input_id) if place.flow_id else None


def _pinned(place: Place, steps: Collection[str]) -> dict[str, Any]:
    if place.flow_id is None or not place.sees_runs:
        return {}
    return pinned_outputs(place.session, place.tenant_id, place.flow_id, steps)


def _of_run(run: RunView) -> Choice:
    word = "test run" if run.is_trial else "run"
    return Choice(f"run:{run.id}", f"the {word} of", run.started_at, run.subject[:ABOUT_MAX])


def _alarm(place: Place, id_: str) -> dict[str, Any]:
    alarms = list_alarms(place.session, place.tenant_id, AlarmFilter(state=""), limit=ALARMS)
    found = next((alarm_document(one) for one in alarms if str(one.id) == id_), SAMPLE_ALARM)
    given: dict[str, Any] = masked(found, {})
    return given


def _seen_in_run(place: Place, run_id: UUID, steps: Collection[str]) -> dict[str, Any]:
    where = (place.session, place.tenant_id)
    run = find_run(*where, run_id)
    if run is None:
        raise NotFoundError("no such run", id=str(run_id))
    last = {one.step: one for one in attempts_of(*where, run_id)}
    given = {split(path)[1]: path for path, one in last.items() if one.port is not None}
    scopes = [scope for path in last if (scope := split(path)[0])]
    found: dict[str, Any] = {
        split(loop)[1]: {"index": number} for loop, number in map(loop_of, scopes)
    }
    for id_, path in given.items():
        step = find_step(*where, run_id, path) if id_ in steps else None
        if step is not None:
            found[id_] = {**found.get(id_, {}), "port": step.port, "output": _given(place, step)}
    item = _item(place, run_id, *loop_of(scopes[-1])) if scopes else {}
    facts = {"id": str(run_id), "started_at": format_instant(run.started_at)}
    trigger = safe_trigger(run.trigger, version_of(*where, run).document)
    seen = {"trigger": trigger, "steps": found, "run": facts, **item}
    variables = progress_of(*where, run_id).get("variables")
    return {**seen, "vars": masked(variables, {})} if variables else seen


def _item(place: Place, run_id: UUID, loop: str, number: int) -> dict[str, Any]:
    """Give the item of a round, where the loop was given a list."""
    step = find_step(place.session, place.tenant_id, run_id, loop)
    config = _fetched(place, step.config) if step is not None else None
    items = _fetched(place, config.get("items")) if isinstance(config, dict) else None
    if step is None or not isinstance(items, list) or number >= len(items):
        return {}
    manifest = manifest_of(step, place.registry)
    if manifest is None:
        return {"item": MASK}
    return {"item": masked_at(["items", str(number)], items[number], manifest.config)}


def _given(place: Place, step: StepView) -> Any:
    manifest = manifest_of(step, place.registry)
    return safe_output(_fetched(place, step.output), step.port, manifest)


def _fetched(place: Place, value: Any) -> Any:
    return fetch(place.session, place.tenant_id, value) if is_reference(value) else value
