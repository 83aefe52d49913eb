"""Traps that came lately, for an entry to be tried on or made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms._tables import JournalEntry, Source
from runtime.alarms.sources.listened.kinds import SNMP
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.message import TRAP_ADDRESS

LOOKED_AT = 500
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedTrap:
    """What came of one trap: the latest, and how many of those that were looked at.

    Attributes:
        seq: Its place in the journal.
        name: What the catalogue calls it, "" where it does not know it.
        text: The trap as `pasted` reads it.
    """

    seq: int
    at: datetime
    source: str
    oid: str
    agent: str
    name: str
    text: str
    count: int = 1


def received_traps(session: Session, tenant_id: UUID, catalogue: Catalogue) -> list[ReceivedTrap]:
    """List the traps among what SNMP sources sent last, those that nobody knows first.

    The journal is looked at by the instants that a source remembers of its latest batches.
    """
    sources = session.execute(
        select(Source.id, Source.name, Source.recent).where(
            Source.tenant_id == tenant_id, Source.kind == SNMP
        )
    ).all()
    instants = {datetime.fromisoformat(one) for row in sources for one in row.recent or ()}
    rows = session.execute(
        _traps(tenant_id)
        .where(JournalEntry.received_at.in_(instants))
        .where(JournalEntry.source_id.in_([row.id for row in sources]))
        .order_by(JournalEntry.received_at.desc(), JournalEntry.seq.desc())
        .limit(LOOKED_AT)
    )
    names = {row.id: row.name for row in sources}
    found: dict[str, ReceivedTrap] = {}
    for row in rows:
        if not _is_trap(row.raw):
            continue
        oid = row.raw["trap_oid"]
        if oid in found:
            found[oid] = replace(found[oid], count=found[oid].count + 1)
        else:
            found[oid] = _received(row, names[row.source_id], catalogue)
    return sorted(found.values(), key=lambda one: (bool(one.name), -one.seq))[:SHOWN]


def received_text(session: Session, tenant_id: UUID, seq: int) -> str:
    """Give one received trap as `pasted` reads it; raises NotFoundError."""
    row = session.execute(_traps(tenant_id).where(JournalEntry.seq == seq)).first()
    if row is None or not _is_trap(row.raw):
        raise NotFoundError("no such trap: the journal keeps it no more", seq=str(seq))
    return pasted_text(row.raw)


def pasted_text(raw: Mapping[str, Any]) -> str:
    r"""Write a trap as the journal keeps it as lines that can be pasted.

    >>> pasted_text({"trap_oid": "1.3.6.1.6.3.1.1.5.3", "variables": [["1.3.6.1.2.1.2.1.0", 7]]})
    '1.3.6.1.6.3.1.1.5.3\n1.3.6.1.2.1.2.1.0 = 7'
    """
    lines = [str(raw["trap_oid"])]
    agent = raw.get("agent") or raw.get("sender")
    if agent:
        lines.append(f"{TRAP_ADDRESS} = {agent}")
    lines += [f"{oid} = {_value(value)}".rstrip() for oid, value in _variables(raw)]
    return "\n".join(lines)


def _variables(raw: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for one in raw.get("variables") or ():
        if isinstance(one, list) and len(one) == len(("identifier", "value")):
            yield str(one[0]), one[1]


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{" ".join(value.split())}"'
    return "" if value is None else str(value)


def _traps(tenant_id: UUID) -> Any:
    columns = (
        JournalEntry.seq,
        JournalEntry.received_at,
        JournalEntry.source_id,
        JournalEntry.raw,
    )
    return select(*columns).where(JournalEntry.tenant_id == tenant_id)


def _is_trap(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("trap_oid"), str) and "snmp" in raw


def _received(row: Any, source: str, catalogue: Catalogue) -> ReceivedTrap:
    entry = catalogue.find(row.raw["trap_oid"])
    return ReceivedTrap(
        seq=row.seq,
        at=row.received_at,
        source=source,
        oid=row.raw["trap_oid"],
        agent=row.raw.get("agent") or row.raw.get("sender") or "",
        name=entry.name if entry else "",
        text=pasted_text(row.raw),
    )
