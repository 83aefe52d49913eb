"""How much of a listing was used: by one organisation, or by all of them, day by day.

A pack is used where blocks are that the organisation's installed version of it brought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.versions import precedence
from marketplace.proven.model import KEPT_DAYS, Stat, add_days
from runtime.packs._tables import PackInstall, PackPart
from runtime.packs.parts import BLOCK
from runtime.use._tables import BlockUse
from runtime.use.of_blocks import block_uses_on
from runtime.use.reading import DAY
from runtime.use.recording import day_of

Used = Mapping[tuple[UUID, str], Mapping[date, int]]
"""By organisation and listing: by day how often it was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUse:
    """What an organisation used of a listing in the days that are kept; `version` the latest."""

    stat: Stat
    version: str


def own_use(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> OwnUse:
    """Give how much an organisation itself used a listing; version "" where it never did."""
    pack = session.execute(
        select(PackInstall.id, PackInstall.version).where(
            PackInstall.tenant_id == tenant_id, PackInstall.pack_id == listing_id
        )
    ).first()
    wanted = {listing_id} if pack is None else _brought(session, tenant_id, pack.id)
    rows = session.execute(
        select(BlockUse.day, BlockUse.version, func.count().label("number"))
        .where(
            BlockUse.tenant_id == tenant_id,
            BlockUse.block_id.in_(wanted),
            BlockUse.day > day_of(now) - DAY * KEPT_DAYS,
        )
        .group_by(BlockUse.day, BlockUse.version)
    ).all()
    by_day: dict[date, int] = defaultdict(int)
    for row in rows:
        by_day[row.day] += row.number
    latest = max(by_day, default=None)
    versions = [row.version for row in rows if row.day == latest]
    version = pack.version if pack is not None else max(versions, key=precedence, default="")
    return OwnUse(stat=add_days(by_day.values()), version=version if rows else "")


def used_on(session: Session, days: Collection[date]) -> Used:
    """Give what all organisations used on some days; in system scope, a day at a time."""
    found: dict[tuple[UUID, str], dict[date, int]] = defaultdict(dict)
    for day in sorted(days):
        for one in block_uses_on(session, day):
            found[one.tenant_id, one.block_id][day] = one.number
    for (tenant_id, pack_id), blocks in _packs(session).items():
        merged: dict[date, int] = defaultdict(int)
        for block_id in blocks:
            for day, number in found.get((tenant_id, block_id), {}).items():
                merged[day] += number
        if merged:
            found[tenant_id, pack_id] = merged
    return found


def stat_of(used: Mapping[date, int], *, since: date, until: date) -> Stat:
    """Give what the days from one to another, both inclusive, come to."""
    return add_days(number for day, number in used.items() if since <= day <= until)


def _brought(session: Session, tenant_id: UUID, install_id: UUID) -> set[str]:
    parts = session.scalars(
        select(PackPart.document).where(
            PackPart.tenant_id == tenant_id,
            PackPart.install_id == install_id,
            PackPart.kind == BLOCK,
        )
    )
    return {_block_in(one) for one in parts}


def _packs(session: Session) -> dict[tuple[UUID, str], set[str]]:
    """Give by organisation and pack the blocks that it brought."""
    rows = session.execute(
        select(PackInstall.tenant_id, PackInstall.pack_id, PackPart.document)
        .join(PackPart, PackPart.install_id == PackInstall.id)
        .where(PackPart.kind == BLOCK)
    )
    found: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    for row in rows:
        found[row.tenant_id, row.pack_id].add(_block_in(row.document))
    return found


def _block_in(document: Mapping[str, Any]) -> str:
    return str(document["block"])
