"""Builders of maintenance windows, and a world in which alarms are held back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.holding.holds import release_due
from runtime.alarms.journal import append, has_undone
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.maintenance.windows import WindowView, plan_window
from runtime.quieting.storms import settle_storms
from runtime.rules._tables import Firing
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer

HOUR = timedelta(hours=1)
ANY = {"field": "managed_object", "op": "exists"}


def window_document(**changes: Any) -> dict[str, Any]:
    """Make a window from NOON for two hours over everything, changed as asked."""
    return {
        "name": "Core upgrade",
        "zone": "Europe/Berlin",
        "starts_at": format_instant(NOON),
        "ends_at": format_instant(NOON + 2 * HOUR),
        "scope": {"kind": "everything"},
    } | changes


@dataclass
class QuietBench:
    """One tenant whose events are correlated at once, and time that a test moves."""

    session: Session
    matcher: Matcher
    now: datetime = NOON
    tenant_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.tenant_id = make_customer(self.session).id

    def plan(self, **changes: Any) -> WindowView:
        """Plan a window."""
        with as_tenant(self.session, self.tenant_id):
            document = window_document(**changes)
            return plan_window(
                self.session, self.tenant_id, document=document, by="Ann", now=self.now
            )

    def rule(self, **changes: Any) -> None:
        """Publish a rule that acknowledges every alarm."""
        document = make_rule_document(**({"when": ANY} | changes))
        with as_tenant(self.session, self.tenant_id):
            made = create_rule(self.session, self.tenant_id, document=document, by="test", now=NOON)
            publish_rule(self.session, self.tenant_id, made.id, mode=Mode.LIVE, by="test", now=NOON)

    def send(self, name: str = "link", *, at: datetime | None = None, **event: Any) -> None:
        """Put an event into the journal that happens at an instant, now where none is given."""
        said = {"managed_object": name, "perceived_severity": "major"}
        when = {"raised_at": format_instant(at or self.now)}
        with as_tenant(self.session, self.tenant_id):
            event_ = parse_event({**said, **when, **event})
            append(self.session, self.tenant_id, [event_], now=self.now)

    def settle(self, *, batch: int = 500) -> None:
        """Correlate all there is, release what is due, and judge that too."""
        self.correlate(batch=batch)
        with system(self.session):
            settle_storms(self.session, now=self.now)
            while release_due(self.session, now=self.now):
                pass
        self.correlate(batch=batch)

    def correlate(self, *, batch: int = 500) -> None:
        """Correlate all there is."""
        while self._waits():
            correlate_batch(self.session, matcher=self.matcher, now=self.now, limit=batch)

    def alarm(self, name: str = "link") -> AlarmView:
        """Give the latest alarm on an object."""
        with as_tenant(self.session, self.tenant_id):
            row = self.session.scalars(
                select(AlarmRow)
                .where(AlarmRow.tenant_id == self.tenant_id, AlarmRow.managed_object == name)
                .order_by(AlarmRow.id.desc())
                .execution_options(populate_existing=True)
            ).first()
            assert row is not None
            return view_of(row)

    def is_held(self, name: str = "link") -> bool:
        """Tell whether the latest alarm on an object is suppressed."""
        return self.alarm(name).suppressed_at is not None

    def fired(self) -> int:
        """Count the firings."""
        with as_tenant(self.session, self.tenant_id):
            wanted = select(Firing.id).where(Firing.tenant_id == self.tenant_id)
            return len(self.session.scalars(wanted).all())

    def _waits(self) -> bool:
        with system(self.session):
            return has_undone(self.session)
