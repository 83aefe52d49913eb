"""How long the audit is kept: the beginning goes, and what is left verifies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import InvalidError
from tenancy.audit.keeping import USUAL_DAYS, choose_days, kept_days, remove_old
from tenancy.audit.listing import EntryFilter, list_entries
from tenancy.audit.verifying import chain_of, verify
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer
from tests.integration.tenancy.audit.conftest import Noter

Sessions = sessionmaker[Session]


@pytest.fixture
def acme(sessions: Sessions, noting: Noter) -> OrganisationView:
    with sessions.begin() as session:
        acme = make_customer(session, "Acme")
    for day in (0, 1, 2, 500):
        noting(acme.id, day=day)
    return acme


def let_go(sessions: Sessions, acme: OrganisationView, *, day: int, most: int = 500) -> int:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return remove_old(session, acme.id, now=NOON + timedelta(days=day), most=most)


def left(sessions: Sessions, acme: OrganisationView) -> list[int]:
    with sessions() as session, as_tenant(session, acme.id):
        assert verify(session, acme.id) is None
        return [one.number for one in list_entries(session, acme.id, EntryFilter())]


def test_what_is_older_than_it_is_kept_goes_and_the_rest_verifies(
    sessions: Sessions, acme: OrganisationView
) -> None:
    assert left(sessions, acme) == [4, 3, 2, 1]

    assert let_go(sessions, acme, day=USUAL_DAYS + 2) == 2

    assert left(sessions, acme) == [4, 3]
    with sessions() as session, as_tenant(session, acme.id):
        chain = chain_of(session, acme.id)
    assert (chain.kept_from, chain.since) == (3, NOON + timedelta(days=2))


def test_it_goes_in_bites_and_all_of_it_may_go(
    sessions: Sessions, acme: OrganisationView, noting: Noter
) -> None:
    gone = [let_go(sessions, acme, day=5_000, most=3) for _ in range(3)]
    noting(acme.id, day=5_000)

    assert gone == [3, 1, 0]
    assert left(sessions, acme) == [5]


def test_an_old_instant_behind_a_new_one_stays(
    sessions: Sessions, acme: OrganisationView, noting: Noter
) -> None:
    noting(acme.id, day=1)  # by a clock that went wrong

    let_go(sessions, acme, day=USUAL_DAYS + 3)

    assert left(sessions, acme) == [5, 4]


def test_an_organisation_chooses_and_that_is_noted(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        choose_days(session, acme.id, 90, now=NOON)
        choose_days(session, acme.id, 90, now=NOON)

    with sessions() as session, as_tenant(session, acme.id):
        wanted = EntryFilter(action="audit.keeping_changed")
        [noted] = list_entries(session, acme.id, wanted)
        assert kept_days(session, acme.id) == 90
    assert noted.facts == {"days": 90, "before": USUAL_DAYS}


@pytest.mark.parametrize("days", [0, 1, 89, 91, 99_999])
def test_it_is_never_kept_less_than_ninety_days(
    sessions: Sessions, acme: OrganisationView, days: int
) -> None:
    with sessions() as session, as_tenant(session, acme.id), pytest.raises(InvalidError):
        choose_days(session, acme.id, days, now=NOON)
