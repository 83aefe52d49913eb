"""Planned work out of an iCalendar file, as windows.

An event that is read again changes the window that came of it, by its UID. A single time of a
series that was moved is a window of its own, and the series leaves that time out; what the file no
longer moves takes place as the series says again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError
from runtime.maintenance._events import Event, read_events
from runtime.maintenance._tables import UID_MAX
from runtime.maintenance.model import window_document
from runtime.maintenance.windows import (
    find_by_uid,
    find_parts,
    plan_window,
    remove_window,
    save_window,
)

PROBLEMS_MAX = 20
PART_MARK = "#"
_STAMP_CHARACTERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file; `problems` say which events were left out and why."""

    planned: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[str, ...] = ()


def import_windows(  # noqa: PLR0913  what is read, for whom and when
    session: Session,
    tenant_id: UUID,
    content: bytes,
    *,
    zone: str,
    scope: Mapping[str, Any],
    by: str,
    now: datetime,
) -> Imported:
    """Plan what a file says, about one scope; an event that cannot be planned is told.

    Args:
        session: The transaction.
        tenant_id: Whose windows.
        content: The file.
        zone: The zone of times that name none.
        scope: What all of its work is about.
        by: Who imports it.
        now: When.

    Raises:
        InvalidError: it is no iCalendar file, is larger than 1 MB, or has over 500 events.
    """
    events = read_events(content, zone=zone, scope=scope)
    taking = _Taking(session, tenant_id, by=by, now=now)
    taking.problems += [f"{one.label}: {one.problem}" for one in events if one.problem]
    series: dict[str, list[Event]] = {}
    for number, one in enumerate(events):
        if one.document is not None or one.is_cancelled:
            series.setdefault(one.uid or f"{PART_MARK}{number}", []).append(one)
    for some in series.values():
        taking.take(some)
    done = taking.done
    return Imported(
        planned=done["planned"],
        changed=done["changed"],
        removed=done["removed"],
        problems=tuple(taking.problems[:PROBLEMS_MAX]),
    )


class _Taking:
    """One import under way: what it did so far, and what it could not do."""

    def __init__(self, session: Session, tenant_id: UUID, *, by: str, now: datetime) -> None:
        self._where = (session, tenant_id)
        self._by, self._now = by, now
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []

    def take(self, events: list[Event]) -> None:
        """Plan a series with the times of it that were moved, or one event alone."""
        uid = events[0].uid[:UID_MAX]
        whole = next((one for one in reversed(events) if one.part is None), None)
        parts = {one.part: one for one in events if one.part is not None}
        moved = [format_instant(at) for at, one in parts.items() if one.replaces]
        if whole is not None and whole.is_cancelled:
            self._remove([uid, *self._parts_of(uid)])
            return
        if whole is not None and whole.document is not None:
            skipped = sorted({*whole.document["skipped"], *moved})
            self._put(uid, {**whole.document, "skipped": skipped}, whole)
            self._remove(self._parts_of(uid) - {_part_uid(uid, at) for at in parts})
        elif moved:
            self._leave_out(uid, moved, events[0])
        for at, one in parts.items():
            if one.document is None:
                self._remove([_part_uid(uid, at)])
            else:
                self._put(_part_uid(uid, at), one.document, one)

    def _leave_out(self, uid: str, moved: Iterable[str], event: Event) -> None:
        """Let a series that was read before leave out what this file alone moves."""
        there = find_by_uid(*self._where, uid, now=self._now) if uid else None
        if there is not None and there.window.rrule:
            document = window_document(there.window)
            self._put(uid, {**document, "skipped": [*document["skipped"], *moved]}, event)

    def _put(self, uid: str, document: Mapping[str, Any], event: Event) -> None:
        there = find_by_uid(*self._where, uid, now=self._now) if uid else None
        by, now = self._by, self._now
        try:
            if there is None:
                plan_window(*self._where, document=document, by=by, now=now, uid=uid)
            else:
                revision = there.revision
                save_window(
                    *self._where,
                    there.id,
                    document=document,
                    expected_revision=revision,
                    by=by,
                    now=now,
                )
        except ConflictError as error:
            self.problems.append(f"{event.label}: {error.message}")
        else:
            self.done["planned" if there is None else "changed"] += 1

    def _remove(self, uids: Iterable[str]) -> None:
        for uid in filter(None, uids):
            there = find_by_uid(*self._where, uid, now=self._now)
            if there is not None:
                remove_window(*self._where, there.id, now=self._now)
                self.done["removed"] += 1

    def _parts_of(self, uid: str) -> set[str]:
        return find_parts(*self._where, _parts_begin(uid)) if uid else set()


def _part_uid(uid: str, at: datetime) -> str:
    return f"{_parts_begin(uid)}{format_instant(at)}" if uid else ""


def _parts_begin(uid: str) -> str:
    return uid[: UID_MAX - _STAMP_CHARACTERS] + PART_MARK
