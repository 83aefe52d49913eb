"""What a backtest could not know as it was, and how often that mattered: counted, never silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.past_alarms import PastAlarms
from runtime.alarms.policy.store import policy_changed_since
from runtime.maintenance.covering import count_changed_since
from runtime.rules.around import INVENTORY, MAINTENANCE, TOPOLOGY
from runtime.rules.backtest.world import World


def limits_of(
    session: Session, tenant_id: UUID, alarms: PastAlarms, world: World, *, since: datetime
) -> Mapping[str, int]:
    """Count what was played as it was, and what was not.

    `deeds` and `held` were played as they were. The others say how many events were judged by what
    is known now (`network`, `inventory`, `planned`), and what is not there any more.
    """
    unknown, around = alarms.unknown, world.seen.around
    planned = around[MAINTENANCE]
    return {
        "deeds": unknown.deeds,
        "held": world.seen.held,
        "network": around[TOPOLOGY],
        "inventory": around[INVENTORY],
        "planned": planned,
        "windows_changed": count_changed_since(session, tenant_id, since) if planned else 0,
        "earlier": unknown.earlier,
        "deleted": unknown.deleted,
        "differing": unknown.differing,
        "policy_changed": int(policy_changed_since(session, tenant_id, since)),
    }
