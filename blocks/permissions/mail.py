"""`ctx.mail`: sending mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """One plain-text mail; the sender's address is the installation's.

    Attributes:
        sender_name: Who it is from, as its reader sees; a block cannot say so.
    """

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str = ""
    sender_name: str = ""


class Mail(Protocol):
    """Sending mail; needs the permission `mail`."""

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """Send one plain-text mail and return its Message-ID.

        Raises:
            BlockError: `mail.unavailable` (retryable), `mail.not_configured`, `mail.refused`,
                `mail.bad_message`.
        """
        ...
