"""Hands a block's mail to the installation's mail server (SMTP)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses

import structlog

from blocks.sdk import BlockError, MailMessage

log = structlog.get_logger(__name__)

TIMEOUT_S = 20.0
_TEMPORARY = range(400, 500)  # RFC 5321, 4.2.1: try again later


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBroker:
    """Sends mail by one SMTP server; without a host nothing is sent and the step is told so."""

    host: str = ""
    port: int = 25
    starttls: bool = False
    user: str = ""
    password: str = ""
    sender: str = ""

    def send(self, message: MailMessage) -> None:
        """Send one mail.

        Raises:
            BlockError: see `sdk.Mail.send`.
        """
        if not self.host or not self.sender:
            text = "Mail is not set up here: the operator sets a mail server and a sender."
            raise BlockError("mail.not_configured", text, retryable=False)
        written = self._write(message)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(written)
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            raise _refused("the recipient", code) from None
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail", error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail_server_unreachable", host=self.host, reason=str(error))
            # Which server it is, is the operator's: the tenants' steps show this text.
            text = f"The mail server cannot be reached: {type(error).__name__}."
            raise BlockError("mail.unavailable", text, retryable=True) from None

    def _write(self, message: MailMessage) -> EmailMessage:
        written = EmailMessage()
        try:
            written["From"] = _from(message.sender_name, self.sender)
            written["To"] = [Address(addr_spec=one) for one in message.to]
            written["Subject"] = message.subject
            written["Message-ID"] = message.message_id
        except (ValueError, IndexError) as error:
            text = f"The mail cannot be written: {error}. Check recipients and subject."
            raise BlockError("mail.bad_message", text, retryable=False) from None
        written.set_content(message.body)
        return written


def _from(name: str, sender: str) -> str | Address:
    """Put a name before the address; an address that has one already is given this one."""
    addresses = getaddresses([sender]) if name else []
    return Address(display_name=name, addr_spec=addresses[0][1]) if addresses else sender


def _refused(what: str, code: int) -> BlockError:
    if code in _TEMPORARY:
        text = f"The mail server asks to try again later ({code})."
        return BlockError("mail.unavailable", text, retryable=True)
    return BlockError("mail.refused", f"The mail server refused {what} ({code}).", retryable=False)
