"""Giving a rating: who may, and how far away somebody is from it; changing it, taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from marketplace.proven.figures import mark_due
from marketplace.proven.model import DAYS, USERS, USES, Place, Stat, stands_apart
from marketplace.proven.reading import OwnUse, own_use
from marketplace.proven.standing import owner_place, place_of
from marketplace.ratings._tables import NAME_MAX, WHO_MAX, MarketRating, MarketRatingOwn
from marketplace.ratings.model import Given, checked, told_as
from marketplace.ratings.reading import (
    RatingView,
    own_rating,
    own_row,
    require_seen,
    view_of,
)
from marketplace.releases.owners import belongs_to
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.organisations import ancestors_of
from tenancy.plans.assigning import live_of

PERMISSION = "blocks.edit"
_IS_HIDDEN = (
    "Reviewers of the marketplace hid this rating: nobody else reads it and it does not count. "
    "It cannot be taken back while it is hidden, but its words can be changed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MayRate:
    """Whether somebody may rate a listing.

    Attributes:
        own: What their organisation gave already.
        why_not: A sentence that says what is in the way; "" where they may.
        is_short: Whether nothing is in the way but too little use so far.
    """

    use: OwnUse
    own: RatingView | None
    why_not: str
    is_short: bool = False

    @property
    def stat(self) -> Stat:
        """How much their organisation used it in the days that are kept."""
        return self.use.stat


def may_rate(session: Session, who: Acting, listing_id: str, *, now: datetime) -> MayRate:
    """Tell whether who acts may rate a listing, and if not, why and how far away that is.

    Raises:
        NotFoundError: they see no such listing.
    """
    require_seen(session, who.tenant_id, listing_id)
    use = own_use(session, who.tenant_id, listing_id, now=now)
    own = own_rating(session, who.tenant_id, listing_id)
    why_not = _in_the_way(session, who, listing_id)
    is_short = not why_not and own is None and not use.stat.is_proven
    return MayRate(
        use=use, own=own, why_not=_how_far(use.stat) if is_short else why_not, is_short=is_short
    )


def rate(
    session: Session, who: Acting, listing_id: str, given: Given, *, now: datetime
) -> RatingView:
    """Rate a listing, or change what one's organisation gave.

    Raises:
        NotFoundError: they see no such listing.
        InvalidError: the stars or the words can't be such.
        ConflictError: they may not; the words say why.
    """
    found = may_rate(session, who, listing_id, now=now)
    if found.why_not:
        raise ConflictError(found.why_not, listing=listing_id)
    wanted = checked(given)
    row = _row(session, who, listing_id, now=now)
    is_same = (row.stars, row.words) == (wanted.stars, wanted.words)
    row.stars, row.words, row.version = wanted.stars, wanted.words, found.use.version or row.version
    row.signed_as = who.tenant_name[:NAME_MAX] if wanted.is_signed else ""
    row.is_counted = True
    if not is_same:
        row.changed_at = now
    session.add(row)
    session.flush()
    mark_due(session, listing_id)
    about = About(kind="listing", id=listing_id, name=listing_id)
    facts: dict[str, Fact] = {
        "stars": wanted.stars,
        "signed": wanted.is_signed,
        "version": row.version,
    }
    note(session, who.tenant_id, "rating.given", now=now, about=about, facts=facts)
    return view_of(row, own_row(session, who.tenant_id, listing_id))


def take_back(session: Session, who: Acting, listing_id: str, *, now: datetime) -> None:
    """Take an organisation's rating back, its words and the publisher's answer with it.

    A hidden one stays: given anew it would be shown, and what was said against it forgotten.

    Raises:
        NotFoundError: it gave none.
        ConflictError: reviewers hid it.
    """
    own = own_row(session, who.tenant_id, listing_id)
    if own is None:
        raise NotFoundError("your organisation has not rated this", listing=listing_id)
    if _locked(session, own).hidden_at is not None:
        raise ConflictError(_IS_HIDDEN, listing=listing_id)
    session.delete(own)
    session.flush()
    mark_due(session, listing_id)
    about = About(kind="listing", id=listing_id, name=listing_id)
    note(session, who.tenant_id, "rating.taken_back", now=now, about=about)


def _in_the_way(session: Session, who: Acting, listing_id: str) -> str:
    """Say what keeps somebody from rating a listing however much it is used; "" for nothing."""
    owner, me = owner_place(session, listing_id), place_of(session, who.tenant_id)
    if live_of(session, who.tenant_id) != who.tenant_id:
        return "This is an environment: rate it in the organisation that it belongs to."
    if me is None or me.kind not in USERS:
        return "Ratings come from CSPs, resellers and customers, whose use costs them something."
    if not stands_apart(me, owner):
        return (
            "Your own organisation publishes it, or one that stands above or below yours: "
            "others rate it."
        )
    return _in_the_persons_way(session, who, owner)


def _in_the_persons_way(session: Session, who: Acting, owner: Place | None) -> str:
    if owner is not None and who.vouched_by and belongs_to(session, owner.id, who.vouched_by):
        return "You belong to its publisher: somebody else of your organisation can rate it."
    if not who.may(PERMISSION):
        return "Who installs blocks here may rate them: ask an admin of your organisation."
    return ""


def _how_far(stat: Stat) -> str:
    """Say how much use is missing.

    >>> _how_far(Stat(uses=17, days=2))
    'Use it a little longer: 3 more uses are needed, or uses on 1 more day.'
    """
    uses, days = USES - stat.uses, DAYS - stat.days
    return (
        f"Use it a little longer: {uses} more {'use is' if uses == 1 else 'uses are'} needed, "
        f"or uses on {days} more {'day' if days == 1 else 'days'}."
    )


def _row(session: Session, who: Acting, listing_id: str, *, now: datetime) -> MarketRating:
    """Give the rating to write: what there is, locked, or a new one."""
    own = own_row(session, who.tenant_id, listing_id)
    if own is not None:
        own.given_by = who.person_name[:WHO_MAX]
        return _locked(session, own)
    own = MarketRatingOwn(id=new_id(), tenant_id=who.tenant_id, listing_id=listing_id)
    own.given_by = who.person_name[:WHO_MAX]
    refusal = ConflictError("somebody of your organisation rates it right now: look again")
    with or_taken(session, refusal):
        session.add(own)
        session.flush()
    row = MarketRating(id=new_id(), own_id=own.id, listing_id=listing_id, version="")
    row.told_as = told_as(who.tenant_kind, _provider_kind(session, who.tenant_id))
    row.rated_at = row.changed_at = now
    row.answer, row.hidden_because = "", ""
    return row


def _locked(session: Session, own: MarketRatingOwn) -> MarketRating:
    wanted = select(MarketRating).where(MarketRating.own_id == own.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _provider_kind(session: Session, organisation_id: UUID) -> str:
    above = ancestors_of(session, organisation_id)
    return next((one.kind for one in above if one.kind in ("csp", "reseller")), "")
