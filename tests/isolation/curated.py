"""A catalogue's parts, a block in review and a wish, for who asks for another's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.catalogue._tables import MarketOverlay, MarketOverlayPart, PartKind
from marketplace.catalogue.overlay import Effect
from marketplace.catalogue.own._tables import MarketOwnRelease, OwnState
from marketplace.wishes._tables import MarketWish


def curated(session: Session, tenant_id: UUID, word: str) -> dict[str, str]:
    """Make one of each under one key, with the tenant's word; in the tenant's scope."""
    key = f"{word.lower()}-part"
    kept = {"tenant_id": tenant_id, "changed_at": utc_now(), "changed_by": word}
    rule = {"effect": "allow", "about": "publisher", "values": [word.lower()], "note": word}
    bundle = {"title": word, "members": [f"{word.lower()}.used"]}
    session.add(MarketOverlay(id=new_id(), unmatched=Effect.ALLOW, revision=2, **kept))
    for kind, document in ((PartKind.RULE, rule), (PartKind.BUNDLE, bundle)):
        part = MarketOverlayPart(id=new_id(), kind=kind, key=key, document=document, **kept)
        session.add(part)
    own = MarketOwnRelease(id=new_id(), tenant_id=tenant_id, **_submitted(word))
    wish = MarketWish(id=new_id(), tenant_id=tenant_id, provider_id=tenant_id, **_wished(word))
    session.add_all([own, wish])
    session.flush()
    return {"catalogue_part": key, "own_release": str(own.id), "wish": str(wish.id)}


def _submitted(word: str) -> dict[str, Any]:
    said = {"listing_id": f"{word.lower()}.used", "version": "1.0.0", "digest": word, "words": word}
    by = {"submitted_at": utc_now(), "submitted_by": word, "submitted_by_id": None}
    return {**said, **by, "state": OwnState.IN_REVIEW, "eyes": 1}


def _wished(word: str) -> dict[str, Any]:
    said = {"subject": f"words:{word}", "text": f"{word} would like a lamp"}
    return {**said, "asked_at": utc_now(), "asked_by": word, "asked_by_id": None}
