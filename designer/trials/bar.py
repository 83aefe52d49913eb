"""A run over the draft: how far each step is, what it holds before, what is otherwise by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from runtime.flows.excerpt import excerpt
from runtime.flows.model import every_step
from runtime.flows.titles import titles_of
from runtime.flows.versions import get_flow
from runtime.runs.drawing import run_progress
from runtime.runs.paths import split
from runtime.runs.query import (
    RunView,
    attempts_of,
    list_steps,
    progress_of,
    stamp_of,
    version_of,
)
from runtime.runs.stepping import held_at
from runtime.trials.effects import spared_steps
from runtime.trials.looking import beside, pins_of
from runtime.trials.overlay import Drift, drift

STEPS_MAX = 500


def bar_facts(session: Session, tenant_id: UUID, run: RunView) -> dict[str, Any]:
    """Give what the bar over the canvas shows of a run, and what the canvas paints."""
    where = (session, tenant_id)
    version, flow = version_of(*where, run), get_flow(*where, run.flow_id)
    registry, remembered = registry_of(session, tenant_id), progress_of(*where, run.id)
    names = {**titles_of(version.document, registry), **titles_of(flow.draft, registry)}
    held = [] if run.state.is_over else held_at(remembered)
    parted = _parted(version.document, flow.draft, pins_of(*where, run.id).only)
    earlier, later = beside(*where, run)
    spared = []
    if run.is_trial and run.state.is_over:
        spared = spared_steps(list_steps(*where, run.id, limit=STEPS_MAX), names, registry)
    told = [names.get(split(path)[1], path) for path in held]
    painted = run_progress(run, attempts_of(*where, run.id), remembered, version.document)
    for path in held:
        painted["steps"].get(split(path)[1], {}).update(text="Held", said="Held")
    return {
        "run": run,
        "version": version,
        "names": names,
        "held": list(zip(held, told, strict=True)),
        "drift": parted,
        "earlier": earlier,
        "later": later,
        "spared": spared,
        "stamp": stamp_of(*where, run),
        "progress": {
            **painted,
            "run": str(run.id),
            "is_over": run.state.is_over,
            "said": _said(run, told),
            "changed": parted.changed,
            "held": [split(path)[1] for path in held],
        },
    }


def _parted(version: Mapping[str, Any], draft: Mapping[str, Any], only: str) -> Drift:
    """Tell what the draft does otherwise; of a step that was tried alone, that step."""
    if not only:
        return drift(version, draft)
    if only not in {id_ for id_, _, _ in every_step(draft)}:
        return Drift(gone=(only,))
    (trigger,) = version["triggers"].values()
    return drift(version, excerpt(draft, only, kind=trigger["kind"]))


def _said(run: RunView, held: Sequence[str]) -> str:
    """Say where a run is, for those who hear the page."""
    kind = "Test run" if run.is_trial else "Run"
    if held:
        return f"{kind} holds before {', '.join(held)}."
    if not run.state.is_over:
        return f"{kind} under way."
    error = (run.error or {}).get("message", "")
    return f"{kind} {run.state.value}.{' ' if error else ''}{error}"
