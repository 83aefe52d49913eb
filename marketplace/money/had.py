"""Trial periods that an organisation is in: how long each lasts, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall
from blocks.installs.firsts import first_installs
from marketplace.money.asking import TrialPeriod, prices_for
from marketplace.money.prices import TRIAL_DAYS_MAX, Price
from runtime.packs._tables import PackInstall
from runtime.use.recording import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A block or pack that costs nothing yet; `price` is what it costs afterwards."""

    listing_id: str
    trial: TrialPeriod
    price: Price


def trials_of(session: Session, tenant_id: UUID, *, now: datetime) -> list[Tried]:
    """List the trial periods that last, of what is installed; what ends first comes first."""
    blocks = select(BlockInstall.block_id.label("id")).where(BlockInstall.tenant_id == tenant_id)
    packs = select(PackInstall.pack_id.label("id")).where(PackInstall.tenant_id == tenant_id)
    ids = set(session.scalars(union(blocks, packs)))
    since = day_of(now) - timedelta(days=TRIAL_DAYS_MAX)
    found = []
    had = first_installs(session, tenant_id, since=since, among=ids)
    for listing_id, asked in prices_for(session, tenant_id, had, now=now).items():
        if asked.trial is not None and asked.trial.days_left:
            found.append(
                Tried(
                    listing_id=listing_id, trial=asked.trial, price=replace(asked.now, trial_days=0)
                )
            )
    return sorted(found, key=lambda one: (one.trial.days_left, one.listing_id))
