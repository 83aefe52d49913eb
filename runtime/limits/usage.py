"""How much of each limit a tenant uses right now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import utc_now
from runtime.alarms.intake.waiting import waiting_of
from runtime.flows.versions import count_live
from runtime.limits.book import book_of
from runtime.limits.model import LIMITS, LimitKind, Limits, Number, names
from runtime.limits.store import own_limits
from runtime.runs.blobs import MB, stored_bytes
from runtime.runs.crowding import count_under_way, count_waiting
from runtime.runs.places import under_way_of
from runtime.use.quotas import QUOTA_OF
from runtime.use.reading import used_on
from runtime.use.recording import day_of

NEAR = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One limit of a tenant.

    Attributes:
        default: What the installation gives tenants that have none of their own.
        used: How much is used now; None where that is not counted.
    """

    name: str
    kind: LimitKind
    value: Number
    default: Number
    used: int | None

    def shown(self, number: Number) -> str:
        """Write a number of this limit for people, with its unit.

        >>> kind = LIMITS["event_bytes"]
        >>> Usage(name="", kind=kind, value=1, default=1, used=None).shown(262_144)
        '256 KB'
        """
        if self.kind.unit == "bytes":
            return f"{number / 1024:,.0f} KB"
        return (
            f"{number:,} {self.kind.unit}" if self.kind.is_whole else f"{number:g} {self.kind.unit}"
        )

    @property
    def share(self) -> float:
        """The part that is used, 0 to 1."""
        return min(1.0, self.used / self.value) if self.used else 0.0

    @property
    def tone(self) -> str:
        """How it is to be shown: good, near its limit, or at it."""
        if self.share >= 1.0:
            return "bad"
        return "notice" if self.share >= NEAR else "good"

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "name": self.name,
            "title": self.kind.title,
            "unit": self.kind.unit,
            "value": self.value,
            "default": self.default,
            "used": self.used,
            "at_the_limit": self.kind.at,
            "can_be_set_here": self.kind.is_kept,
        }


def usage_of(session: Session, tenant_id: UUID) -> list[Usage]:
    """List a tenant's limits in the order they are shown, each with its present use."""
    limits, defaults = own_limits(session, tenant_id), book_of(session).defaults
    used = _used(session, tenant_id, limits)
    return [
        Usage(
            name=name,
            kind=LIMITS[name],
            value=getattr(limits, name),
            default=getattr(defaults, name),
            used=used.get(name),
        )
        for name in names()
    ]


def _used(session: Session, tenant_id: UUID, limits: Limits) -> dict[str, int]:
    """Count what can be counted; somewhat beyond the limit, to show by how much it is passed."""
    where = (session, tenant_id)
    day = day_of(utc_now())
    return {
        "runs_at_once": count_under_way(*where, at_most=limits.runs_at_once * 2),
        "runs_waiting": count_waiting(*where, at_most=limits.runs_waiting * 2),
        "steps_at_once": under_way_of(*where),
        "live_workflows": count_live(*where),
        "journal_waiting": waiting_of(*where),
        "storage_mb": -(-stored_bytes(*where) // MB),
        **{quota: used_on(*where, metric, day) for metric, quota in QUOTA_OF.items()},
    }
