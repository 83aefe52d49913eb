"""A firing about to act: what its actions are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.trace import Traceparent
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import acknowledge_many, suppress_many
from runtime.rules.grouping.parents import Parents
from runtime.rules.judging.events import Verdict
from runtime.rules.model import Rule

Did = dict[str, Any]


@dataclass(slots=True)
class Marks:
    """Marks that the firings of a batch set on alarms, written together at its end: by whom each.

    The first that marks an alarm is named; a second changes nothing, as it would one by one.
    """

    acknowledged: dict[UUID, str] = field(default_factory=dict)
    suppressed: dict[UUID, str] = field(default_factory=dict)

    def write(self, session: Session, tenant_id: UUID, *, now: datetime) -> None:
        """Write them, in the caller's transaction."""
        acknowledge_many(session, tenant_id, self.acknowledged, now=now)
        suppress_many(session, tenant_id, self.suppressed, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One firing about to act, in the transaction that records it.

    Attributes:
        verdict: What fires, and which alarms it saw.
        alarm: The alarm it is about, as it was judged.
        facts: Its document.
        marks: Where marks on alarms are gathered.
        parents: Where the parents that alarms may be put under are looked up.
        parent: The span that the event came with.
    """

    session: Session
    tenant_id: UUID
    verdict: Verdict
    alarm: AlarmView
    facts: Mapping[str, Any]
    now: datetime
    marks: Marks
    parents: Parents
    parent: Traceparent | None = None

    @property
    def rule(self) -> Rule:
        """Give the rule that fires."""
        return self.verdict.judged.rule

    @property
    def rule_id(self) -> UUID:
        """Give the id of the rule that fires."""
        return self.verdict.judged.id

    @property
    def key(self) -> str:
        """Name the firing, the same whenever it is made again."""
        return f"{self.verdict.judged.version_id}:{self.verdict.seq}"

    @property
    def by(self) -> str:
        """Name who acts, for histories."""
        return f"rule {self.rule.name}"
