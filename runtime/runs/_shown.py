"""Runs and attempts as others see them, made from their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_

from runtime.runs._tables import Run, RunState, StepRecord, StepState

WAITS_ITS_TURN = or_(Run.held, Run.parked)
"""As many as may be are under way: of the workflow, or of the tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run as others see it.

    Attributes:
        held: It waits for its turn, because as many as may be are under way.
        wish: What a person asked of it that no worker carried out yet; None for nothing.
    """

    id: UUID
    flow_id: UUID
    flow_name: str
    version_id: UUID
    state: RunState
    trigger_id: str
    trigger_kind: str
    trigger: Mapping[str, Any]
    subject: str
    started_by: str
    is_trial: bool
    error: Mapping[str, Any] | None
    parent_run_id: UUID | None
    parent_step: str | None
    rerun_of: UUID | None
    held: bool
    wish: Mapping[str, Any] | None
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it goes on."""
        return self.ended_at - self.started_at if self.ended_at is not None else None

    @property
    def is_cancelling(self) -> bool:
        """Tell whether it was cancelled and no worker has ended it yet."""
        return not self.state.is_over and "cancel" in (self.wish or {})

    @property
    def shown_state(self) -> str:
        """The state in the words of the pages: a queued run that waits for its turn is held."""
        if self.is_cancelling:
            return "cancelling"
        return "held" if self.held and not self.state.is_over else self.state.value


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One attempt of one step as others see it."""

    id: UUID
    step: str
    attempt: int
    block: str
    state: StepState
    config: Any
    input: Any
    output: Any
    port: str | None
    error: Mapping[str, Any] | None
    logs: list[dict[str, str]]
    progress: Mapping[str, Any] | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    wait_until: datetime | None

    @property
    def duration_ms(self) -> float | None:
        """How long the attempt took in milliseconds; None before it ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds() * 1000


RUN_COLUMNS = (
    Run.id,
    Run.flow_id,
    Run.version_id,
    Run.state,
    Run.trigger_id,
    Run.trigger_kind,
    Run.trigger,
    Run.subject,
    Run.started_by,
    Run.is_trial,
    Run.error,
    Run.parent_run_id,
    Run.parent_step,
    Run.rerun_of,
    WAITS_ITS_TURN.label("held"),
    Run.wish,
    Run.started_at,
    Run.ended_at,
    Run.due_at,
)
"""What a view needs; how far the run is and what it came to may be large and are left out."""


def run_view(row: Any, flow_name: str) -> RunView:
    """Make the view of a row of `RUN_COLUMNS`."""
    return RunView(flow_name=flow_name, **row._mapping)  # noqa: SLF001  how a row names its columns


def step_view(row: StepRecord) -> StepView:
    """Make the view of an attempt."""
    return StepView(
        id=row.id,
        step=row.step,
        attempt=row.attempt,
        block=row.block,
        state=row.state,
        config=row.config,
        input=row.input,
        output=row.output,
        port=row.port,
        error=row.error,
        logs=row.logs or [],
        progress=row.progress,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        wait_until=row.wait_until,
    )
