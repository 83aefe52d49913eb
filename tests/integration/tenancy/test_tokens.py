"""API tokens: found by what is presented, refused when revoked, expired or nearly right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError, UnauthorizedError
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import authenticate, create_token, list_tokens, note_use, revoke_token
from tests.factories.tenancy import NOON, make_customer


@pytest.fixture
def customer(session: Session) -> OrganisationView:
    return make_customer(session)


def make_token(session: Session, customer: OrganisationView, **facts: Any) -> str:
    wanted = {"name": "Forwarder", "role": "operator", "now": NOON, **facts}
    with as_tenant(session, customer.id):
        return create_token(session, customer.id, **wanted)


def test_finds_who_acts(session: Session, customer: OrganisationView) -> None:
    secret = make_token(session, customer)

    facts = authenticate(session, f"bearer  {secret} ", now=NOON)

    assert (facts.tenant_id, facts.role, facts.person_id) == (customer.id, "operator", None)
    assert "alarms.send" in facts.permissions


def test_keeps_no_secret(session: Session, customer: OrganisationView) -> None:
    secret = make_token(session, customer)

    with as_tenant(session, customer.id):
        (kept,) = list_tokens(session, customer.id)

    assert secret.startswith(kept.prefix)
    assert len(secret) > len(kept.prefix) + 30


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer gat_no"])
def test_refuses_a_header_that_names_no_token(session: Session, header: str | None) -> None:
    with pytest.raises(UnauthorizedError):
        authenticate(session, header, now=NOON)


def test_refuses_the_right_prefix_with_another_rest(
    session: Session, customer: OrganisationView
) -> None:
    secret = make_token(session, customer)

    with pytest.raises(UnauthorizedError):
        authenticate(session, f"Bearer {secret[:-1]}!", now=NOON)


def test_refuses_from_the_instant_it_expires(session: Session, customer: OrganisationView) -> None:
    header = f"Bearer {make_token(session, customer, expires_at=NOON)}"
    authenticate(session, header, now=NOON - timedelta(seconds=1))

    with pytest.raises(UnauthorizedError):
        authenticate(session, header, now=NOON)


def test_refuses_once_revoked(session: Session, customer: OrganisationView) -> None:
    secret = make_token(session, customer)
    with as_tenant(session, customer.id):
        (kept,) = list_tokens(session, customer.id)
        revoke_token(session, customer.id, kept.id, now=NOON)

    with pytest.raises(UnauthorizedError):
        authenticate(session, f"Bearer {secret}", now=NOON)


def test_does_not_revoke_another_tenants(session: Session, customer: OrganisationView) -> None:
    make_token(session, customer)
    other = make_customer(session)
    with as_tenant(session, customer.id):
        (kept,) = list_tokens(session, customer.id)

    with as_tenant(session, other.id), pytest.raises(NotFoundError):
        revoke_token(session, other.id, kept.id, now=NOON)


def test_notes_its_use_at_most_once_a_minute(session: Session, customer: OrganisationView) -> None:
    header = f"Bearer {make_token(session, customer)}"
    seen = []

    for seconds in (0, 59, 61):
        note_use(session, header, now=NOON + timedelta(seconds=seconds))
        session.expire_all()
        with as_tenant(session, customer.id):
            seen.append(list_tokens(session, customer.id)[0].last_used_at)

    assert seen == [NOON, NOON, NOON + timedelta(seconds=61)]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        pytest.param({"name": " "}, "/name", id="no name"),
        pytest.param({"role": "reviewer"}, "/role", id="a role of vendors"),
    ],
)
def test_names_the_wrong_field(
    session: Session, customer: OrganisationView, facts: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        make_token(session, customer, **facts)

    assert [one.pointer for one in caught.value.problems] == [pointer]
