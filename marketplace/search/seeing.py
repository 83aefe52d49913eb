"""Which listings an organisation may know of: asked by every search, page and REST alike."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.search.model import View, Visible
from marketplace.search.offered import view_of


def visible_to(session: Session, tenant_id: UUID) -> Visible:
    """Give the listings that an organisation sees, as its providers call them.

    Where no provider above it decided anything those are all public ones; None says so.
    """
    return view_of(session, tenant_id)


def sees(visible: Visible, listing_id: str, *, is_public: bool) -> bool:
    """Tell whether one listing is among those that somebody sees.

    >>> sees(None, "acme.lamp", is_public=True), sees(["acme.fan"], "acme.lamp", is_public=True)
    (True, False)
    """
    if visible is None:
        return is_public
    if isinstance(visible, View):
        is_as_it_is = is_public if visible.ids is None else listing_id in visible.ids
        return is_as_it_is or listing_id in visible.variants
    return visible(listing_id) if callable(visible) else listing_id in visible
