"""The mail that says what a provider answered to a wish, to who asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.wishes._tables import MarketWish, WishState
from tenancy.mails.outbox import Wish, write_mail
from tenancy.organisations import get_organisation
from tenancy.people import find_active_person


def tell(session: Session, row: MarketWish, *, provider: str, now: datetime) -> bool:
    """Mail who asked the answer; False where nobody is known or no mail can be sent from here."""
    person = find_active_person(session, row.asked_by_id) if row.asked_by_id else None
    if person is None:
        return False
    asked = get_organisation(session, row.tenant_id)
    wish = Wish(
        kind="wish_answered",
        to=person.email,
        facts={
            "provider": provider,
            "organisation": asked.name,
            "text": row.text,
            "answer": row.answer,
            "offered": row.offered,
            "declined": "yes" if row.state is WishState.DECLINED else "",
        },
        path=f"/t/{asked.slug}/marketplace/wishes",
        organisation_id=asked.id,
        about_id=row.id,
    )
    return write_mail(session, wish, now=now)
