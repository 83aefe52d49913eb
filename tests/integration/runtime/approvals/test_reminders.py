"""Mails to those who may decide: once each, again while nobody decided, bounded, without data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, MailMessage
from runtime.approvals.reminders import send_due
from runtime.mailing import CLAIM_FOR, TRY_AGAIN_AFTER
from tests.factories.approvals import FORM, World
from tests.factories.tenancy import NOON

URL = "https://garland.example.com/"


@dataclass
class Postbox:
    """A mail server that keeps what it gets; `fails` makes it refuse, `meanwhile` runs first."""

    host: str = "mail.example.com"
    fails: BlockError | None = None
    meanwhile: Callable[[], object] = lambda: None
    got: list[MailMessage] = field(default_factory=list)

    def send(self, message: MailMessage, /) -> None:
        """Take a mail, or refuse it."""
        self.meanwhile()
        if self.fails is not None:
            raise self.fails
        self.got.append(message)


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_those_who_may_decide_are_mailed_once_without_data_of_the_run(
    world: World, sessions: sessionmaker[Session]
) -> None:
    anna = world.voter("operator", name="Anna")
    world.voter("viewer", name="Vera")
    _, asked = world.ask(text="secret password", timeout_s=3_600, fields=FORM)
    box = Postbox()

    sent = [send_due(sessions, box, URL, now=NOON + later(at)) for at in (1, 2)]

    assert sent == [1, 0]
    (mail,) = box.got
    assert mail.to == (anna.email,)
    assert f"https://garland.example.com/t/{world.tenant.slug}/approvals/{asked}" in mail.body
    assert "Decide before 2026-11-24 13:00 UTC." in mail.body
    assert "secret" not in mail.body + mail.subject


def test_the_mail_says_what_the_run_is_about(world: World, sessions: sessionmaker[Session]) -> None:
    world.voter()
    world.ask(about="core-zrh")
    box = Postbox()

    send_due(sessions, box, URL, now=NOON)

    assert "Restart r1?\nAbout: core-zrh\n" in box.got[0].body


def test_reminders_come_while_nobody_decided_and_end_before_the_time(
    world: World, sessions: sessionmaker[Session]
) -> None:
    anna = world.voter()
    _, asked = world.ask(remind_every_s=600, timeout_s=3_600, needed=2)
    ben = world.voter(name="Ben")
    box = Postbox()

    for minute in range(0, 30, 5):
        send_due(sessions, box, URL, now=NOON + later(60 * minute))
    world.decide(asked, anna)
    for minute in range(30, 90, 5):
        send_due(sessions, box, URL, now=NOON + later(60 * minute))

    assert [set(one.to) for one in box.got] == [{anna.email, ben.email}] * 3 + [{ben.email}] * 3
    assert [one.subject.startswith("Reminder: ") for one in box.got] == [False, *[True] * 5]
    assert len({one.message_id for one in box.got}) == 6


def test_a_decided_approval_is_mailed_about_no_more(
    world: World, sessions: sessionmaker[Session]
) -> None:
    anna = world.voter()
    _, asked = world.ask(remind_every_s=600)
    box = Postbox(meanwhile=lambda: world.decide(asked, anna))

    assert send_due(sessions, box, URL, now=NOON) == 1
    assert send_due(sessions, box, URL, now=NOON + later(86_400)) == 0


def test_two_schedulers_at_once_send_one_mail(
    world: World, sessions: sessionmaker[Session]
) -> None:
    world.voter()
    world.ask(remind_every_s=600)
    second = Postbox()
    first = Postbox(meanwhile=lambda: send_due(sessions, second, URL, now=NOON))

    send_due(sessions, first, URL, now=NOON)

    assert (len(first.got), len(second.got)) == (1, 0)


def test_a_notice_of_a_process_that_died_is_sent_again_under_the_same_id(
    world: World, sessions: sessionmaker[Session]
) -> None:
    world.voter()
    world.ask()

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(sessions, Postbox(meanwhile=die), URL, now=NOON)
    box = Postbox()

    assert send_due(sessions, box, URL, now=NOON + later(60)) == 0
    assert send_due(sessions, box, URL, now=NOON + CLAIM_FOR) == 1
    assert box.got[0].message_id.endswith("-1@localhost>")


@pytest.mark.parametrize(("retryable", "again"), [(True, 1), (False, 0)])
def test_a_server_that_is_away_is_tried_again_and_a_refusal_is_not(
    world: World, sessions: sessionmaker[Session], retryable: bool, again: int
) -> None:
    world.voter()
    world.ask()
    error = BlockError("mail.unavailable", "away", retryable=retryable)

    assert send_due(sessions, Postbox(fails=error), URL, now=NOON) == 0

    assert send_due(sessions, Postbox(), URL, now=NOON + TRY_AGAIN_AFTER) == again


def test_a_round_is_bounded_and_nothing_is_lost_while_mail_is_not_set_up(
    world: World, sessions: sessionmaker[Session]
) -> None:
    world.voter()
    for _ in range(3):
        world.ask()

    assert send_due(sessions, Postbox(host=""), URL, now=NOON) == 0

    box = Postbox()
    assert [send_due(sessions, box, "", now=NOON, at_most=2) for _ in range(3)] == [2, 1, 0]
    assert "Open Garland and choose Approvals." in box.got[0].body
