"""The outbox: with the change or not at all, once each, again while the server is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError
from kernel.secrets import Vault, new_key
from runtime.mailing import CLAIM_FOR
from runtime.mails import LATER, send_mails
from tenancy.mails import outbox
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.mails.outbox import Wish
from tests.factories.tenancy import NOON
from tests.integration.runtime.approvals.test_reminders import Postbox

AWAY = BlockError("mail.unavailable", "The mail server is away.", retryable=True)
REFUSED = BlockError("mail.refused", "The mail server refused the recipient.", retryable=False)
WISH = Wish(kind="password", to="anna@example.com", facts={}, path="/new-password/k")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def posting(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    office = PostOffice(public_url="https://garland.example.com", vault=Vault([new_key()]))
    sessions.configure(info={**sessions.kw.get("info", {}), POST_OFFICE: office})
    return sessions


def write(posting: sessionmaker[Session], wish: Wish = WISH) -> None:
    with posting.begin() as session:
        outbox.write_mail(session, wish, now=NOON)


def send(posting: sessionmaker[Session], box: Postbox, after: timedelta = MINUTE) -> int:
    return send_mails(posting, posting, box, now=NOON + after)


def the_mail(posting: sessionmaker[Session]) -> Mail:
    with posting() as session:
        return session.scalars(select(Mail)).one()


def test_a_mail_is_sent_once(posting: sessionmaker[Session]) -> None:
    write(posting)
    box = Postbox()

    sent = [send(posting, box) for _ in range(2)]

    assert sent == [1, 0]
    assert [one.to for one in box.got] == [("anna@example.com",)]
    assert "https://garland.example.com/new-password/k" in box.got[0].body


def test_a_change_that_is_rolled_back_mails_nothing(posting: sessionmaker[Session]) -> None:
    with posting() as session:
        outbox.write_mail(session, WISH, now=NOON)
        session.rollback()

    assert send(posting, Postbox()) == 0


def test_a_server_that_is_away_is_tried_again_later_and_later(
    posting: sessionmaker[Session],
) -> None:
    write(posting)
    away, box = Postbox(fails=AWAY), Postbox()

    first = send(posting, away)
    waits = the_mail(posting)
    early, then = send(posting, box, MINUTE * 1.5), send(posting, box, MINUTE * 2)

    assert (first, early, then) == (0, 0, 1)
    assert waits.failed == LATER
    assert the_mail(posting).tries == 2


def test_a_refused_mail_is_given_up_and_says_why(posting: sessionmaker[Session]) -> None:
    write(posting)

    send(posting, Postbox(fails=REFUSED))

    mail = the_mail(posting)
    assert (mail.due_at, mail.text) == (None, "")
    assert mail.failed == "The mail server refused the recipient."


def test_a_process_that_dies_while_sending_leaves_it_to_the_next(
    posting: sessionmaker[Session],
) -> None:
    write(posting)
    with posting.begin() as session:
        first = outbox.claim_next(session, now=NOON, for_time=CLAIM_FOR)

    box = Postbox()
    held, after = send(posting, box), send(posting, box, CLAIM_FOR)

    assert first is not None
    assert (held, after) == (0, 1)
    assert box.got[0].message_id == first.message_id


def test_a_mail_whose_link_ran_out_is_not_sent(posting: sessionmaker[Session]) -> None:
    write(posting, Wish(kind="password", to="a@example.com", facts={}, until=NOON + MINUTE))

    assert send(posting, Postbox(), MINUTE * 2) == 0
    assert the_mail(posting).failed == outbox.OUT_OF_DATE


def test_nothing_is_written_where_no_mail_is_sent(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        assert not outbox.write_mail(session, WISH, now=NOON)
    with sessions() as session:
        assert session.scalars(select(Mail)).all() == []
