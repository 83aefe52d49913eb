"""A rule tried among a tenant's circumstances: its network, inventory and planned work, as live.

Sources' fillings from the inventory and the policy of how alarms live are the tenant's own, too.
Its alarms begin anew with the given events; what else was down at their instants is as it was.
Storms and the tenant's other rules are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.journal import JournalRow
from runtime.alarms.model import parse_event
from runtime.alarms.policy.store import policy_of
from runtime.enriching.events import fill_given
from runtime.quieting.quieten import held_by_work
from runtime.rules.backtest.simulating import Circumstances, Simulation, simulate
from runtime.rules.judging.ruleset import JudgedRule
from runtime.surroundings.given import GivenSurroundings


def try_on(
    session: Session,
    tenant_id: UUID,
    judged: JudgedRule,
    rows: Sequence[JournalRow],
    *,
    until: datetime,
) -> Simulation:
    """Try a rule or table on events one after the other; nothing is recorded or done."""
    filled = fill_given(session, tenant_id, rows)
    keys = {parse_event(row.event).dedup_key for row in filled}
    there = Circumstances(
        policy=policy_of(session, tenant_id),
        near=lambda changes: GivenSurroundings(session, tenant_id, changes, keys).of_changes,
        held=lambda changes: held_by_work(session, tenant_id, changes),
    )
    return simulate(judged, filled, until=until, there=there)
