"""What mails are written with: where people open the product, and what seals a mail's text.

It travels with the session, as the waker and the limits do, so that whoever writes a mail deep
inside a service need not be handed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.secrets import Vault

POST_OFFICE = "post_office"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """Where mail can be sent from.

    Attributes:
        public_url: Where people open the product, without a slash at its end.
        vault: Seals the text of a mail until it is sent.
    """

    public_url: str
    vault: Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The words of a mail that say whose it is.

    Attributes:
        product_name: What the product is called.
        from_name: Who signs the mail.
        support_link: Where help is; "" where nothing is said about it.
    """

    product_name: str
    from_name: str
    support_link: str = ""


OWN = Brand(product_name="Garland", from_name="Garland")


def office_of(session: Session) -> PostOffice | None:
    """Give what mails are written with; None where no mail server or no public address is set.

    Links in mails lead to the address that is set and never to the one a request came by, which
    whoever asks may have made up.
    """
    found: PostOffice | None = session.info.get(POST_OFFICE)
    return found


def sends_mail(session: Session) -> bool:
    """Tell whether what is written will be sent."""
    return office_of(session) is not None


def brand_of(_session: Session, _organisation_id: UUID | None) -> Brand:
    """Give the words of who speaks to an organisation's people."""
    return OWN
