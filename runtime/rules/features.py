"""What counting rules remember: matches as rows, read as the count in a sliding window.

The window ends at the event's own instant (inclusive) and starts `within_s` earlier (exclusive),
so events that come late are counted where they belong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.ids import new_id, sha256_of
from runtime.alarms.store import Change
from runtime.rules._tables import RuleMatch
from runtime.rules.fields import value_at
from runtime.rules.model import Count

KEPT_FOR_LATECOMERS = timedelta(hours=1)


def group_of(count: Count, facts: Mapping[str, Any]) -> str | None:
    """Name the group an alarm is counted in, or None where it lacks one of the fields."""
    values = [value_at(facts, path) for path in count.group_by]
    if any(value is None or value == "" for value in values):
        return None
    return sha256_of(repr(values))


def remember_match(
    session: Session, tenant_id: UUID, rule_id: UUID, group_key: str, change: Change
) -> None:
    """Add an alarm to a rule's memory."""
    session.add(
        RuleMatch(
            id=new_id(),
            tenant_id=tenant_id,
            rule_id=rule_id,
            group_key=group_key,
            at=change.alarm.last_raised_at,
            seq=change.seq,
            alarm_id=change.alarm.id,
        )
    )


def count_in_window(
    session: Session, rule_id: UUID, group_key: str, *, at: datetime, within_s: int
) -> int:
    """Count a group's matches in the window that ends at `at`."""
    found = session.scalar(
        select(func.count(RuleMatch.id)).where(
            RuleMatch.rule_id == rule_id,
            RuleMatch.group_key == group_key,
            RuleMatch.at > at - timedelta(seconds=within_s),
            RuleMatch.at <= at,
        )
    )
    return found or 0


def forget_old(session: Session, windows: Iterable[tuple[UUID, int]], *, now: datetime) -> None:
    """Drop what no window can reach any more; an hour is kept for latecomers."""
    for rule_id, within_s in windows:
        before = now - timedelta(seconds=within_s) - KEPT_FOR_LATECOMERS
        session.execute(
            delete(RuleMatch)
            .where(RuleMatch.rule_id == rule_id, RuleMatch.at <= before)
            .execution_options(synchronize_session=False)
        )
