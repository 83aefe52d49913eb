"""The mail broker against a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from blocks.brokers.mail import MailBroker
from blocks.host import perform
from blocks.registry import standard_registry
from blocks.sdk import BlockError, Facts, MailMessage
from tests.factories.tenancy import NOON
from tests.fakes.blocks import FakeServices
from tests.integration.blocks.conftest import free_port


class Mailbox:
    """Keeps what came; answers RCPT for "busy" and "unknown" with an error."""

    def __init__(self) -> None:
        self.came: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Judge a recipient."""
        if address.startswith("busy"):
            return "451 try again later"
        if address.startswith("unknown"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take a mail."""
        self.came.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, MailBroker]]:
    handler = Mailbox()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, MailBroker(host="127.0.0.1", port=port, sender="Garland <garland@example.com>")
    controller.stop()


def mail(*to: str, subject: str = "Link down", body: str = "Kiel, Lübeck") -> MailMessage:
    return MailMessage(to=to, subject=subject, body=body, message_id="<1@garland.invalid>")


def refusal(broker: MailBroker, message: MailMessage) -> BlockError:
    with pytest.raises(BlockError) as caught:
        broker.send(message)
    return caught.value


def test_the_mail_arrives_as_written(mailbox: tuple[Mailbox, MailBroker]) -> None:
    handler, broker = mailbox

    broker.send(mail("noc@example.com", "b@example.com", subject="Störung"))

    came = message_from_bytes(handler.came[0], policy=policy.default)
    assert came["To"] == "noc@example.com, b@example.com"
    assert (came["Subject"], came["From"]) == ("Störung", "Garland <garland@example.com>")
    assert came["Message-ID"] == "<1@garland.invalid>"
    assert came.get_content().strip() == "Kiel, Lübeck"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail("noc@example.com", subject="a\r\nBcc: x@example.com"), id="subject"),
        pytest.param(mail("a@example.com\r\nBcc: x@example.com"), id="recipient"),
        pytest.param(mail("a@example.com, x@example.com"), id="two recipients in one"),
        pytest.param(mail(""), id="no recipient"),
    ],
)
def test_no_header_can_be_slipped_in(
    mailbox: tuple[Mailbox, MailBroker], message: MailMessage
) -> None:
    handler, broker = mailbox

    assert refusal(broker, message).code == "mail.bad_message"
    assert handler.came == []


@pytest.mark.parametrize(
    ("recipient", "code", "retryable"),
    [
        ("busy@example.com", "mail.unavailable", True),
        ("unknown@example.com", "mail.refused", False),
    ],
)
def test_tells_what_may_be_tried_again(
    mailbox: tuple[Mailbox, MailBroker], recipient: str, code: str, *, retryable: bool
) -> None:
    error = refusal(mailbox[1], mail(recipient))

    assert (error.code, error.retryable) == (code, retryable)


def test_a_server_that_is_away_may_be_tried_again() -> None:
    error = refusal(MailBroker(host="127.0.0.1", port=9, sender="a@example.com"), mail("b@c.de"))

    assert (error.code, error.retryable) == ("mail.unavailable", True)


def test_says_when_no_server_is_set_up() -> None:
    error = refusal(MailBroker(), mail("b@c.de"))

    assert (error.code, error.retryable) == ("mail.not_configured", False)


def test_a_password_is_never_sent_in_the_clear_when_tls_was_asked_for(
    mailbox: tuple[Mailbox, MailBroker],
) -> None:
    broker = MailBroker(
        host="127.0.0.1", port=mailbox[1].port, sender="a@example.com", starttls=True, user="u"
    )

    assert refusal(broker, mail("b@c.de")).code == "mail.unavailable"
    assert mailbox[0].came == []


def test_a_step_sends_its_mail_and_a_repeat_is_told_from_another(
    mailbox: tuple[Mailbox, MailBroker],
) -> None:
    handler, broker = mailbox
    block = standard_registry().latest("garland.send-email")
    assert block is not None
    services = FakeServices()
    services.mail = broker.send  # type: ignore[method-assign]
    config = {"to": ["noc@example.com"], "subject": "Störung", "body": "Kiel\n.\nLübeck"}

    for run_id in ("r1", "r1", "r2"):  # the first is tried twice
        facts = Facts(run_id=run_id, step="s", attempt=1, idempotency_key=f"{run_id}/s", now=NOON)
        perform(block, config=config, input={}, services=services, facts=facts)

    came = [message_from_bytes(one, policy=policy.default) for one in handler.came]
    first, repeat, other = (one["Message-ID"] for one in came)
    assert first == repeat != other
    assert came[0].get_content().split() == ["Kiel", ".", "Lübeck"]
