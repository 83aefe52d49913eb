"""Counts how listings do across organisations; in system scope, in numbers alone.

An organisation's environments count as it. A publisher's own installs and uses are left out: they
would let it tell the others apart, and let it look more used than it is. A number with fewer than
`ENOUGH` organisations behind it is not kept, whoever would read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, distinct, func, literal, select
from sqlalchemy import delete as deleting
from sqlalchemy.orm import InstrumentedAttribute, Session

from blocks.installs._tables import BlockInstall
from blocks.registry import Standing
from marketplace.figures._tables import MarketFigure, What
from marketplace.money.months import first_day, month_before, month_of, next_month
from marketplace.releases._tables import MarketListing
from runtime.packs._tables import PackInstall
from runtime.runs._tables import Run
from runtime.runs.block_results import results_by_version
from runtime.use._tables import BlockUse
from runtime.use.adding_up import FACTS_KEPT
from runtime.use.recording import day_of
from tenancy._tables import Environment

ENOUGH = 5
"""So many organisations have to be behind a number. Our own choice: what k-anonymity calls k."""
LOOKED_BACK = timedelta(days=30)
"""Of so long ago at most are the steps whose ends are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One number before it is kept; see the table."""

    listing_id: str
    what: What
    about: str
    organisations: int
    number: int
    failed: int = 0


def counted_all(session: Session, *, now: datetime) -> list[Counted]:
    """Count all listings: who has them, and who used them this month and the last."""
    months = _whole_months(day_of(now))
    return [*_had(session), *(one for month in months for one in _used(session, month))]


def keep_all(session: Session, found: Iterable[Counted], *, now: datetime) -> None:
    """Put these in the place of what was counted before.

    A month that is over stays as it is once some of its days are forgotten.
    """
    months = _whole_months(day_of(now))
    _forget(session, MarketFigure.what == What.HAD)
    _forget(session, (MarketFigure.what == What.USED) & MarketFigure.about.in_(months))
    _keep(session, found, now=now)


def counted_ends(session: Session, listing_id: str, *, now: datetime) -> list[Counted]:
    """Count how steps of one block's versions ended lately."""
    found = results_by_version(session, listing_id, _who_has(listing_id, since=now - LOOKED_BACK))
    return [
        Counted(
            listing_id=listing_id,
            what=What.ENDED,
            about=version,
            organisations=one.organisations,
            number=one.samples,
            failed=one.failures,
        )
        for version, one in found.items()
    ]


def keep_ends(
    session: Session, listing_id: str, found: Iterable[Counted], *, now: datetime
) -> None:
    """Put these in the place of what was counted of the listing before."""
    ended = (MarketFigure.what == What.ENDED) & (MarketFigure.listing_id == listing_id)
    _forget(session, ended)
    _keep(session, found, now=now)


def listings_to_count(session: Session) -> list[str]:
    """List the listings that enough organisations have, whose ends are worth counting.

    And those that had ends counted, which are let go where they no longer have enough.
    """
    many = (MarketFigure.what == What.HAD) & (MarketFigure.about == "")
    wanted = select(MarketFigure.listing_id).where(many | (MarketFigure.what == What.ENDED))
    return list(session.scalars(wanted.distinct().order_by(MarketFigure.listing_id)))


def _had(session: Session) -> Iterator[Counted]:
    """Count who has what: any version of it, and each."""
    blocks = (BlockInstall.tenant_id, BlockInstall.block_id, BlockInstall.version)
    packs = (PackInstall.tenant_id, PackInstall.pack_id, PackInstall.version)
    installed = BlockInstall.state == Standing.INSTALLED
    for (tenant_id, listing_id, version), holds in ((blocks, installed), (packs, None)):
        for about in (literal(""), version):
            wanted = _by_listing(tenant_id, listing_id, about)
            for row in session.execute(wanted if holds is None else wanted.where(holds)):
                yield Counted(
                    listing_id=row[0],
                    what=What.HAD,
                    about=row[1],
                    organisations=row[2],
                    number=row[2],
                )


def _used(session: Session, month: str) -> Iterator[Counted]:
    """Count who used what in a month, and how often."""
    days = (BlockUse.day >= first_day(month), BlockUse.day < first_day(next_month(month)))
    wanted = _by_listing(BlockUse.tenant_id, BlockUse.block_id, literal(month)).where(*days)
    for row in session.execute(wanted):
        yield Counted(
            listing_id=row[0], what=What.USED, about=row[1], organisations=row[2], number=row[3]
        )


def _by_listing(
    tenant_id: InstrumentedAttribute[UUID],
    listing_id: InstrumentedAttribute[str],
    about: ColumnElement[str] | InstrumentedAttribute[str],
) -> Select[str, str, int, int]:
    """Ask by listing for how many organisations there are and how many rows, where enough are."""
    whose = func.coalesce(Environment.live_id, tenant_id)
    organisations = func.count(distinct(whose))
    wanted = (
        select(listing_id, about.label("about"), organisations, func.count())
        .join(MarketListing, MarketListing.listing_id == listing_id)
        .outerjoin(Environment, Environment.organisation_id == tenant_id)
        .where(whose != MarketListing.owner_id)
        .group_by(listing_id)
        .having(organisations >= ENOUGH)
    )
    return wanted if not isinstance(about, InstrumentedAttribute) else wanted.group_by(about)


def _who_has(listing_id: str, *, since: datetime) -> Subquery:
    """Say whose runs are looked at: of who has the block, its publisher left out."""
    whose = func.coalesce(Environment.live_id, BlockInstall.tenant_id)
    return (
        select(
            BlockInstall.tenant_id.label("tenant_id"),
            literal(since, Run.started_at.type).label("since"),
        )
        .join(MarketListing, MarketListing.listing_id == BlockInstall.block_id)
        .outerjoin(Environment, Environment.organisation_id == BlockInstall.tenant_id)
        .where(BlockInstall.block_id == listing_id, whose != MarketListing.owner_id)
        .distinct()
        .subquery()
    )


def _whole_months(today: date) -> list[str]:
    """Give the present month, and the last while no day of it is forgotten.

    >>> _whole_months(date(2026, 12, 3)), _whole_months(date(2026, 12, 20))
    (['2026-12', '2026-11'], ['2026-12'])
    """
    present = month_of(today)
    last = month_before(present)
    return [present, last] if today - first_day(last) < FACTS_KEPT else [present]


def _forget(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(deleting(MarketFigure).where(which))


def _keep(session: Session, found: Iterable[Counted], *, now: datetime) -> None:
    """Keep what enough organisations are behind."""
    session.add_all(
        MarketFigure(
            listing_id=one.listing_id,
            what=one.what,
            about=one.about,
            organisations=one.organisations,
            number=one.number,
            failed=one.failed,
            counted_at=now,
        )
        for one in found
        if one.organisations >= ENOUGH
    )
    session.flush()
