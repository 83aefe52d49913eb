"""The page of a run, put together: the drawing, the timeline, and the step that was picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from runtime.approvals.store import find_approval
from runtime.flows.titles import titles_of
from runtime.runs import query
from runtime.runs._shown import RunView, StepView
from runtime.runs._tables import RunState, StepState
from runtime.runs.asked import Asked
from runtime.runs.drawing import run_progress
from runtime.runs.lanes import Attempt, Lane, Span, lanes_of, rounds_of, span_of, within
from runtime.runs.paths import loop_of, split
from runtime.runs.plan import UNDO
from runtime.runs.remedies import remedy_for
from runtime.runs.values import PARTS, Shown, manifest_of, safe_trigger, safe_value, shown

LANES_PAGE = 100
MANY = 1_000
LEVELS = ("warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The lanes shown, of `count` that there are, and the way to them (path, title).

    Attributes:
        states: How many lanes of the scope are in which state, whichever are shown.
    """

    lanes: Sequence[Lane]
    count: int
    states: Mapping[str, int]
    span: Span
    crumbs: Sequence[tuple[str, str]]
    next_first: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The attempt that was picked."""

    step: StepView
    place: Place
    tries: Sequence[int]
    values: Mapping[str, Shown]
    remedy: str
    wait: query.WaitView | None
    approval_id: UUID | None
    children: Sequence[RunView]
    logs: Sequence[Mapping[str, str]]
    may_retry: bool
    may_rerun: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step stands: its path, the scope it is shown in ("" for the workflow), its title."""

    path: str
    scope: str
    title: str

    @property
    def id(self) -> str:
        """The step's id in the workflow, without where it stands."""
        return split(self.path)[1].removesuffix(UNDO)

    @property
    def is_undo(self) -> bool:
        """Tell whether it takes a step back, rather than being one."""
        return self.path.endswith(UNDO)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Who looks at what of which run."""

    session: Session
    tenant_id: UUID
    run: RunView
    asked: Asked
    titles: Mapping[str, str]
    registry: Registry


def describe(
    session: Session,
    tenant_id: UUID,
    run: RunView,
    asked: Asked,
    *,
    registry: Registry,
    now: datetime,
) -> dict[str, Any]:
    """Give everything the page of a run shows that changes while it goes on."""
    where = (session, tenant_id)
    version = query.version_of(*where, run)
    titles = titles_of(version.document, registry)
    look = _Look(
        session=session,
        tenant_id=tenant_id,
        run=run,
        asked=asked,
        titles=titles,
        registry=registry,
    )
    attempts = query.attempts_of(*where, run.id)
    children = query.children_of(*where, run.id)
    picked = _picked(run, attempts, asked)
    found = query.find_step(*where, run.id, picked, asked.attempt) if picked else None
    failed = _failed_step(session, tenant_id, run)
    remembered = query.progress_of(*where, run.id)
    return {
        "run": run,
        "version": version,
        "titles": titles,
        "parent": _of(session, tenant_id, run.parent_run_id),
        "before": _of(session, tenant_id, run.rerun_of),
        "children": children,
        "attempts": len(attempts),
        "is_cut": len(attempts) == query.ATTEMPTS_MAX,
        "throttle": "4s" if len(attempts) > MANY else "1s",
        "timeline": _timeline(run, attempts, asked, titles, now),
        "progress": run_progress(run, attempts, remembered, version.document),
        "remedy": remedy_for(run.error, manifest_of(failed, registry) if failed else None),
        "failed": _place(failed, titles) if failed is not None else None,
        "panel": _panel(look, found, attempts, children) if found is not None else None,
        "trigger": shown(safe_trigger(run.trigger, version.document)),
    }


def title_of(path: str, titles: Mapping[str, str]) -> str:
    """Write where a step stands, in the words of the workflow.

    >>> title_of("each[3].call", {"each": "Sites", "call": "Call"})
    'Call, round 4 of Sites'
    """
    scope, id_ = split(path)
    plain = id_.removesuffix(UNDO)
    title = titles.get(plain, plain)
    title = f"Undo {title}" if plain != id_ else title
    while scope:
        loop, number = loop_of(scope)
        scope, loop_id = split(loop)
        title = f"{title}, round {number + 1} of {titles.get(loop_id, loop_id)}"
    return title


def _of(session: Session, tenant_id: UUID, run_id: UUID | None) -> RunView | None:
    """Give another run, which may have been removed meanwhile."""
    return query.find_run(session, tenant_id, run_id) if run_id is not None else None


def _place(step: StepView, titles: Mapping[str, str]) -> Place:
    return Place(path=step.step, scope=split(step.step)[0], title=title_of(step.step, titles))


def _failed_step(session: Session, tenant_id: UUID, run: RunView) -> StepView | None:
    path = (run.error or {}).get("step")
    return query.find_step(session, tenant_id, run.id, str(path)) if path else None


def _picked(run: RunView, attempts: Sequence[Attempt], asked: Asked) -> str:
    """Give the path of the step to show: the one asked for, or the one the run failed at."""
    if asked.start:
        return ""
    if not asked.step:
        return str((run.error or {}).get("step") or "") if run.state is RunState.FAILED else ""
    fits = [one for one in attempts if one.step == asked.step or split(one.step)[1] == asked.step]
    failed = [one for one in fits if one.state is StepState.FAILED]
    exact = [one for one in fits if one.step == asked.step]
    return next((group[-1].step for group in (exact, failed, fits) if group), "")


def _timeline(
    run: RunView,
    attempts: Sequence[Attempt],
    asked: Asked,
    titles: Mapping[str, str],
    now: datetime,
) -> Timeline:
    inside = within(attempts, asked.inside)
    span = span_of(inside, now=now)
    if not asked.inside:
        span = Span(run.started_at, max(span.end, run.ended_at or now))
    is_loop = bool(asked.inside) and not asked.inside.endswith("]")
    make = rounds_of if is_loop else lanes_of
    every = make(inside, asked.inside, span, now=now)
    lanes = [lane for lane in every if asked.only in ("", lane.state)]
    last = asked.first + LANES_PAGE
    return Timeline(
        lanes=lanes[asked.first : last],
        count=len(lanes),
        states=Counter(lane.state for lane in every),
        span=span,
        crumbs=crumbs_of(asked.inside, titles),
        next_first=last if len(lanes) > last else None,
    )


def crumbs_of(inside: str, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """List the way to a scope, outermost first.

    >>> crumbs_of("each[3]", {"each": "Sites"})
    [('each', 'Sites'), ('each[3]', 'Round 4')]
    """
    found: list[tuple[str, str]] = []
    while inside:
        if inside.endswith("]"):
            loop, number = loop_of(inside)
            found.append((inside, f"Round {number + 1}"))
            inside = loop
        scope, id_ = split(inside)
        found.append((inside, titles.get(id_, id_)))
        inside = scope
    return found[::-1]


def _panel(
    look: _Look, step: StepView, attempts: Sequence[Attempt], children: Sequence[RunView]
) -> Panel:
    manifest = manifest_of(step, look.registry)
    tries = [one.attempt for one in attempts if one.step == step.step]
    is_last = step.attempt == max(tries, default=step.attempt)
    waits = step.state is StepState.WAITING
    at = (look.session, look.tenant_id, look.run.id)
    in_body, id_ = split(step.step)
    over, level = look.run.state.is_over, look.asked.level
    failed = look.run.state is RunState.FAILED and step.state is StepState.FAILED
    return Panel(
        step=step,
        place=_place(step, look.titles),
        tries=tries,
        values={part: shown(safe_value(step, part, manifest)) for part in PARTS},
        remedy=remedy_for(step.error, manifest),
        wait=query.wait_of(*at, step) if waits else None,
        approval_id=find_approval(*at, step=step.step, attempt=step.attempt) if waits else None,
        children=[one for one in children if one.parent_step == step.step],
        logs=[line for line in step.logs if not level or line["level"] in LEVELS],
        may_retry=failed and is_last,
        may_rerun=over and not in_body and not id_.endswith(UNDO),
    )
