"""The lifecycle on 34,838 real alarms of a wireless network."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runtime.alarms.lifecycle import Condition, Occurrence, Transition, apply
from runtime.alarms.model import AlarmEvent, Severity

START = datetime(2026, 1, 1, tzinfo=UTC)


def events_of(path: Path) -> Iterator[AlarmEvent]:
    """Give raises and clears in time; in one second: long clears, raises, zero-length clears."""
    told: list[tuple[int, int, AlarmEvent]] = []
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            began, ended = int(row["start_timestamp"]), int(row["end_timestamp"])
            for at, turn, severity in (
                (began, 1, Severity.MAJOR),
                (ended, 2 if began == ended else 0, Severity.CLEARED),
            ):
                instant = START + timedelta(seconds=at)
                event = AlarmEvent(
                    managed_object=row["device_id"],
                    specific_problem=row["alarm_id"],
                    perceived_severity=severity,
                    raised_at=instant,
                    cleared_at=instant,
                )
                told.append((at, turn, event))
    yield from (event for _, _, event in sorted(told, key=lambda one: one[:2]))


def test_replays_a_real_network_as_its_facts_say(shared_data: Path) -> None:
    folder = shared_data / "alarms" / "pcic2021" / "18V_55N_Wireless"
    facts = json.loads((folder / "facts.json").read_text())
    known: dict[str, tuple[Condition, Occurrence | None]] = {}
    seen: Counter[Transition] = Counter()

    for event in events_of(folder / "Alarm.csv"):
        condition, occurrence = known.get(event.dedup_key, (None, None))
        outcome = apply(condition, occurrence, event, now=START + timedelta(days=300))
        known[event.dedup_key] = outcome.condition, outcome.occurrence
        seen[outcome.transition] += 1

    plain = facts["plain"]
    assert len(known) == facts["keys"]
    assert seen[Transition.CREATED] + seen[Transition.REOPENED] == plain["raises"]
    assert seen[Transition.REPEATED] == plain["repeats"]
    assert seen[Transition.CLEARED] == plain["clears"]
    assert seen[Transition.IGNORED] == plain["clears_ignored"]
    assert not any(last.is_active for _, last in known.values() if last)
