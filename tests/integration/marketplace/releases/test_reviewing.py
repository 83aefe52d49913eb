"""Review: two people who are not the publisher's approve, and only then is something listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blocks.installs import offering
from blocks.packages.package import read_package
from blocks.packages.trusted import add_publisher, add_release, found_trust
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from marketplace.releases import keeping, reviewing
from marketplace.releases._tables import Side, Verdict
from marketplace.releases.reviewing import Decision, decide
from marketplace.releases.states import Channel, ReleaseState
from marketplace.releases.store import ReleaseView, get_own, messages_of, public_releases
from marketplace.search.finding import find
from marketplace.search.model import Query
from tenancy.audit.trail import Actor
from tenancy.members import add_member
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.money import by_use, price_it
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.releases import (
    ANNA,
    APPROVE,
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_reviewer,
    make_signed,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON, make_customer

WHO: dict[str, Any] = {"by": ANNA, "now": NOON}
REJECT = Decision(verdict=Verdict.REJECT, reasons="It says too much.")


@pytest.fixture
def acme(session: Session) -> OrganisationView:
    made = make_integrator(session)
    make_publisher(session, made)
    return made


@pytest.fixture
def release(session: Session, acme: OrganisationView) -> ReleaseView:
    return pass_checks(session, make_release(session, acme))


@pytest.fixture
def vendor(session: Session) -> OrganisationView:
    return make_vendor(session)


@pytest.fixture
def rita(session: Session) -> Actor:
    return make_reviewer(session, "Rita")


def vouch(session: Session, release: ReleaseView) -> None:
    """Take a release into the installation's index."""
    found_trust(session, ROOT_KEY, now=NOON)
    add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
    package = read_package(reviewing.package_of(session, release.id))
    add_release(session, ROOT_KEY, package, now=NOON)


def found_by_search(session: Session, text: str = "") -> list[str]:
    """Give the listings that a search finds."""
    return [one.listing_id for one in find(session, Query(text=text)).entries]


def list_it(session: Session, release: ReleaseView, rita: Actor) -> ReleaseView:
    approve(session, release)
    vouch(session, release)
    where = (session, make_vendor(session).id)
    return reviewing.list_publicly(*where, release.id, by=rita, now=NOON)


def test_one_person_is_not_enough_however_often_they_approve(
    session: Session, release: ReleaseView, vendor: OrganisationView, rita: Actor
) -> None:
    where = (session, vendor.id, release.id)
    decide(*where, APPROVE, by=rita, now=NOON)

    found = decide(*where, APPROVE, by=rita, now=NOON)

    assert found.state is ReleaseState.IN_REVIEW


def test_two_people_approve(session: Session, release: ReleaseView) -> None:
    assert approve(session, release).state is ReleaseState.APPROVED


def test_who_belongs_to_the_publisher_does_not_decide(
    session: Session,
    acme: OrganisationView,
    release: ReleaseView,
    vendor: OrganisationView,
    rita: Actor,
) -> None:
    assert rita.id is not None
    add_member(session, acme.id, rita.id, "viewer", now=NOON)

    with pytest.raises(ForbiddenError, match="belong to its publisher"):
        decide(session, vendor.id, release.id, APPROVE, by=rita, now=NOON)


def test_a_token_that_nobody_answers_for_does_not_decide(
    session: Session, release: ReleaseView, vendor: OrganisationView
) -> None:
    with pytest.raises(ForbiddenError, match="a person decides"):
        decide(session, vendor.id, release.id, APPROVE, by=Actor(name="bot"), now=NOON)


def test_approving_needs_every_point_of_the_checklist(
    session: Session, release: ReleaseView, vendor: OrganisationView, rita: Actor
) -> None:
    half = Decision(verdict=Verdict.APPROVE, checklist=("code",))

    with pytest.raises(InvalidError, match="permissions"):
        decide(session, vendor.id, release.id, half, by=rita, now=NOON)


def test_one_rejection_ends_it_and_tells_the_publisher_why(
    session: Session,
    acme: OrganisationView,
    release: ReleaseView,
    vendor: OrganisationView,
    rita: Actor,
) -> None:
    decide(session, vendor.id, release.id, REJECT, by=rita, now=NOON)

    found = get_own(session, acme.id, release.id)
    assert (found.state, found.state_reason) == (ReleaseState.REJECTED, REJECT.reasons)


def test_a_rejection_needs_reasons(
    session: Session, release: ReleaseView, vendor: OrganisationView, rita: Actor
) -> None:
    with pytest.raises(InvalidError, match="reasons"):
        decide(session, vendor.id, release.id, Decision(verdict=Verdict.REJECT), by=rita, now=NOON)


def test_a_question_waits_for_the_publishers_answer(
    session: Session,
    acme: OrganisationView,
    release: ReleaseView,
    vendor: OrganisationView,
    rita: Actor,
) -> None:
    asked = reviewing.ask(session, vendor.id, release.id, "Why?", by=rita, now=NOON)
    later = NOON + timedelta(hours=1)
    answered = reviewing.answer(session, acme.id, release.id, "So.", by=ANNA, now=later)

    assert (asked.state, answered.state) == (ReleaseState.QUESTIONED, ReleaseState.IN_REVIEW)
    said = [(one.side, one.text) for one in messages_of(session, release.id)]
    assert said == [(Side.REVIEWER, "Why?"), (Side.PUBLISHER, "So.")]


