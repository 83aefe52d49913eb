"""A tenant whose events are correlated at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.journal import append, has_undone
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer

ANY = {"field": "managed_object", "op": "exists"}


@dataclass
class Bench:
    """One tenant whose events are correlated at once; events happen seconds before NOON."""

    session: Session
    matcher: Matcher
    tenant_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.tenant_id = make_customer(self.session).id

    def rule(self, *, mode: Mode = Mode.LIVE, **changes: Any) -> None:
        """Publish a rule for every alarm, changed as asked."""
        document = make_rule_document(**({"when": ANY} | changes))
        with as_tenant(self.session, self.tenant_id):
            rule = create_rule(self.session, self.tenant_id, document=document, by="test", now=NOON)
            publish_rule(self.session, self.tenant_id, rule.id, mode=mode, by="test", now=NOON)

    def send(self, name: str = "link", *, ago_s: float = 0, **event: Any) -> None:
        """Put an event into the journal."""
        at = format_instant(NOON - timedelta(seconds=ago_s))
        document = {"managed_object": name, "perceived_severity": "major", "raised_at": at}
        with as_tenant(self.session, self.tenant_id):
            append(self.session, self.tenant_id, [parse_event(document | event)], now=NOON)

    def fired(
        self, *, batch: int = 500, now: datetime = NOON
    ) -> list[tuple[str, list[dict[str, Any]]]]:
        """Correlate all there is; give rule name and deeds of each firing, oldest first."""
        while True:
            with system(self.session):
                waits = has_undone(self.session)
            done = correlate_batch(self.session, matcher=self.matcher, now=now, limit=batch)
            if not waits and not done:
                break
        wanted = (
            select(RuleRow.name, Firing.did)
            .join(RuleRow, RuleRow.id == Firing.rule_id)
            .where(Firing.tenant_id == self.tenant_id)
            .order_by(Firing.seq, Firing.id)
        )
        with as_tenant(self.session, self.tenant_id):
            return [(row.name, row.did) for row in self.session.execute(wanted)]


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> Bench:
    return Bench(session, matcher)
