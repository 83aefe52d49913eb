"""An installation that sends mail, a real mail server, and what came there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.mail import MailBroker
from kernel.clock import utc_now
from kernel.secrets import Vault, new_key
from runtime.mails import send_mails
from tenancy.mails.office import POST_OFFICE, PostOffice
from tests.integration.blocks.conftest import free_port

URL = "https://garland.example.com"


@dataclass
class Letters:
    """A mail server that keeps what it took, and the outbox it is fed from."""

    sessions: sessionmaker[Session]
    broker: MailBroker
    came: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take a mail."""
        self.came.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def send(self, after: timedelta = timedelta(0)) -> int:
        """Send what is due, some time from now."""
        return send_mails(self.sessions, self.sessions, self.broker, now=utc_now() + after)

    def newest_to(self, address: str) -> EmailMessage:
        """Send what is due, and give what came last for an address."""
        self.send()
        return [one for one in self.came if one["To"] == address][-1]

    def path_to(self, address: str) -> str:
        """Give where the link of the newest mail to an address leads."""
        text = self.newest_to(address).get_content()
        return str(re.findall(rf"{URL}(/\S+)", text)[0])


@pytest.fixture
def posting(app: Flask) -> sessionmaker[Session]:
    """The application's sessions, with mail set up."""
    services = app.extensions["garland.services"]
    office = PostOffice(public_url=URL, vault=Vault([new_key()]))
    for one in (services.sessions, services.reading):
        one.kw["info"][POST_OFFICE] = office
    made: sessionmaker[Session] = services.sessions
    return made


@pytest.fixture
def letters(posting: sessionmaker[Session]) -> Iterator[Letters]:
    port = free_port()
    sender = "Garland <garland@example.com>"
    letters = Letters(posting, MailBroker(host="127.0.0.1", port=port, sender=sender))
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    yield letters
    controller.stop()
