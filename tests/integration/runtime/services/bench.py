"""A tenant whose services are followed at once, at a time that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant
from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, Severity
from runtime.correlation import correlate_batch
from runtime.maintenance.windows import plan_window
from runtime.rules.matcher import Matcher
from runtime.services._tables import ServiceMoment
from runtime.services.following import Follower
from runtime.services.record import moments_since
from runtime.services.store import ServiceView, get_service
from runtime.services.timeline import Moment, disturbances
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.maintenance import window_document
from tests.factories.services import make_service
from tests.factories.tenancy import NOON

LINE_A = [{"need": "all", "keys": ["line-a"]}]


@dataclass
class Bench:
    """A tenant whose alarms are correlated and followed at once, at a time that a test moves."""

    sessions: sessionmaker[Session]
    matcher: Matcher
    tenant: OrganisationView
    follower: Follower
    now: datetime = NOON
    services: dict[str, UUID] = field(default_factory=dict)

    def at(self, second: float) -> datetime:
        """Let it be so many seconds after noon."""
        self.now = NOON + timedelta(seconds=second)
        return self.now

    def serve(self, **changes: Any) -> ServiceView:
        """Add a service."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant.id):
            return make_service(session, self.tenant.id, now=self.now, **changes)

    def say(self, name: str, severity: str, second: float, **said: Any) -> None:
        """Put an event into the journal."""
        event = AlarmEvent(
            managed_object=name,
            perceived_severity=Severity(severity),
            raised_at=NOON + timedelta(seconds=second),
            source="t",
            **said,
        )
        with self.sessions.begin() as session, as_tenant(session, self.tenant.id):
            append(session, self.tenant.id, [event], now=self.now)

    def correlate(self) -> None:
        """Correlate what waits."""
        with self.sessions.begin() as session:
            while correlate_batch(session, matcher=self.matcher, now=self.now):
                pass

    def follow(self) -> int:
        """Follow what is new."""
        return self.follower.round(now=self.now)

    def hear(self, name: str, severity: str, second: float, **said: Any) -> None:
        """Let an event come at its own instant, or later where time has moved on."""
        self.now = max(self.now, NOON + timedelta(seconds=second))
        self.say(name, severity, second, **said)
        self.correlate()
        self.follow()

    def moments(self, one: ServiceView) -> list[Moment]:
        """Give how a service went."""
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            early = NOON - timedelta(days=500)
            return moments_since(session, self.tenant.id, [one.id], since=early)[one.id]

    def troubles(self, one: ServiceView) -> list[tuple[str, float, float | None]]:
        """Give its disturbances: the worst state, from and to in seconds after noon."""
        return [
            (
                each.worst.state.value,
                (each.start - NOON).total_seconds(),
                (each.end - NOON).total_seconds() if each.end else None,
            )
            for each in disturbances(self.moments(one))
        ]

    def seen(self, one: ServiceView) -> ServiceView:
        """Give a service as it is now."""
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            return get_service(session, self.tenant.id, one.id)

    def rows(self) -> int:
        """Count what was recorded."""
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            mine = ServiceMoment.tenant_id == self.tenant.id
            return session.scalar(select(func.count(ServiceMoment.seq)).where(mine)) or 0


def plan(
    bench: Bench, scope: dict[str, Any], *, begins_s: int = 0, lasts_s: int = 7_200, **changes: Any
) -> None:
    begins = NOON + timedelta(seconds=begins_s)
    times = {
        "starts_at": format_instant(begins),
        "ends_at": format_instant(begins + timedelta(seconds=lasts_s)),
    }
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        document = window_document(scope=scope, **times, **changes)
        plan_window(session, bench.tenant.id, document=document, by="Ann", now=bench.now)
