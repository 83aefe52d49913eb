"""Attempts of steps, made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from runtime.runs._tables import StepState
from runtime.runs.lanes import Attempt
from tests.factories.tenancy import NOON


def at(seconds: float) -> datetime:
    """Give an instant so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def attempt(
    step: str,
    state: str = "succeeded",
    *,
    number: int = 1,
    times: tuple[float, float | None, float | None] = (0, 1, 2),
    port: str | None = "done",
    waits: bool = False,
) -> Attempt:
    """Make an attempt; `times` are when it was queued, begun and ended, in seconds."""
    queued, begun, ended = times
    return Attempt(
        step=step,
        attempt=number,
        state=StepState(state),
        port=port,
        queued_at=at(queued),
        started_at=at(begun) if begun is not None else None,
        ended_at=at(ended) if ended is not None else None,
        wait_until=at(3_600) if waits else None,
    )
