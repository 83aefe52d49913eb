"""The scheduler lets announcements go live, tells pages, and writes mails once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.announcements.rounds import Announcing
from kernel.clock import format_instant
from kernel.secrets import Vault, new_key
from runtime.wake import WAKER
from tenancy._tables import Person
from tenancy.announcements import reading, store, writing
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.announcements import HOUR, published, said, work
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.tenancy import NOON, make_customer, make_member

Sessions = sessionmaker[Session]


class Told:
    """A waker that remembers which pages were told."""

    def __init__(self) -> None:
        self.pages: list[UUID] = []

    def wake(self, *_: Any) -> None:
        """Wake nobody."""

    def tell_pages(self, tenant_id: UUID, event: str, _facts: dict[str, Any], /) -> None:
        """Remember whose pages were told."""
        assert event == "notices"
        self.pages.append(tenant_id)


@pytest.fixture(autouse=True)
def told(sessions: Sessions) -> Told:
    office = PostOffice(public_url="https://noc.example.com", vault=Vault([new_key()]))
    told = Told()
    info = {**sessions.kw.get("info", {}), POST_OFFICE: office, WAKER: told}
    sessions.configure(info=info)
    return told


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        one = make_customer(session, "Acme")
        make_member(session, one, "admin")
        make_member(session, one, "operator")
        return one


def announce(sessions: Sessions, acme: OrganisationView, document: dict[str, Any]) -> UUID:
    with sessions.begin() as session:
        assert acme.parent_id is not None
        who = admin_of(get_organisation(session, acme.parent_id))
        return published(session, who, document).id


def mails(sessions: Sessions) -> list[Mail]:
    with sessions() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_what_is_scheduled_is_told_when_its_time_comes_and_when_it_ends(
    sessions: Sessions, told: Told, acme: OrganisationView
) -> None:
    times = {
        "shown_from": format_instant(NOON + HOUR),
        "shown_until": format_instant(NOON + 2 * HOUR),
    }
    announce(sessions, acme, said(**times))
    rounds, seen = Announcing(sessions, sessions), []

    for hours in (0, 0.5, 1, 1.5, 2, 2.5):
        rounds.round(now=NOON + hours * HOUR)
        with sessions() as session, as_tenant(session, acme.id):
            shown = reading.live_for(session, acme.id, None, now=NOON + hours * HOUR)
        seen.append((len(told.pages), len(shown)))

    assert seen == [(0, 0), (0, 0), (1, 1), (1, 1), (2, 0), (2, 0)]
    assert set(told.pages) == {acme.id}


def test_the_admins_are_mailed_once_and_again_where_that_is_asked_for(
    sessions: Sessions, acme: OrganisationView
) -> None:
    made = announce(sessions, acme, work(mails=True, zone="Europe/Berlin"))
    rounds = Announcing(sessions, sessions)
    rounds.round(now=NOON)
    rounds.round(now=NOON + HOUR)
    first = mails(sessions)
    with sessions.begin() as session:
        who = admin_of(get_organisation(session, acme.parent_id or acme.id))
        with as_tenant(session, who.tenant_id):
            writing.add_update(session, who, made, "An hour later", mails=True, now=NOON)
    rounds.round(now=NOON + HOUR)

    assert [one.subject for one in first] == ["Planned maintenance: Core upgrade"]
    assert len(mails(sessions)) == 2


def test_work_that_is_moved_is_mailed_anew_and_other_changes_are_not(
    sessions: Sessions, acme: OrganisationView
) -> None:
    made = announce(sessions, acme, work(mails=True))
    rounds, numbers = Announcing(sessions, sessions), []
    for later, text in ((24, "Other words"), (30, "Moved")):
        rounds.round(now=NOON)
        with sessions.begin() as session:
            who = admin_of(get_organisation(session, acme.parent_id or acme.id))
            document = work(starts=NOON + later * HOUR, mails=True, text=text)
            with as_tenant(session, who.tenant_id):
                at = store.get_written(session, who, made).revision
                writing.change_announcement(session, who, made, document, revision=at, now=NOON)
        rounds.round(now=NOON)
        numbers.append(len(mails(sessions)))

    assert numbers == [1, 2]


def test_what_is_withdrawn_mails_nothing_that_still_waits(
    sessions: Sessions, acme: OrganisationView
) -> None:
    made = announce(sessions, acme, said(mails=True))
    Announcing(sessions, sessions).round(now=NOON)
    with sessions.begin() as session:
        who = admin_of(get_organisation(session, acme.parent_id or acme.id))
        with as_tenant(session, who.tenant_id):
            writing.withdraw(session, who, made, now=NOON)

    assert mails(sessions) == []


def test_what_is_brought_back_mails_those_whose_mails_still_waited(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_member(session, make_below(session, above(session, acme)), "admin")
    made = announce(sessions, acme, said(mails=True))
    rounds, numbers = Announcing(sessions, sessions), []
    rounds.round(now=NOON)
    with sessions.begin() as session:
        first, _ = session.scalars(select(Mail).order_by(Mail.id))
        first.sent_at, first.due_at = NOON, None
        sent_to = first.recipient
    for does in (writing.withdraw, writing.bring_back):
        with sessions.begin() as session:
            who = admin_of(above(session, acme))
            with as_tenant(session, who.tenant_id):
                does(session, who, made, now=NOON)
        rounds.round(now=NOON + HOUR)
        numbers.append(len(mails(sessions)))

    assert numbers == [1, 2]
    assert [one.recipient == sent_to for one in mails(sessions)] == [True, False]


def test_mails_go_to_nobody_of_a_closed_organisation_nor_to_who_is_deactivated(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        gone = make_member(session, acme, "admin")
        session.get_one(Person, gone.id).is_active = False
        closed = make_below(session, above(session, acme))
        make_member(session, closed, "admin")
    announce(sessions, acme, said(mails=True))
    with sessions.begin() as session:
        bring_to(session, closed, "closing", "closed")

    Announcing(sessions, sessions).round(now=NOON)

    assert [one.organisation_id for one in mails(sessions)] == [acme.id]
    assert mails(sessions)[0].recipient != gone.email


@pytest.mark.parametrize("audience", [{"whom": "all"}, {"whom": "chosen"}])
def test_nothing_goes_live_while_who_wrote_it_is_not_at_work(
    sessions: Sessions, acme: OrganisationView, audience: dict[str, Any]
) -> None:
    if audience["whom"] == "chosen":
        audience = {**audience, "organisation_ids": [str(acme.id)]}
    announce(sessions, acme, said(shown_from=format_instant(NOON + HOUR), audience=audience))
    rounds, seen = Announcing(sessions, sessions), []
    for hours, state in ((2, "suspended"), (3, "active")):
        with sessions.begin() as session:
            bring_to(session, above(session, acme), state)
        rounds.round(now=NOON + hours * HOUR)
        with sessions() as session, as_tenant(session, acme.id):
            seen.append(len(reading.live_for(session, acme.id, None, now=NOON + hours * HOUR)))

    assert seen == [0, 1]


def above(session: Session, one: OrganisationView) -> OrganisationView:
    assert one.parent_id is not None
    return get_organisation(session, one.parent_id)
