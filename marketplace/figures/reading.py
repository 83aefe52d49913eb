"""The figures of a listing as its publisher reads them, and what it earns by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.versions import precedence
from marketplace.figures._tables import MarketFigure, What
from marketplace.money._tables import MarketEntry
from marketplace.money.entries import PUBLISHER
from marketplace.releases.keeping import get_listing

MONTHS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFigures:
    """One version; None where fewer organisations than are enough are behind a number.

    Attributes:
        installs: Organisations that have it.
        ended: Steps with it that are over.
        failed: How many of them failed whatever was tried.
    """

    version: str
    installs: int | None
    ended: int | None
    failed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """One month; organisations that used it, and how many steps came to a good end."""

    month: str
    organisations: int
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """What a publisher earned by a listing in a month, in smallest units of a currency."""

    month: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a listing does.

    Attributes:
        installs: Organisations that have any version; None where they are too few to tell.
        months: The latest first; months of too few organisations are not among them.
        counted_at: When figures were counted last; None where none were.
    """

    installs: int | None
    versions: tuple[VersionFigures, ...]
    months: tuple[MonthFigures, ...]
    income: tuple[Income, ...]
    counted_at: datetime | None


def figures_of(session: Session, tenant_id: UUID, listing_id: str) -> Figures:
    """Give the figures of an organisation's listing; raises NotFoundError for another's too."""
    get_listing(session, tenant_id, listing_id)
    rows = session.scalars(select(MarketFigure).where(MarketFigure.listing_id == listing_id)).all()
    had = {one.about: one.organisations for one in rows if one.what is What.HAD}
    ended = {one.about: one for one in rows if one.what is What.ENDED}
    used = sorted(
        (one for one in rows if one.what is What.USED), key=lambda one: one.about, reverse=True
    )
    versions = sorted({*had, *ended} - {""}, key=precedence, reverse=True)
    return Figures(
        installs=had.get(""),
        versions=tuple(_version(one, had.get(one), ended.get(one)) for one in versions),
        months=tuple(
            MonthFigures(month=one.about, organisations=one.organisations, uses=one.number)
            for one in used[:MONTHS_MAX]
        ),
        income=tuple(_income(session, tenant_id, listing_id)),
        counted_at=session.scalar(select(func.max(MarketFigure.counted_at))),
    )


def _version(version: str, installs: int | None, ended: MarketFigure | None) -> VersionFigures:
    return VersionFigures(
        version=version,
        installs=installs,
        ended=ended.number if ended is not None else None,
        failed=ended.failed if ended is not None else None,
    )


def _income(session: Session, tenant_id: UUID, listing_id: str) -> list[Income]:
    """Add up what stands on the publisher's own statements, a year of months at most."""
    rows = session.execute(
        select(MarketEntry.month, MarketEntry.currency, func.sum(MarketEntry.amount))
        .where(
            MarketEntry.tenant_id == tenant_id,
            MarketEntry.listing_id == listing_id,
            MarketEntry.side == PUBLISHER,
        )
        .group_by(MarketEntry.month, MarketEntry.currency)
        .order_by(MarketEntry.month.desc(), MarketEntry.currency)
    ).all()
    months = sorted({row.month for row in rows}, reverse=True)[:MONTHS_MAX]
    return [
        Income(month=row.month, currency=row.currency, amount=int(row[2]))
        for row in rows
        if row.month in months
    ]