def test_what_is_still_checked_is_its_publishers_alone(
    session: Session, acme: OrganisationView, vendor: OrganisationView, rita: Actor
) -> None:
    release = make_release(session, acme)

    with pytest.raises(NotFoundError):
        decide(session, vendor.id, release.id, APPROVE, by=rita, now=NOON)


def test_nothing_is_listed_that_the_index_does_not_vouch_for(
    session: Session, release: ReleaseView, vendor: OrganisationView, rita: Actor
) -> None:
    approve(session, release)

    with pytest.raises(ConflictError, match="cannot be listed"):
        reviewing.list_publicly(session, vendor.id, release.id, by=rita, now=NOON)
    assert public_releases(session, release.listing_id) == []


def test_what_is_approved_and_vouched_for_is_listed(
    session: Session, release: ReleaseView, rita: Actor
) -> None:
    found = list_it(session, release, rita)

    assert found.state is ReleaseState.LISTED
    assert public_releases(session, release.listing_id) == [found]


def test_what_is_listed_is_found_until_it_is_deprecated_and_again_once_restored(
    session: Session, acme: OrganisationView, release: ReleaseView, rita: Actor
) -> None:
    found = list_it(session, release, rita)
    listed = found_by_search(session)
    said = keeping.Deprecation(reason="Old.", ends_on=NOON.date())

    keeping.deprecate(session, acme.id, release.id, said, **WHO)
    deprecated = found_by_search(session)
    keeping.restore(session, acme.id, release.id, **WHO)

    assert listed == [found.listing_id]
    assert deprecated == []
    assert found_by_search(session) == listed


def test_what_is_listed_is_found_by_the_wholesale_price_that_holds(
    session: Session, acme: OrganisationView, release: ReleaseView, rita: Actor
) -> None:
    price = by_use(1, "EUR", {"up_to": 100, "amount": 2})
    before = NOON - timedelta(days=2)
    price_it(session, acme, price, listing_id=release.listing_id, now=before)

    list_it(session, release, rita)

    found = find(session, Query(chosen={"price": frozenset({"tiers"})}))
    assert [one.listing_id for one in found.entries] == [release.listing_id]


def test_a_listing_is_found_by_the_words_its_publisher_gives_it(
    session: Session, acme: OrganisationView, release: ReleaseView, rita: Actor
) -> None:
    list_it(session, release, rita)
    words = keeping.Words(title="Zebra herding", summary="Herds.", support="help@acme.example")

    keeping.change_listing(session, acme.id, release.listing_id, words, **WHO)

    assert found_by_search(session, "zebra herding") == [release.listing_id]


def test_what_everybody_could_have_does_not_go_back_to_beta(
    session: Session, acme: OrganisationView, release: ReleaseView, rita: Actor
) -> None:
    list_it(session, release, rita)

    with pytest.raises(ConflictError, match="deprecate it"):
        keeping.set_channel(session, acme.id, release.id, Channel.BETA, **WHO)


def test_a_deprecation_names_its_day_and_a_successor_that_is_there(
    session: Session, acme: OrganisationView, release: ReleaseView, rita: Actor
) -> None:
    list_it(session, release, rita)
    day = (NOON + timedelta(days=90)).date()
    where = (session, acme.id, release.id)

    for wrong in (
        keeping.Deprecation(reason="old", ends_on=day, successor="acme.nothing"),
        keeping.Deprecation(reason="old", ends_on=(NOON - timedelta(days=1)).date()),
        keeping.Deprecation(reason=" ", ends_on=day),
    ):
        with pytest.raises(InvalidError):
            keeping.deprecate(*where, wrong, **WHO)
    found = keeping.deprecate(*where, keeping.Deprecation(reason="old", ends_on=day), **WHO)

    assert (found.state, found.ends_on) == (ReleaseState.DEPRECATED, day)
    assert keeping.restore(*where, **WHO).state is ReleaseState.LISTED


def test_the_difference_names_code_permissions_and_schemas_apart(
    session: Session, acme: OrganisationView, release: ReleaseView
) -> None:
    approve(session, release)
    asks = [{"name": "http", "reason": "to ask", "hosts": ["acme.example"]}]
    wider = make_signed(
        version="2.0.0", permissions=asks, code="def run(ctx):\n    ctx.http\n", keywords=["say"],
        config={"type": "object", "additionalProperties": False, "properties": {}}, examples=[],
    )  # fmt: skip
    later = pass_checks(session, make_release(session, acme, data=wider))

    found = reviewing.difference_of(session, later.id)

    assert found.since == "1.0.0"
    assert [one.name for one in found.files] == ["block.py", "block.json"]
    assert "+    ctx.http" in found.files[0].lines
    assert [one.pointer for _, one in found.permissions] == ["/permissions/0"]
    assert any(one.pointer.startswith("/config") for _, one in found.schemas)


def test_what_is_listed_can_be_installed_by_anybody(
    session: Session, release: ReleaseView, rita: Actor
) -> None:
    listed = list_it(session, release, rita)

    customer = make_customer(session)

    with as_tenant(session, customer.id):
        assert offering.offered(session, customer.id, listed.digest).is_signed
