"""What a batch of runs is counted as, and told to who collects traces, once it is durable.

Every attempt passes through a batch once in its ended state, whether it was performed there, by a
thread of its own or by whoever ended a wait; so attempts are counted here and nowhere else. Trials
are not counted: people try what fails.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import cache

from kernel import metrics, spans
from runtime.metrics import (
    BATCH_ROWS,
    BATCH_SECONDS,
    RUN_SECONDS,
    RUNS_ENDED,
    STEP_ATTEMPTS,
    STEP_SECONDS,
    block_label,
    seconds_between,
)
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs.spans import export_batch

Advanced = tuple[RunRow, Iterable[RecordRow], str]


def tell_batch(batch: Sequence[Advanced], *, began: float) -> None:
    """Count the runs and attempts that ended in a batch, and export them where that is wanted.

    Args:
        batch: Runs with the attempts that were written with them, and their workflow's name.
        began: When the batch was begun, by the monotonic clock.
    """
    rows, seconds = _batches()
    rows.observe(len(batch))
    seconds.observe(time.monotonic() - began)
    _count(batch)
    if spans.is_on():
        export_batch(batch)


def _count(batch: Sequence[Advanced]) -> None:
    ended: dict[tuple[str, str], list[float]] = {}
    for run, records, _ in batch:
        if run.is_trial:
            continue
        if run.state.is_over:
            count_run(run)
        for record in records:
            if record.ended_at is not None:
                took_s = seconds_between(record.started_at or record.ended_at, record.ended_at)
                ended.setdefault((record.block, record.state.value), []).append(took_s)
    for (block, outcome), seconds in ended.items():
        attempts, durations = _attempts_of(block, outcome)
        attempts.inc(len(seconds))
        durations.observe_many(seconds)


def count_run(run: RunRow) -> None:
    """Count a run that ended."""
    ended, seconds = _runs_of(run.state.value)
    ended.inc()
    seconds.observe(seconds_between(run.started_at, run.ended_at or run.started_at))


@cache  # finding a series by its labels costs more than counting
def _attempts_of(block: str, outcome: str) -> tuple[metrics.Counter, metrics.Histogram]:
    name = block_label(block.partition("@")[0])  # without version: releases make no new series
    return STEP_ATTEMPTS.labels(name, outcome), STEP_SECONDS.labels(name)


@cache
def _runs_of(outcome: str) -> tuple[metrics.Counter, metrics.Histogram]:
    return RUNS_ENDED.labels(outcome), RUN_SECONDS.labels(outcome)


@cache
def _batches() -> tuple[metrics.Histogram, metrics.Histogram]:
    return BATCH_ROWS.labels("runs"), BATCH_SECONDS.labels("runs")
