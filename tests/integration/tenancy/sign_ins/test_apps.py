"""Authenticator apps: what counts, what opens, and that nothing opens twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError
from kernel.secrets import Vault, new_key
from tenancy.sign_ins import apps
from tenancy.sign_ins._tables import AuthenticatorApp, RecoveryCode
from tests.factories.tenancy import NOON, make_customer, make_member

VAULT = Vault([new_key()])
NEXT = timedelta(seconds=30)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def anna(session: Session) -> UUID:
    return make_member(session, make_customer(session)).id


def secret_of(session: Session, person_id: UUID) -> str:
    apps.begin_setup(session, VAULT, person_id, now=NOON)
    found = apps.setup_of(session, VAULT, person_id, account="anna@example.com", issuer="Garland")
    assert found is not None
    return found.secret.replace(" ", "")


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def secret(session: Session, anna: UUID) -> str:
    """An app that was confirmed by the code of noon."""
    found = secret_of(session, anna)
    apps.confirm(session, VAULT, anna, code(found, NOON), now=NOON)
    return found


def use(session: Session, person_id: UUID, typed: str, at: datetime) -> str | None:
    return apps.use_code(session, VAULT, person_id, typed, now=at)


def test_counts_for_nothing_until_it_is_confirmed(session: Session, anna: UUID) -> None:
    found = secret_of(session, anna)

    assert not apps.has_app(session, anna)
    assert use(session, anna, code(found, NOON), NOON) is None
    with pytest.raises(InvalidError, match="clock"):
        apps.confirm(session, VAULT, anna, "000000", now=NOON)
    assert not apps.has_app(session, anna)


def test_a_setup_waits_for_a_quarter_of_an_hour_and_for_who_began_it(
    session: Session, anna: UUID
) -> None:
    before = apps.begin_setup(session, VAULT, anna, now=NOON)
    mark = apps.begin_setup(session, VAULT, anna, now=NOON)
    soon = NOON + apps.SETUP_LASTS - NEXT

    assert apps.is_begun(session, anna, mark, now=soon)
    assert not apps.is_begun(session, anna, mark, now=NOON + apps.SETUP_LASTS)
    assert not apps.is_begun(session, anna, before, now=soon)


@pytest.mark.usefixtures("secret")
def test_its_secret_is_shown_no_more_once_it_counts(session: Session, anna: UUID) -> None:
    facts = {"account": "anna@example.com", "issuer": "Garland"}

    assert apps.has_app(session, anna)
    assert apps.setup_of(session, VAULT, anna, **facts) is None
    with pytest.raises(ConflictError):
        apps.begin_setup(session, VAULT, anna, now=NOON)


@pytest.mark.parametrize(
    ("steps", "opens"),
    [(0, False), (1, True), (2, True), (3, True), (4, False), (-1, False)],
)
def test_takes_the_codes_of_now_and_beside(
    session: Session, anna: UUID, secret: str, steps: int, opens: bool
) -> None:
    at = NOON + 2 * NEXT

    used = use(session, anna, code(secret, NOON + steps * NEXT), at)

    assert (used == "code") is opens


def test_a_code_opens_once(session: Session, anna: UUID, secret: str) -> None:
    at = NOON + 2 * NEXT
    typed = code(secret, at)

    assert use(session, anna, f"{typed[:3]} {typed[3:]}", at) == "code"
    assert use(session, anna, typed, at) is None


def test_an_older_code_than_the_last_opens_nothing(
    session: Session, anna: UUID, secret: str
) -> None:
    at = NOON + 4 * NEXT

    assert use(session, anna, code(secret, at), at) == "code"
    assert use(session, anna, code(secret, at - NEXT), at) is None


@pytest.mark.usefixtures("secret")
def test_each_recovery_code_opens_once(session: Session, anna: UUID) -> None:
    codes = apps.renew_codes(session, anna)

    assert len(set(codes)) == apps.CODES
    assert use(session, anna, f" {codes[0].upper()} ", NOON) == "recovery"
    assert use(session, anna, codes[0], NOON) is None
    view = apps.app_of(session, anna)
    assert view is not None
    assert view.codes_left == apps.CODES - 1


@pytest.mark.usefixtures("secret")
def test_new_recovery_codes_end_the_old(session: Session, anna: UUID) -> None:
    old = apps.renew_codes(session, anna)

    apps.renew_codes(session, anna)

    assert use(session, anna, old[0], NOON) is None


@pytest.mark.usefixtures("secret")
def test_another_persons_code_opens_nothing(session: Session, anna: UUID) -> None:
    other = make_member(session, make_customer(session)).id
    found = secret_of(session, other)
    apps.confirm(session, VAULT, other, code(found, NOON), now=NOON)
    spare = apps.renew_codes(session, other)[0]
    at = NOON + 2 * NEXT

    assert use(session, anna, code(found, at), at) is None
    assert use(session, anna, spare, at) is None


def test_the_secret_and_the_codes_are_kept_in_no_readable_form(
    session: Session, anna: UUID, secret: str
) -> None:
    spare = apps.renew_codes(session, anna)[0]

    kept = select(AuthenticatorApp.sealed).union_all(select(RecoveryCode.digest))
    rows = list(session.execute(kept))

    assert len(rows) == 1 + apps.CODES
    assert not any(secret in str(row) or spare in str(row) for row in rows)


@pytest.mark.usefixtures("secret")
def test_removed_neither_codes_nor_recovery_codes_open(session: Session, anna: UUID) -> None:
    spare = apps.renew_codes(session, anna)[0]

    apps.remove(session, anna)

    assert not apps.has_app(session, anna)
    assert use(session, anna, spare, NOON) is None


def test_the_picture_is_drawn_here() -> None:
    picture = apps.draw("otpauth://totp/Garland:anna?secret=ABC")

    assert picture.startswith("<svg")
    assert "http" not in picture
