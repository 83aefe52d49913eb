"""Sessions as rows: found by their secret while they last, ended by their person alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import NotFoundError
from tenancy.people import PersonView
from tenancy.sign_ins import sessions as service
from tenancy.sign_ins.browsers import Origin
from tenancy.sign_ins.sessions import Held, Lifetimes
from tests.factories.tenancy import NOON, make_customer, make_member

LASTS = Lifetimes(idle=timedelta(hours=12), most=timedelta(days=30))
LAPTOP = Origin(address="192.0.2.1", browser="Firefox on Linux")
HOUR = timedelta(hours=1)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def anna(session: Session) -> PersonView:
    return make_member(session, make_customer(session))


def begin(session: Session, person: PersonView, *, now: datetime = NOON) -> Held:
    return service.begin(
        session, person.id, how="password", origin=LAPTOP, lifetimes=LASTS, now=now
    )


def is_open(session: Session, held: Held, now: datetime = NOON) -> bool:
    return service.find(session, held.secret, lifetimes=LASTS, now=now) is not None


def test_is_found_by_its_secret_alone(session: Session, anna: PersonView) -> None:
    held = begin(session, anna)

    found = service.find(session, held.secret, lifetimes=LASTS, now=NOON)

    assert found == held.session
    assert service.find(session, str(held.session.id), lifetimes=LASTS, now=NOON) is None
    assert service.find(session, "", lifetimes=LASTS, now=NOON) is None


@pytest.mark.parametrize(
    ("used_every", "later", "lasts"),
    [
        pytest.param(12 * HOUR, 12 * HOUR - timedelta(seconds=1), True, id="not idle yet"),
        pytest.param(12 * HOUR, 12 * HOUR, False, id="idle"),
        pytest.param(6 * HOUR, timedelta(days=29), True, id="used all the time"),
        pytest.param(6 * HOUR, timedelta(days=30), False, id="old, however much it is used"),
    ],
)
def test_lasts(
    session: Session, anna: PersonView, used_every: timedelta, later: timedelta, lasts: bool
) -> None:
    held = begin(session, anna)

    at = NOON + used_every
    while at < NOON + later:
        service.note_seen(session, held.session.id, now=at)
        at += used_every

    assert is_open(session, held, NOON + later) is lasts


def test_its_use_is_noted_once_a_minute(session: Session, anna: PersonView) -> None:
    held = begin(session, anna)

    for seconds in (30, 61, 90):
        now = NOON + timedelta(seconds=seconds)
        service.note_seen(session, held.session.id, now=now)

    seen = service.find(session, held.secret, lifetimes=LASTS, now=NOON)
    assert seen is not None
    assert seen.seen_at == NOON + timedelta(seconds=61)


def test_ended_it_opens_nothing(session: Session, anna: PersonView) -> None:
    held, other = begin(session, anna), begin(session, anna)

    service.end(session, anna.id, held.session.id, now=NOON)

    assert not is_open(session, held)
    assert is_open(session, other)


def test_nobody_ends_another_persons(session: Session, anna: PersonView) -> None:
    held = begin(session, anna)
    other = make_member(session, make_customer(session))

    with pytest.raises(NotFoundError):
        service.end(session, other.id, held.session.id, now=NOON)

    assert is_open(session, held)


def test_all_others_end_but_nobody_elses(session: Session, anna: PersonView) -> None:
    mine, others = begin(session, anna), [begin(session, anna) for _ in range(2)]
    strangers = begin(session, make_member(session, make_customer(session)))

    assert service.end_others(session, anna.id, but=mine.session.id, now=NOON) == len(others)

    assert is_open(session, mine)
    assert is_open(session, strangers)
    assert not any(is_open(session, one) for one in others)
    listed = service.list_open(session, anna.id, lifetimes=LASTS, now=NOON)
    assert [one.id for one in listed] == [mine.session.id]


def test_a_renewed_one_opens_by_its_new_secret_alone(session: Session, anna: PersonView) -> None:
    held = begin(session, anna)

    renewed = service.renew(session, held.session.id, how="password_code")

    assert renewed.session.is_strong
    assert renewed.session.id == held.session.id
    assert not is_open(session, held)
    assert is_open(session, renewed)


def test_old_ones_are_tidied_away(session: Session, anna: PersonView) -> None:
    held = begin(session, anna)
    service.end(session, anna.id, held.session.id, now=NOON)

    begin(session, anna, now=NOON + timedelta(days=31))

    with pytest.raises(NotFoundError):
        service.end(session, anna.id, held.session.id, now=NOON)
