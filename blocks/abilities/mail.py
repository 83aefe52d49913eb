"""`ctx.mail` in the host."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from blocks.abilities.attempt import Attempt
from blocks.sdk import MailMessage


@dataclass(frozen=True, slots=True)
class MailAbility:
    """`ctx.mail`."""

    attempt: Attempt

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """See `sdk.Mail.send`."""
        self.attempt.permit("mail")
        self.attempt.time_left_s()
        message_id = self._message_id()
        message = MailMessage(to=tuple(to), subject=subject, body=body, message_id=message_id)
        self.attempt.services.mail(message)
        self.attempt.mails_sent += 1
        return message_id

    def _message_id(self) -> str:
        """The same for every attempt, so that a mail system can tell a repeat."""
        seed = f"{self.attempt.facts.idempotency_key}/{self.attempt.mails_sent}"
        return f"<{sha256(seed.encode()).hexdigest()[:40]}@localhost>"
