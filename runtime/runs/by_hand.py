"""Starting a workflow by hand: what a person or a program has to say, and what came of it.

The same for the page and for REST: a start sent twice gives one run, and a start that comes to
nothing says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.ids import sha256_of
from runtime.flows.lookup import runnable, startable
from runtime.flows.model import Flow
from runtime.runs.query import run_of_key
from runtime.runs.start import KEY_MAX, Start, start_run

MANUAL = "manual"
SKIPPED = (
    "nothing was started: this workflow skips new runs while others are under way, or had a run "
    "with the same key before. Look at its runs, or at its settings"
)


class SkippedError(ConflictError):
    """The workflow takes no further run at present, or had one with the same key."""

    code = "runtime.start_skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What somebody starts a workflow with.

    Attributes:
        input: What expressions see as `trigger.input`.
        trigger_id: Which trigger of kind manual; None takes the first.
        subject: What it is about, for search.
        key: The same key starts the workflow once; "" starts it each time.
    """

    input: Mapping[str, Any]
    trigger_id: str | None = None
    subject: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The run, and whether it was this start that began it."""

    run_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """What a form to start a workflow must know.

    Attributes:
        flow: The live version; None while there is none.
        triggers: The manual triggers: id and title.
    """

    name: str
    paused: bool
    flow: Flow | None
    triggers: tuple[tuple[str, str], ...] = ()


def starting(session: Session, tenant_id: UUID, flow_id: UUID) -> Starting:
    """Say what starting a workflow by hand takes; raises NotFoundError."""
    found = startable(session, tenant_id, flow_id)
    if found.version_id is None:
        return Starting(name=found.name, paused=found.paused, flow=None)
    flow = runnable(session, tenant_id, flow_id, found.version_id).flow
    triggers = tuple(
        (id_, one.title or id_) for id_, one in flow.triggers.items() if one.kind == MANUAL
    )
    return Starting(name=found.name, paused=found.paused, flow=flow, triggers=triggers)


def start_by_hand(
    session: Session, tenant_id: UUID, flow_id: UUID, said: ByHand, *, by: str, now: datetime
) -> Begun:
    """Start a workflow, or give the run that the same key started before.

    Raises:
        SkippedError: the workflow took no further run, or had one with the trigger's own key.
        NotFoundError, NotStartedError, InvalidError, ExpressionError: as `start_run`.
    """
    key = _key_of(flow_id, said.key) if said.key else None
    start = Start(
        trigger={"kind": MANUAL, "input": dict(said.input)},
        trigger_id=said.trigger_id,
        subject=said.subject,
        dedup_key=key,
        started_by=by,
    )
    started = start_run(session, tenant_id, flow_id, start, now=now)
    if started is not None:
        return Begun(run_id=started, is_new=True)
    if key is None:
        raise SkippedError(SKIPPED)
    try:
        return Begun(run_id=run_of_key(session, tenant_id, key), is_new=False)
    except NotFoundError:
        raise SkippedError(SKIPPED) from None


def _key_of(flow_id: UUID, key: str) -> str:
    wanted = f"api:{flow_id}:{key}"
    return wanted if len(wanted) <= KEY_MAX else sha256_of(wanted)
