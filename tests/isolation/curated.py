"""A catalogue's rule and bundle, for who asks for another's; they are the tenant's own here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.catalogue._tables import MarketOverlay, MarketOverlayPart, PartKind
from marketplace.catalogue.overlay import Effect


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
    session.flush()
    return {"catalogue_part": key}
