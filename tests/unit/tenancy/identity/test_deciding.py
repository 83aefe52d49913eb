"""What becomes of who a provider sends: the rules, by examples and for whatever may come."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.identity.claims import Said
from tenancy.identity.deciding import (
    Known,
    Outcome,
    Why,
    counts_as_second_factor,
    decide,
    followed_role,
    in_words,
    role_of,
)
from tenancy.identity.model import Domain, Provider
from tests.factories.tenancy import NOON
from tests.support.size import examples

NORA = Said(
    issuer="https://i.example",
    subject="7",
    email="nora@acme.example",
    email_verified=True,
    name="Nora",
)
MEMBER = Known(id=uuid4(), is_active=True, is_member=True)
STRANGER = replace(MEMBER, is_member=False)


def make(*, proven: bool = True, **changed: object) -> Provider:
    domain = Domain(
        id=UUID(int=1), name="acme.example", key="k", proven_at=NOON if proven else None
    )
    provider = Provider(
        id=UUID(int=2),
        tenant_id=UUID(int=3),
        name="Acme Account",
        issuer="https://i.example",
        client_id="c",
        has_secret=True,
        scopes="openid",
        domains=(domain,),
        makes_people=True,
        default_role="viewer",
        groups_claim="groups",
        role_map=(("leads", "admin"), ("noc", "operator")),
        follows_groups=False,
        strong_values=("mfa",),
        trusts_addresses=False,
        is_on=True,
        tried_at=NOON,
    )
    return replace(provider, **changed)  # type: ignore[arg-type]


def outcome(said: Said, provider: Provider, linked: Known | None, owner: Known | None) -> object:
    verdict = decide(said, provider, linked=linked, owner=owner)
    return verdict.why or verdict.outcome


@pytest.mark.parametrize(
    ("said", "provider", "linked", "owner", "expected"),
    [
        pytest.param(NORA, make(), MEMBER, None, Outcome.ENTER, id="linked"),
        pytest.param(
            replace(NORA, email="", email_verified=None),
            make(),
            MEMBER,
            None,
            Outcome.ENTER,
            id="linked, whatever the address",
        ),
        pytest.param(NORA, make(), STRANGER, None, Why.NO_MEMBER, id="linked, a member no more"),
        pytest.param(
            NORA, make(), replace(MEMBER, is_active=False), None, Why.INACTIVE, id="linked, closed"
        ),
        pytest.param(NORA, make(), None, MEMBER, Outcome.LINK, id="member of a proven domain"),
        pytest.param(
            NORA, make(proven=False), None, MEMBER, Outcome.CONFIRM, id="member, not proven"
        ),
        pytest.param(
            NORA,
            make(),
            None,
            replace(MEMBER, has_other=True),
            Outcome.CONFIRM,
            id="address given to somebody else at the provider",
        ),
        pytest.param(NORA, make(), None, STRANGER, Outcome.CONFIRM, id="belongs elsewhere"),
        pytest.param(
            NORA, make(proven=False), None, STRANGER, Why.NOT_INVITED, id="elsewhere, not proven"
        ),
        pytest.param(NORA, make(), None, None, Outcome.MAKE, id="nobody yet"),
        pytest.param(NORA, make(makes_people=False), None, None, Why.NOT_INVITED, id="none made"),
        pytest.param(NORA, make(default_role=""), None, None, Why.NO_ROLE, id="in no group"),
        pytest.param(replace(NORA, email=""), make(), None, None, Why.NO_EMAIL, id="no address"),
        pytest.param(
            replace(NORA, email_verified=False),
            make(trusts_addresses=True),
            None,
            MEMBER,
            Why.UNVERIFIED,
            id="said to be unproven, though trusted",
        ),
        pytest.param(
            replace(NORA, email_verified=None),
            make(),
            None,
            MEMBER,
            Why.UNVERIFIED,
            id="nothing said",
        ),
        pytest.param(
            replace(NORA, email_verified=None),
            make(trusts_addresses=True),
            None,
            MEMBER,
            Outcome.LINK,
            id="nothing said, trusted",
        ),
        pytest.param(
            replace(NORA, email_verified=None),
            make(trusts_addresses=True, proven=False),
            None,
            MEMBER,
            Why.UNVERIFIED,
            id="trusted for proven domains alone",
        ),
    ],
)
def test_decides(
    said: Said, provider: Provider, linked: Known | None, owner: Known | None, expected: object
) -> None:
    assert outcome(said, provider, linked, owner) is expected


PEOPLE = st.none() | st.builds(
    Known,
    id=st.uuids(),
    is_active=st.booleans(),
    is_member=st.booleans(),
    has_other=st.booleans(),
)
SAID = st.builds(
    Said,
    issuer=st.just("https://i.example"),
    subject=st.just("7"),
    email=st.sampled_from(["", "nora@acme.example", "x@other.example", "x@sub.acme.example"]),
    email_verified=st.sampled_from([True, False, None]),
    name=st.just("Nora"),
    groups=st.lists(st.sampled_from(["leads", "noc", "none"])).map(tuple),
)
PROVIDERS = st.builds(
    make,
    proven=st.booleans(),
    makes_people=st.booleans(),
    default_role=st.sampled_from(["", "viewer"]),
    follows_groups=st.booleans(),
    trusts_addresses=st.booleans(),
)


@given(said=SAID, provider=PROVIDERS, owner=PEOPLE)
@settings(max_examples=examples(300))
def test_nobody_is_brought_in_by_an_address_of_a_domain_that_is_not_proven(
    said: Said, provider: Provider, owner: Known | None
) -> None:
    verdict = decide(said, provider, linked=None, owner=owner)

    if verdict.outcome in (Outcome.LINK, Outcome.MAKE) or verdict.joins:
        assert said.domain in provider.proven
        assert said.email_verified is not False
    if verdict.outcome is Outcome.CONFIRM and not verdict.joins:
        assert owner is not None
        assert owner.is_member


@given(said=SAID, provider=PROVIDERS, linked=PEOPLE, owner=PEOPLE)
@settings(max_examples=examples(300))
def test_who_comes_without_a_password_is_an_active_member_or_new(
    said: Said, provider: Provider, linked: Known | None, owner: Known | None
) -> None:
    verdict = decide(said, provider, linked=linked, owner=owner)

    if verdict.outcome in (Outcome.ENTER, Outcome.LINK):
        found = next(one for one in (linked, owner) if one and one.id == verdict.person_id)
        assert found.is_active
        assert found.is_member
    assert (verdict.why is not None) == (verdict.outcome is Outcome.REFUSE)


@given(said=SAID, provider=PROVIDERS)
@settings(max_examples=examples(100))
def test_without_a_proven_domain_the_answer_does_not_tell_who_is_known_elsewhere(
    said: Said, provider: Provider
) -> None:
    unproven = replace(provider, domains=())

    answers = [decide(said, unproven, linked=None, owner=one) for one in (None, STRANGER)]

    assert answers[0] == answers[1]


def test_the_first_group_that_fits_gives_the_role() -> None:
    said = replace(NORA, groups=("noc", "leads"))

    assert role_of(said, make()) == "admin"
    assert role_of(replace(NORA, groups=("none",)), make()) == "viewer"


def test_a_missing_claim_takes_no_role_away() -> None:
    assert followed_role(NORA, make(follows_groups=True)) == ""
    assert followed_role(replace(NORA, groups=("noc",)), make(follows_groups=True)) == "operator"
    assert followed_role(replace(NORA, groups=("noc",)), make()) == ""


def test_a_second_factor_counts_only_as_the_organisation_said() -> None:
    said = replace(NORA, ways=frozenset({"pwd", "mfa"}))

    assert counts_as_second_factor(said, make())
    assert not counts_as_second_factor(said, make(strong_values=()))
    assert not counts_as_second_factor(NORA, make())


@pytest.mark.parametrize("owner", [None, STRANGER])
def test_who_was_ended_joins_no_more_and_only_a_proven_domain_tells_so(
    owner: Known | None,
) -> None:
    whys = [
        decide(NORA, provider, linked=None, owner=owner, ended=True).why
        for provider in (make(), make(proven=False), make(makes_people=False))
    ]

    assert whys == [Why.NO_MEMBER, Why.NOT_INVITED, Why.NOT_INVITED]
    assert decide(NORA, make(), linked=None, owner=MEMBER, ended=True).outcome is Outcome.LINK


@pytest.mark.parametrize("why", list(Why))
def test_every_refusal_says_whom_to_ask(why: Why) -> None:
    words = in_words(why, organisation="Acme", provider="Acme Account")

    assert "sk " in words
    assert "{" not in words
