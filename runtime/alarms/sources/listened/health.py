"""How a listener fares: what it counts while it runs, and what it tells others of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime.alarms.sources.listened._tables import ListenerState

FRESH = timedelta(seconds=45)
KEPT = timedelta(days=1)
UDP_TABLES = (Path("/proc/net/udp"), Path("/proc/net/udp6"))
_ADDRESS, _DROPS = 1, -1  # columns of Linux's tables of sockets


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerView:
    """What one listener told last; see `ListenerState`."""

    owner: str
    seen_at: datetime
    ports: Mapping[str, str]
    buffer_bytes: int
    dropped: int
    overrun: int
    lost_at: datetime | None

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether it is at work: it told something a moment ago."""
        return self.seen_at > now - FRESH


@dataclass(slots=True)
class Health:
    """What a running listener knows of itself; written by one thread, read by another.

    Attributes:
        ports: Why each port is not served, "" where it is, by what is taken there.
        buffers: What the system gave datagrams to wait in, by UDP port.
        dropped: Datagrams that found no room in the inbox.
    """

    ports: dict[str, str] = field(default_factory=dict)
    buffers: dict[int, int] = field(default_factory=dict)
    dropped: int = 0
    _lost: int = 0
    _lost_at: datetime | None = None

    def tell(self, session: Session, owner: str, *, now: datetime) -> None:
        """Write how it fares; what listeners told that ended long ago is let go."""
        overrun = overrun_of(self.buffers)
        if self.dropped + overrun > self._lost:
            self._lost, self._lost_at = self.dropped + overrun, now
        session.merge(
            ListenerState(
                owner=owner,
                seen_at=now,
                ports=dict(self.ports),
                buffer_bytes=min(self.buffers.values(), default=0),
                dropped=self.dropped,
                overrun=overrun,
                lost_at=self._lost_at,
            )
        )
        session.execute(delete(ListenerState).where(ListenerState.seen_at < now - KEPT))


def list_listeners(session: Session) -> list[ListenerView]:
    """List what listeners told, those that spoke last first."""
    rows = session.scalars(select(ListenerState).order_by(ListenerState.seen_at.desc()))
    return [
        ListenerView(
            owner=row.owner,
            seen_at=row.seen_at,
            ports=row.ports,
            buffer_bytes=row.buffer_bytes,
            dropped=row.dropped,
            overrun=row.overrun,
            lost_at=row.lost_at,
        )
        for row in rows
    ]


def overrun_of(ports: Iterable[int], tables: Iterable[Path] = UDP_TABLES) -> int:
    """Count what Linux dropped of these UDP ports' datagrams because its buffer was full.

    0 on systems that have no such table.
    """
    wanted = {f"{port:04X}" for port in ports}
    return sum(_drops(line, wanted) for table in tables for line in _lines(table))


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []


def _drops(line: str, wanted: set[str]) -> int:
    columns = line.split()
    is_ours = len(columns) > _ADDRESS and columns[_ADDRESS].rpartition(":")[2] in wanted
    return int(columns[_DROPS]) if is_ours and columns[_DROPS].isdigit() else 0
