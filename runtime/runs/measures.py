"""What a batch of runs is counted as, and told to who collects traces, once it is durable.

Every attempt passes through a batch once in its ended state, whether it was performed there, by a
thread of its own or by whoever ended a wait; so attempts are counted here and nowhere else. Trials
are not counted: people try what fails.
"""

from __future__ import annotations

import time
from collections import Counter
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
)
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import StepState
from runtime.runs.spans import export_batch

Advanced = tuple[RunRow, Iterable[RecordRow], str]


def tell_batch(batch: Sequence[Advanced], *, began: float) -> None:
    """Count the runs and attempts that ended in a batch, and export them where that is wanted.

    Args:
        batch: Runs with the attempts that were written with them, and their workflow's name.
        began: When the batch was begun, by the monotonic clock.
    """
    _batch_rows().observe(len(batch))
    _batch_seconds().observe(time.monotonic() - began)
    _count(batch)
    if spans.is_on():
        export_batch(batch)


def _count(batch: Sequence[Advanced]) -> None:
    ended: Counter[tuple[str, StepState]] = Counter()
    for run, records, _ in batch:
        if run.is_trial:
            continue
        if run.state.is_over:
            count_run(run)
        for record in records:
            if record.ended_at is not None:
                ended[record.block, record.state] += 1
                if record.started_at is not None:
                    took = record.ended_at - record.started_at
                    _seconds_of(record.block).observe(took.total_seconds())
    for (block, state), number in ended.items():
        _attempts_of(block, state).inc(number)


def count_run(run: RunRow) -> None:
    """Count a run that ended."""
    outcome = run.state.value
    RUNS_ENDED.labels(outcome).inc()
    if run.ended_at is not None:
        RUN_SECONDS.labels(outcome).observe((run.ended_at - run.started_at).total_seconds())


@cache  # finding a series by its labels costs more than counting
def _seconds_of(block: str) -> metrics.Histogram:
    return STEP_SECONDS.labels(_block(block))


@cache
def _attempts_of(block: str, state: StepState) -> metrics.Counter:
    return STEP_ATTEMPTS.labels(_block(block), state.value)


@cache
def _batch_rows() -> metrics.Histogram:
    return BATCH_ROWS.labels("runs")


@cache
def _batch_seconds() -> metrics.Histogram:
    return BATCH_SECONDS.labels("runs")


def _block(reference: str) -> str:
    """Name the block without its version, so that series do not grow with each release."""
    return block_label(reference.partition("@")[0])
