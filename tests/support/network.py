"""A real wireless network's alarms as its elements would have told them, and what is known of it.

The folder is `alarms/pcic2021/18V_55N_Wireless` of the real inputs: a row is a raise and a clear.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from runtime.alarms.journal import ALARM, JournalRow
from runtime.alarms.model import AlarmEvent, Severity, event_document

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=300)
NETWORK = Path("alarms", "pcic2021", "18V_55N_Wireless")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Network:
    """Where it lies, and its facts: `README.md` of the real inputs says what each of them means."""

    folder: Path

    def facts(self) -> dict[str, Any]:
        """Read what a replay must give."""
        facts: dict[str, Any] = json.loads((self.folder / "facts.json").read_text())
        return facts

    def events(self, *, own_ids: bool = False) -> list[AlarmEvent]:
        """Give raises and clears in time; in one second long clears, raises, zero-length clears.

        Args:
            own_ids: Whether each row is an alarm with an id of its own, as element managers number
                them; else the rows of one device and problem are of one alarm.
        """
        told: list[tuple[int, int, AlarmEvent]] = []
        with (self.folder / "Alarm.csv").open(newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines)):
                key = f"row-{number}" if own_ids else ""
                began, ended = int(row["start_timestamp"]), int(row["end_timestamp"])
                clears_turn = 2 if began == ended else 0
                told.append((began, 1, _event(row, began, Severity.MAJOR, key)))
                told.append((ended, clears_turn, _event(row, ended, Severity.CLEARED, key)))
        return [event for _, _, event in sorted(told, key=lambda one: one[:2])]


def _event(row: dict[str, str], at: int, severity: Severity, key: str) -> AlarmEvent:
    instant = START + timedelta(seconds=at)
    return AlarmEvent(
        managed_object=row["device_id"],
        specific_problem=row["alarm_id"],
        perceived_severity=severity,
        raised_at=instant,
        cleared_at=instant,
        reduction_key=key,
    )


def journal_row(seq: int, event: AlarmEvent) -> JournalRow:
    """Write an event as the journal holds it; it is received when it happens."""
    return JournalRow(
        seq=seq,
        tenant_id=_NOBODY,
        source_id=None,
        received_at=event.raised_at or START,
        kind=ALARM,
        event=event_document(event),
    )
