"""Builders of closed organisations that are to be deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.deleting.asking import Asker, ask_deletion
from runtime.deleting.model import Wish
from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.organisations import admin_of, bring_to
from tests.factories.tenancy import NOON

LATER = NOON + timedelta(days=31)


def make_deletion(session: Session, organisation: OrganisationView, **wish: Any) -> UUID:
    """Close an organisation at noon, and ask at once that it be deleted; give the deletion."""
    bring_to(session, organisation, "closing", "closed")
    above = get_organisation(session, UUID(str(organisation.parent_id)))
    facts = {"name": organisation.name, "reason": "contract ended", **wish}
    by = Asker.of(admin_of(above))
    return ask_deletion(session, organisation.id, Wish(**facts), by=by, now=NOON)
