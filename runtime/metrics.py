"""What the runtime counts: `docs/operate/metrics.md` explains each.

Counted after the commit wherever that is as easy, once a batch wherever that says as much.
"""

from __future__ import annotations

from datetime import datetime

from kernel.metrics import LONG_S, Bounded, counter, histogram

RUNS_STARTED = counter("garland_runs_started", "Runs that were recorded", "trigger")
RUNS_ENDED = counter("garland_runs_ended", "Runs that ended", "outcome")
RUN_SECONDS = histogram(
    "garland_run_seconds", "From a run's start to its end", "outcome", buckets=LONG_S
)
RUN_START_SECONDS = histogram(
    "garland_run_start_seconds", "From a run's start until it was first advanced", buckets=LONG_S
)
STEP_ATTEMPTS = counter(
    "garland_step_attempts", "Attempts of steps that ended, by block", "block", "outcome"
)
STEP_SECONDS = histogram("garland_step_attempt_seconds", "How long attempts took", "block")
STEP_QUEUE_SECONDS = histogram(
    "garland_step_queue_seconds", "From a step being due until a worker took it", "group"
)
STEPS_FENCED = counter(
    "garland_step_results_fenced", "Results not written: another worker had taken over"
)
BATCH_SECONDS = histogram("garland_batch_seconds", "How long batches took", "of")
BATCH_ROWS = histogram(
    "garland_batch_rows",
    "How many runs or events a batch had",
    "of",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
)
EVENT_SECONDS = histogram(
    "garland_event_seconds",
    "From an event's intake until it was correlated: the oldest of each batch",
    buckets=LONG_S,
)
WAKE_UPS = counter("garland_wake_ups", "Wake-ups that were sent", "sleeper")
WAKE_UPS_LOST = counter("garland_wake_ups_lost", "Wake-ups that Redis did not take", "sleeper")
INTAKE_EVENTS = counter("garland_intake_events", "Alarm events that sources sent", "outcome")
LISTENER_MESSAGES = counter(
    "garland_listener_messages", "Datagrams and messages that the listener got", "kind", "outcome"
)
INTAKE_REFUSED = counter(
    "garland_intake_refused", "Bodies of alarm events that were refused whole", "status"
)

MAIN_GROUP = "main"
block_label = Bounded()
group_label = Bounded()


def group_name(worker_group: str) -> str:
    """Name a worker group as people do: that of steps which name none is `main`."""
    return group_label(worker_group) if worker_group else MAIN_GROUP


def seconds_between(start: datetime, end: datetime) -> float:
    """Give the time between two instants; never below 0, for clocks of two machines differ."""
    return max((end - start).total_seconds(), 0.0)
