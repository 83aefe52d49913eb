"""Datagrams that no source takes: counted by sender and reason, for the operator to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kernel.db import insert_into
from kernel.ids import new_id
from kernel.json_text import kept_text
from runtime.alarms.sources.listened._tables import REASON_MAX, SAMPLE_MAX, StrayDatagram

KEPT = 1_000
OF_A_BATCH = 20
"""Senders of one batch that are kept apart: addresses can be invented, rows must not grow so."""
ANYBODY = "others"


class Stray(NamedTuple):
    """One datagram nobody takes; `sample` says of it what is no secret."""

    kind: str
    sender: str
    reason: str
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayView:
    """What one sender sent that no source takes, for one reason."""

    kind: str
    sender: str
    reason: str
    sample: str
    count: int
    first_at: datetime
    last_at: datetime


def keep_strays(session: Session, strays: Iterable[Stray], *, now: datetime) -> None:
    """Count strays; the thousand that came last stay."""
    counts: Counter[tuple[str, str, str]] = Counter()
    samples: dict[tuple[str, str, str], str] = {}
    for one in strays:
        key = (one.kind, one.sender, one.reason[:REASON_MAX])
        if key not in counts and len(counts) >= OF_A_BATCH:
            key = (one.kind, ANYBODY, one.reason[:REASON_MAX])
        counts[key] += 1
        samples.setdefault(key, kept_text(one.sample)[:SAMPLE_MAX])
    for key, count in counts.items():
        _count(session, key, count, samples[key], now)
    if counts:
        _drop_old(session)


def list_strays(session: Session, *, limit: int = 100) -> list[StrayView]:
    """List what came last, newest first."""
    rows = session.scalars(
        select(StrayDatagram).order_by(StrayDatagram.last_at.desc()).limit(limit)
    )
    return [
        StrayView(
            kind=row.kind,
            sender=row.sender,
            reason=row.reason,
            sample=row.sample,
            count=row.count,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in rows
    ]


def _count(
    session: Session, key: tuple[str, str, str], count: int, sample: str, now: datetime
) -> None:
    kind, sender, reason = key
    mine = (
        StrayDatagram.kind == kind,
        StrayDatagram.sender == sender,
        StrayDatagram.reason == reason,
    )
    session.execute(
        insert_into(session, StrayDatagram)
        .values(
            id=new_id(),
            kind=kind,
            sender=sender,
            reason=reason,
            sample=sample,
            count=0,
            first_at=now,
            last_at=now,
        )
        .on_conflict_do_nothing(index_elements=["kind", "sender", "reason"])
    )
    session.execute(
        update(StrayDatagram)
        .where(*mine)
        .values(count=StrayDatagram.count + count, last_at=now, sample=sample)
        .execution_options(synchronize_session=False)
    )


def _drop_old(session: Session) -> None:
    if (session.scalar(select(func.count(StrayDatagram.id))) or 0) <= KEPT:
        return
    oldest_kept = session.scalar(
        select(StrayDatagram.last_at)
        .order_by(StrayDatagram.last_at.desc())
        .offset(KEPT - 1)
        .limit(1)
    )
    session.execute(
        delete(StrayDatagram)
        .where(StrayDatagram.last_at < oldest_kept)
        .execution_options(synchronize_session=False)
    )
