"""`ctx.mail`: sending mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """One plain-text mail; the sender is the installation's."""

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str = ""


class Mail(Protocol):
    """Sending mail; needs the permission `mail`."""

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """Send one plain-text mail and return its Message-ID.

        Raises:
            BlockError: `mail.unavailable` (retryable), `mail.not_configured`, `mail.refused`,
                `mail.bad_message`.
        """
        ...
