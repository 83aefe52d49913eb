"""Lines that a syslog source got lately, or that a person pasted, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms._tables import JournalEntry
from runtime.alarms.sources.listing import SourceView
from runtime.alarms.sources.syslog.message import SyslogMessage, read_syslog
from runtime.alarms.sources.syslog.rules import Judge

LOOKED_AT = 200
SHOWN = 20
SENDER = "192.0.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line, what it is read as, and what the rules make of it.

    Attributes:
        seq: Its place in the journal; 0 of one that was pasted.
        rule: The rule that takes it, "" where none does.
    """

    line: str
    message: SyslogMessage
    rule: str
    event: Mapping[str, Any] | None
    seq: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came."""

    seq: int
    at: datetime
    text: str


def recent_lines(session: Session, source: SourceView) -> list[Line]:
    """List the lines that a source's latest alarms were made of, newest first, each once.

    Lines that are only counted are kept nowhere.
    """
    instants = [datetime.fromisoformat(one) for one in source.recent]
    rows = session.execute(
        select(JournalEntry.seq, JournalEntry.received_at, JournalEntry.raw)
        .where(
            JournalEntry.tenant_id == source.tenant_id,
            JournalEntry.received_at.in_(instants),
            JournalEntry.source_id == source.id,
        )
        .order_by(JournalEntry.received_at.desc(), JournalEntry.seq.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, Line] = {}
    for row in rows:
        if isinstance(row.raw, str):
            found.setdefault(row.raw, Line(row.seq, row.received_at, row.raw))
    return list(found.values())[:SHOWN]


def line_of(session: Session, tenant_id: UUID, source_id: UUID, seq: int) -> str:
    """Give one line that a source sent; raises NotFoundError."""
    raw = session.scalar(
        select(JournalEntry.raw).where(
            JournalEntry.tenant_id == tenant_id,
            JournalEntry.source_id == source_id,
            JournalEntry.seq == seq,
        )
    )
    if not isinstance(raw, str):
        raise NotFoundError("no such line: the journal keeps it no more", seq=str(seq))
    return raw


def judge_lines(config: Mapping[str, Any], lines: Iterable[Line]) -> list[Judged]:
    """Say what becomes of lines by a source's rules."""
    judge = Judge(config)
    return [_judged(judge, one.text, one.seq, one.at) for one in lines]


def judge_pasted(config: Mapping[str, Any], text: str) -> list[Judged]:
    """Say what becomes of the lines of a pasted text, the first of them."""
    judge = Judge(config)
    lines = [one for one in text.splitlines() if one.strip()][:SHOWN]
    return [_judged(judge, one, 0, None) for one in lines]


def _judged(judge: Judge, line: str, seq: int, at: datetime | None) -> Judged:
    message = read_syslog(line.encode())
    verdict = judge.judge(message, sender=SENDER)
    return Judged(
        line=line, message=message, rule=verdict.rule, event=verdict.event, seq=seq, at=at
    )
