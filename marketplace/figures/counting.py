"""Counts how listings do across organisations; in system scope, in numbers alone.

An organisation's environments count as it. A publisher's own installs and uses are left out, and
those of whoever stands above or below it (`proven.model.stands_apart`): it knows them, so they
would let it tell the others apart, and let it look more used than it is. A number with fewer than
`K` organisations behind it is not kept, whoever would read it (`telling`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, false, func, literal, select, true
from sqlalchemy import delete as deleting
from sqlalchemy.orm import InstrumentedAttribute, Session

from blocks.installs._tables import BlockInstall
from blocks.registry import Standing
from marketplace.figures._tables import MarketFigure, What
from marketplace.figures.telling import told_of
from marketplace.money.months import first_day, month_before, month_of, next_month
from marketplace.proven.model import USERS, K, stands_apart
from marketplace.proven.standing import Everybody, everybody, place_of
from marketplace.releases._tables import MarketListing
from runtime.packs._tables import PackInstall
from runtime.runs._tables import Run
from runtime.runs.block_results import results_by_version
from runtime.use._tables import BlockUse
from runtime.use.adding_up import FACTS_KEPT
from runtime.use.recording import day_of
from tenancy._tables import Environment, Organisation, OrganisationKind
from tenancy.organisations import below

_BITE = 1000
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
    months, everyone = _whole_months(day_of(now)), everybody(session)
    used = (one for month in months for one in _used(session, month, everyone))
    return [*_had(session, everyone), *used]


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
    since = now - LOOKED_BACK
    found = results_by_version(session, listing_id, _who_has(session, listing_id, since=since))
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


def _had(session: Session, everyone: Everybody) -> Iterator[Counted]:
    """Count who has what: any version of it, and each."""
    blocks = (BlockInstall.tenant_id, BlockInstall.block_id, BlockInstall.version)
    packs = (PackInstall.tenant_id, PackInstall.pack_id, PackInstall.version)
    installed = BlockInstall.state == Standing.INSTALLED
    for columns, holds in ((blocks, installed), (packs, true())):
        who_has: dict[str, dict[str, set[UUID]]] = {}
        for one in _apart(session, _by_organisation(*columns).where(holds), everyone):
            versions = who_has.setdefault(one.listing_id, {})
            versions.setdefault(one.about, set()).add(one.whose)
        for listing_id, versions in who_has.items():
            for about, number in told_of(versions).items():
                yield Counted(
                    listing_id=listing_id,
                    what=What.HAD,
                    about=about,
                    organisations=number,
                    number=number,
                )


def _used(session: Session, month: str, everyone: Everybody) -> Iterator[Counted]:
    """Count who used what in a month, and how often."""
    days = (BlockUse.day >= first_day(month), BlockUse.day < first_day(next_month(month)))
    wanted = _by_organisation(BlockUse.tenant_id, BlockUse.block_id, literal(month)).where(*days)
    users: dict[str, set[UUID]] = {}
    uses: Counter[str] = Counter()
    for one in _apart(session, wanted, everyone):
        users.setdefault(one.listing_id, set()).add(one.whose)
        uses[one.listing_id] += one.number
    for listing_id, organisations in users.items():
        yield Counted(
            listing_id=listing_id,
            what=What.USED,
            about=month,
            organisations=len(organisations),
            number=uses[listing_id],
        )


class _Share(NamedTuple):
    """How many rows of a listing one organisation has, its environments' as its own."""

    listing_id: str
    about: str
    whose: UUID
    number: int


def _by_organisation(
    tenant_id: InstrumentedAttribute[UUID],
    listing_id: InstrumentedAttribute[str],
    about: ColumnElement[str] | InstrumentedAttribute[str],
) -> Select[str, str, UUID, int, UUID]:
    """Ask by listing how many rows each organisation has; and whose the listing is."""
    whose = func.coalesce(Environment.live_id, tenant_id)
    wanted = (
        select(listing_id, about.label("about"), whose, func.count(), MarketListing.owner_id)
        .join(MarketListing, MarketListing.listing_id == listing_id)
        .outerjoin(Environment, Environment.organisation_id == tenant_id)
        .group_by(listing_id, whose, MarketListing.owner_id)
        .execution_options(yield_per=_BITE)
    )
    return wanted if not isinstance(about, InstrumentedAttribute) else wanted.group_by(about)


def _apart(
    session: Session, wanted: Select[str, str, UUID, int, UUID], everyone: Everybody
) -> Iterator[_Share]:
    """Leave out who stands above or below whose the listing is: it knows what they do."""
    for listing_id, about, whose, number, owner_id in session.execute(wanted):
        user = everyone.places.get(whose)
        if user is not None and stands_apart(user, everyone.places.get(owner_id)):
            yield _Share(listing_id, about, whose, number)


def _who_has(session: Session, listing_id: str, *, since: datetime) -> Subquery:
    """Say whose runs are looked at: of who has the block and stands apart from its publisher."""
    whose = func.coalesce(Environment.live_id, BlockInstall.tenant_id)
    return (
        select(
            BlockInstall.tenant_id.label("tenant_id"),
            literal(since, Run.started_at.type).label("since"),
        )
        .outerjoin(Environment, Environment.organisation_id == BlockInstall.tenant_id)
        .join(Organisation, Organisation.id == whose)
        .where(BlockInstall.block_id == listing_id, *_stands_apart(session, listing_id))
        .distinct()
        .subquery()
    )


def _stands_apart(session: Session, listing_id: str) -> list[ColumnElement[bool]]:
    """Ask `proven.model.stands_apart` of an `Organisation`."""
    owner_id = session.scalar(
        select(MarketListing.owner_id).where(MarketListing.listing_id == listing_id)
    )
    owner = place_of(session, owner_id) if owner_id is not None else None
    if owner is None:
        return [false()]
    kinds = [OrganisationKind(one) for one in sorted(USERS)]
    near = {owner.id, *owner.above}
    conditions: list[ColumnElement[bool]] = [
        Organisation.kind.in_(kinds),
        Organisation.id.not_in(near),
    ]
    if owner.kind != OrganisationKind.VENDOR.value:
        conditions.append(Organisation.id.not_in(select(below(owner.id).c.id)))
    return conditions


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
        if one.organisations >= K
    )
    session.flush()
