"""What a tenant has of roll-outs, recalls, shadow runs and ratings, for who asks for another's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.collections._tables import MarketCollection
from marketplace.ratings._tables import MarketRating, MarketRatingOwn, MarketRatingReport
from marketplace.recalls._tables import RecallRow
from marketplace.rollouts._tables import RolloutRow, RolloutStop
from marketplace.rollouts.model import Plan, RolloutState, plan_document
from marketplace.shadow._tables import ShadowRow
from marketplace.shadow.model import ShadowState


def marketed(session: Session, tenant_id: UUID, word: str) -> dict[str, str]:
    """Make one of each, with the tenant's word, and give the ids; in the tenant's scope."""
    now = utc_now()
    said = {"listing_id": word, "version": "1.0.0", "digest": f"sha256:{word}"}
    made = {"tenant_id": tenant_id, "made_at": now, "made_by": word}
    rollout = RolloutRow(id=new_id(), **said, **made, plan=plan_document(Plan()), ring_since=now)
    rollout.state, rollout.ring, rollout.reason = RolloutState.PAUSED, 1, word
    recall = RecallRow(id=new_id(), **said, **made, reason=word, lets_finish=False)
    freeze, hold = (
        RolloutStop(id=new_id(), **made, listing_id=word, below=below, reason=word)
        for below in (False, True)
    )
    below, own = (
        ShadowRow(id=new_id(), **said, **made, below=below, among=[], per_step=1, found={})
        for below in (True, False)
    )
    below.state = own.state = ShadowState.DONE
    session.add_all([rollout, recall, freeze, hold, below, own])
    session.flush()
    return {
        "rollout": str(rollout.id),
        "recall": str(recall.id),
        "rollout_freeze": str(freeze.id),
        "rollout_hold": str(hold.id),
        "shadow": str(below.id),
        "own_shadow": str(own.id),
    }


def rated(session: Session, tenant_id: UUID, listing_id: str, word: str) -> dict[str, str]:
    """Rate, report and collect one's own listing, which nobody else sees; in the tenant's scope."""
    now = utc_now()
    own = MarketRatingOwn(id=new_id(), tenant_id=tenant_id, listing_id=listing_id, given_by=word)
    session.add(own)
    session.flush()
    rating = MarketRating(
        id=new_id(), own_id=own.id, listing_id=listing_id, version="1.0.0", stars=4, words=word,
        told_as=word, signed_as="", is_counted=True, rated_at=now, changed_at=now,
    )  # fmt: skip
    session.add(rating)
    session.flush()
    report = MarketRatingReport(id=new_id(), tenant_id=tenant_id, rating_id=rating.id, reason=word)
    report.reported_at, report.reported_by = now, word
    session.add(report)
    session.flush()
    collection = MarketCollection(id=new_id(), owner_id=tenant_id, title=word, summary=word)
    collection.listings, collection.changed_at, collection.changed_by = [listing_id], now, word
    session.add(collection)
    session.flush()
    return {"rating": str(rating.id), "collection": str(collection.id)}
