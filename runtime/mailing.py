"""Mail of Garland itself, reminders and notices: who hands it on, and how long a claim holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from blocks.sdk import MailMessage

CLAIM_FOR = timedelta(minutes=10)  # longer than a mail server may take
TRY_AGAIN_AFTER = timedelta(minutes=1)


class Mail(Protocol):
    """What hands mail on, as `blocks.brokers.mail.MailBroker` does."""

    @property
    def host(self) -> str:
        """The mail server; "" where none is set up."""
        ...

    def send(self, message: MailMessage, /) -> None:
        """Send one mail; raises BlockError."""
        ...
