"""Which listings an organisation may know of: asked by every search, page and REST alike."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.search.model import Visible


def visible_to(_session: Session, _tenant_id: UUID) -> Visible:
    """Give the listings that an organisation sees: every public one, None says so."""
    return None


def sees(visible: Visible, listing_id: str, *, is_public: bool) -> bool:
    """Tell whether one listing is among those that somebody sees.

    >>> sees(None, "acme.lamp", is_public=True), sees(["acme.fan"], "acme.lamp", is_public=True)
    (True, False)
    """
    if visible is None:
        return is_public
    return visible(listing_id) if callable(visible) else listing_id in visible
