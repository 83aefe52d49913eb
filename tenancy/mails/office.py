"""What mails are written with: where people open the product, and what seals a mail's text.

It travels with the session, as the waker and the limits do, so that whoever writes a mail deep
inside a service need not be handed it.
"""

from __future__ import annotations

from dataclasses import dataclass

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
