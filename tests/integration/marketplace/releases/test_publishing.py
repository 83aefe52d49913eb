"""Publishing: a namespace is its owner's alone, and a version is submitted once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blocks.packages.signing import key_id
from blocks.packages.trust import encode_key
from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.releases import keeping
from marketplace.releases._tables import PublisherState
from marketplace.releases.claims import Claim
from marketplace.releases.publishers import (
    add_key,
    claim_namespace,
    decide_claim,
    get_own,
    keys_of,
    list_claims,
    revoke_key,
)
from marketplace.releases.states import Channel, ReleaseState, ReleaseStateError
from marketplace.releases.store import list_own
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView
from tests.factories.packages import KEY, OTHER_KEY
from tests.factories.releases import (
    ANNA,
    make_integrator,
    make_publisher,
    make_release,
    make_signed,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON

WHO: dict[str, Any] = {"by": ANNA, "now": NOON}


def claim_of(namespace: str) -> Claim:
    return Claim(namespace=namespace, title="A", support="https://a.example", proof="ours")


@pytest.fixture
def acme(session: Session) -> OrganisationView:
    made = make_integrator(session)
    make_publisher(session, made)
    return made


@pytest.fixture
def other(session: Session) -> OrganisationView:
    return make_integrator(session, "Other Integration")


def test_a_namespace_waits_for_the_vendor(session: Session, other: OrganisationView) -> None:
    claim_namespace(session, other.id, claim_of("lake"), **WHO)

    assert [one.namespace for one in list_claims(session)] == ["lake"]
    with pytest.raises(InvalidError, match="not verified yet"):
        make_release(session, other, id="lake.say", publisher="lake")


def test_a_claimed_namespace_is_nobody_elses(session: Session, acme: OrganisationView) -> None:
    late = make_integrator(session, "Late Integration")

    with pytest.raises(ConflictError, match="taken"):
        claim_namespace(session, late.id, claim_of("acme"), **WHO)
    assert get_own(session, acme.id, "acme").state is PublisherState.VERIFIED


def test_a_refused_claim_says_why_and_lets_others_claim_without_its_keys(
    session: Session, other: OrganisationView
) -> None:
    claim_namespace(session, other.id, claim_of("lake"), **WHO)
    key = (encode_key(OTHER_KEY.public_key()), "key")
    add_key(session, other.id, "lake", key, **WHO)
    vendor = make_vendor(session)
    decide_claim(session, vendor.id, "lake", "show us the domain", by=Actor(name="Vera"), now=NOON)
    late = make_integrator(session, "Late Integration")

    assert get_own(session, other.id, "lake").reason == "show us the domain"
    assert claim_namespace(session, late.id, claim_of("lake"), **WHO).keys == ()


@pytest.mark.parametrize("namespace", ["garland", "Acme", "1a", "a_b", "", "a" * 41])
def test_some_namespaces_cannot_be_claimed(namespace: str) -> None:
    with pytest.raises(InvalidError, match="namespace"):
        claim_of(namespace)


def test_a_revoked_key_counts_no_more_and_does_not_come_back(
    session: Session, acme: OrganisationView
) -> None:
    revoke_key(session, acme.id, "acme", key_id(KEY.public_key()), **WHO)

    assert keys_of(session, "acme") == {}
    with pytest.raises(ConflictError):
        add_key(session, acme.id, "acme", (encode_key(KEY.public_key()), "again"), **WHO)
    with pytest.raises(InvalidError, match="no key"):
        make_release(session, acme)


def test_others_namespaces_and_releases_are_not_there(
    session: Session, acme: OrganisationView, other: OrganisationView
) -> None:
    release = make_release(session, acme)

    with pytest.raises(NotFoundError):
        get_own(session, other.id, "acme")
    with pytest.raises(NotFoundError):
        keeping.withdraw(session, other.id, release.id, **WHO)
    with pytest.raises(NotFoundError):
        keeping.get_listing(session, other.id, release.listing_id)
    assert list_own(session, other.id, limit=9) == []


def test_only_its_owner_submits_under_a_namespace(
    session: Session,
    acme: OrganisationView,  # noqa: ARG001  owns the namespace
    other: OrganisationView,
) -> None:
    with pytest.raises(InvalidError, match="not yours"):
        make_release(session, other)


def test_the_same_package_again_changes_nothing(session: Session, acme: OrganisationView) -> None:
    first = make_release(session, acme)

    assert make_release(session, acme) == first
    assert len(list_own(session, acme.id, limit=9)) == 1


def test_a_version_is_one_package_for_good(session: Session, acme: OrganisationView) -> None:
    make_release(session, acme)

    with pytest.raises(ConflictError, match="raise the version"):
        make_release(session, acme, title="Say another word")


def test_what_was_withdrawn_may_be_submitted_anew(session: Session, acme: OrganisationView) -> None:
    release = pass_checks(session, make_release(session, acme))
    keeping.withdraw(session, acme.id, release.id, **WHO)

    again = make_release(session, acme, title="Say another word")

    assert (again.version, again.state) == (release.version, ReleaseState.CHECKING)


def test_a_pre_release_is_for_beta_alone(session: Session, acme: OrganisationView) -> None:
    beta = make_release(session, acme, version="1.0.0-rc.1")

    assert beta.channel is Channel.BETA
    with pytest.raises(InvalidError, match="pre-release"):
        keeping.set_channel(session, acme.id, beta.id, Channel.STABLE, **WHO)


def test_the_changelog_is_the_packages_own(session: Session, acme: OrganisationView) -> None:
    assert "louder" in make_release(session, acme).changelog


def test_a_listing_begins_as_its_first_release_says_and_keeps_what_is_changed(
    session: Session, acme: OrganisationView
) -> None:
    make_release(session, acme)
    words = keeping.Words(title="Says it", summary="A word.", support="https://acme.example/help")
    keeping.change_listing(session, acme.id, "acme.say", words, **WHO)
    make_release(session, acme, data=make_signed(version="1.1.0"))

    assert keeping.get_listing(session, acme.id, "acme.say").title == "Says it"


def test_what_is_not_listed_is_not_deprecated(session: Session, acme: OrganisationView) -> None:
    release = make_release(session, acme)
    said = keeping.Deprecation(reason="old", ends_on=(NOON + timedelta(days=30)).date())

    with pytest.raises(ReleaseStateError, match="being checked"):
        keeping.deprecate(session, acme.id, release.id, said, **WHO)
