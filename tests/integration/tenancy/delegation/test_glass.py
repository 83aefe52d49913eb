"""Break-glass takes two people, an hour at most, and is before the customer at once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, ForbiddenError, InvalidError
from kernel.secrets import Vault, new_key
from tenancy.delegation import glass
from tenancy.delegation.rules import Terms
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tests.factories.tenancy import make_member
from tests.integration.tenancy.delegation.conftest import FIXED, Clock, Two


@pytest.fixture
def asked(sessions: sessionmaker[Session], two: Two, clock: Clock) -> UUID:
    with sessions.begin() as session:
        ann = two.acts(session, "support")
        return glass.ask_glass(session, ann, two.customer.slug, FIXED, now=clock.now)


def test_a_second_person_lets_the_first_in_and_the_customer_reviews_it(
    two: Two, asked: UUID, clock: Clock, browser_of: Callable[[str], FlaskClient]
) -> None:
    ann, at = browser_of("support"), f"/t/{two.customer.slug}"
    before = ann.get(f"{at}/").status_code

    browser_of("curator").post(f"/t/{two.csp.slug}/break-glass/{asked}/confirm")
    during = ann.get(f"{at}/").status_code
    clock.pass_by(minutes=60)
    after = ann.get(f"{at}/").status_code
    admin = browser_of("admin")
    told = admin.get(f"{at}/").text
    admin.post(f"{at}/support-access/{asked}/seen")
    seen = admin.get(f"{at}/").text

    assert (before, during, after) == (404, 200, 404)
    assert "Ann of CSP was let in by Dora" in told
    assert "Ann of CSP was let in by Dora" not in seen


def test_who_may_not_change_customers_confirms_nothing(
    sessions: sessionmaker[Session], two: Two, asked: UUID, clock: Clock
) -> None:
    with sessions() as session:
        for name in ("support", "other"):
            with pytest.raises(ForbiddenError):
                glass.confirm_glass(session, two.acts(session, name), asked, now=clock.now)


def test_a_confirmation_comes_within_a_quarter_of_an_hour(
    sessions: sessionmaker[Session], two: Two, asked: UUID, clock: Clock
) -> None:
    clock.pass_by(minutes=15)

    with sessions() as session, pytest.raises(ConflictError, match="15 minutes"):
        glass.confirm_glass(session, two.acts(session, "curator"), asked, now=clock.now)


def test_holds_for_an_hour_at_most(sessions: sessionmaker[Session], two: Two, clock: Clock) -> None:
    terms = Terms(role="viewer", minutes=61, reason="Long")

    with sessions() as session:
        ann = two.acts(session, "support")
        with pytest.raises(InvalidError, match="60 minutes"):
            glass.ask_glass(session, ann, two.customer.slug, terms, now=clock.now)


def test_an_organisation_says_no_to_it(
    sessions: sessionmaker[Session],
    two: Two,
    asked: UUID,
    clock: Clock,
    browser_of: Callable[[str], FlaskClient],
) -> None:
    form = {"allowed": "no"}
    browser_of("admin").post(f"/t/{two.customer.slug}/support-access/break-glass", data=form)

    with sessions() as session:
        ann, dora = two.acts(session, "support"), two.acts(session, "curator")
        with pytest.raises(ConflictError, match="no break-glass"):
            glass.ask_glass(session, ann, two.customer.slug, FIXED, now=clock.now)
        with pytest.raises(ConflictError, match="no break-glass"):
            glass.confirm_glass(session, dora, asked, now=clock.now)


def test_each_admin_of_the_customer_gets_a_mail_that_leads_to_where_it_is_ended(
    sessions: sessionmaker[Session], two: Two, asked: UUID, clock: Clock
) -> None:
    vault = Vault([new_key()])
    office = PostOffice(public_url="https://ops.example", vault=vault)
    with sessions.begin() as session:
        make_member(session, two.customer, "viewer", "Vera")
        session.info[POST_OFFICE] = office
        glass.confirm_glass(session, two.acts(session, "curator"), asked, now=clock.now)

    with sessions() as session:
        (mail,) = session.scalars(select(Mail))
        text = vault.decrypt(mail.text)

    assert mail.recipient == two.people["admin"].email
    assert mail.subject == "CSP let somebody into Acme in an emergency"
    assert "Ann of CSP" in text
    assert "Dora confirmed it" in text
    assert f"/t/{two.customer.slug}/support-access" in text
