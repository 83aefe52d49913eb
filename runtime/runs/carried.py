"""What carrying a run on needs, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.limits.model import Limits
from runtime.runs._rows import RecordRow
from runtime.runs.admission import Turn
from runtime.runs.outside import Brokers
from runtime.runs.programs import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one call of `carry_on` needs beside the run.

    Attributes:
        records: The run's attempts under way and those whose result it has not seen.
        steps_max: How many attempts the run may make over its whole life.
        fault: Why the run cannot be carried on, but only ended; None when it can.
    """

    session: Session
    program: Program
    brokers: Brokers
    records: Iterable[RecordRow]
    now: datetime
    steps_max: int = Limits().steps_of_a_run
    fault: Mapping[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Carried:
    """What carrying a run on came to, beside the changes of its row.

    Attributes:
        records: Attempts to write.
        worker_groups: The groups that have new steps to perform.
        afterwards: What touches other runs, to be done once all rows of the batch are written.
        flow: The workflow's name, for who collects traces.
        ended_of: The tenant whose run ended, which makes room for others after the commit.
        turn: Set when it ended and others may have waited for that, to be given after the commit.
    """

    records: list[RecordRow] = field(default_factory=list)
    worker_groups: set[str] = field(default_factory=set)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    flow: str = ""
    ended_of: UUID | None = None
    turn: Turn | None = None
