"""The attempts of a run that is carried on: found, made, ended; what changed is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kernel.clock import utc_now
from kernel.ids import new_id
from runtime.flows.model import Step
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import StepState
from runtime.runs.events import Perform


class Attempts:
    """A run's attempts by step and number: those under way, and those made in this segment."""

    def __init__(self, run: RunRow, records: Iterable[RecordRow], *, now: datetime) -> None:
        self._run = run
        self._now = now
        self._records = {(record.step, record.attempt): record for record in records}
        self._changed: dict[int, RecordRow] = {}

    def __iter__(self) -> Iterator[RecordRow]:
        return iter(self._records.values())

    def find(self, step: str, attempt: int) -> RecordRow | None:
        """Give an attempt; None when it is not in hand."""
        return self._records.get((step, attempt))

    def of(self, step: Step, command: Perform) -> RecordRow:
        """Give the attempt that a command asks for, made now if there is none; to be written."""
        record = self.find(command.step, command.attempt)
        if record is None:
            record = RecordRow(
                id=new_id(),
                tenant_id=self._run.tenant_id,
                run_id=self._run.id,
                step=command.step,
                attempt=command.attempt,
                block=f"{step.block}@{step.version}",
                state=StepState.QUEUED,
                config={},
                input={},
                queued_at=self._now,
            )
            self._records[(command.step, command.attempt)] = record
        self.change(record)
        return record

    def held_back(self) -> list[RecordRow]:
        """List those that wait for another attempt, or for the next segment."""
        return [
            record for record in self if record.state is StepState.QUEUED and record.due_at is None
        ]

    def end(self, record: RecordRow, state: StepState) -> None:
        """End an attempt in a state."""
        record.state, record.ended_at = state, utc_now()
        record.due_at = record.withheld = None
        self.change(record)

    def change(self, record: RecordRow) -> None:
        """Note that an attempt has to be written."""
        self._changed[id(record)] = record

    def changed(self) -> Iterable[RecordRow]:
        """Give those that have to be written."""
        return self._changed.values()
