"""What is read of a provider's claims and document, and of an admin's form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from tenancy.identity.claims import IdentityError, read_said, shown_claims
from tenancy.identity.metadata import ALGORITHMS, read_metadata
from tenancy.identity.model import Wanted, check_wanted, read_wanted, why_no_issuer
from tests.support.size import examples

WHO = {"iss": "https://i.example", "sub": "7"}
DOCUMENT: dict[str, Any] = {
    "issuer": "https://i.example",
    "authorization_endpoint": "https://i.example/a",
    "token_endpoint": "https://i.example/t",
    "jwks_uri": "https://i.example/k",
}
ROLES = {"viewer": "viewer", "admin": "admin"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(
    claims=st.dictionaries(
        st.sampled_from(
            ["iss", "sub", "email", "email_verified", "name", "given_name", "amr", "acr", "groups"]
        ),
        JSON,
    ),
    path=st.text(max_size=12),
)
@settings(max_examples=examples(200))
def test_whatever_claims_come_they_are_read_or_refused(claims: dict[str, Any], path: str) -> None:
    shown_claims(claims)
    try:
        said = read_said(claims, groups_claim=path)
    except IdentityError:
        return
    assert said.subject == claims["sub"]
    assert 1 <= len(said.name) <= 120 or not said.name
    assert said.email_verified in (True, False, None)


def test_other_letters_than_asciis_make_no_address() -> None:
    assert read_said({**WHO, "email": "\u212aarl@acme.example"}).email == ""


@pytest.mark.parametrize("sub", [None, "", 7, "x" * 256])
def test_nobody_is_known_without_a_usable_subject(sub: Any) -> None:
    with pytest.raises(IdentityError):
        read_said({**WHO, "sub": sub})


def test_a_document_is_read() -> None:
    found = read_metadata(DOCUMENT, issuer="https://i.example", allow_plain=False)

    assert (found.authorize, found.userinfo, found.algorithms) == (
        "https://i.example/a",
        "",
        frozenset({"RS256"}),
    )


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"issuer": "https://i.example/"}, id="another issuer"),
        pytest.param({"token_endpoint": "http://i.example/t"}, id="without TLS"),
        pytest.param({"jwks_uri": None}, id="no keys"),
        pytest.param({"authorization_endpoint": "javascript:alert(1)"}, id="no address"),
        pytest.param({"response_types_supported": ["id_token"]}, id="implicit alone"),
        pytest.param(
            {"id_token_signing_alg_values_supported": ["none", "HS256"]}, id="no safe signature"
        ),
    ],
)
def test_a_document_that_is_not_safe_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(IdentityError):
        read_metadata({**DOCUMENT, **changed}, issuer="https://i.example", allow_plain=False)


@given(document=JSON)
@settings(max_examples=examples(100))
def test_whatever_document_comes_it_is_refused(document: Any) -> None:
    with pytest.raises(IdentityError):
        read_metadata(document, issuer="https://i.example", allow_plain=False)


def test_no_algorithm_without_a_key_pair_is_taken() -> None:
    assert not {one for one in ALGORITHMS if one.startswith(("HS", "none"))}


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example",
        "https://",
        "https://u:p@id.example",
        "https://id.example?x=1",
        "https://id.example#x",
        "https://id.example:x",
        "ftp://id.example",
        "",
    ],
)
def test_what_is_no_issuer_is_refused(issuer: str) -> None:
    assert why_no_issuer(issuer, allow_plain=False)


def test_this_machine_may_be_asked_plainly_only_where_that_is_allowed() -> None:
    assert why_no_issuer("http://127.0.0.1:4000", allow_plain=False)
    assert not why_no_issuer("http://127.0.0.1:4000", allow_plain=True)
    assert why_no_issuer("http://10.0.0.1", allow_plain=True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"client_id": ""}, "client_id"),
        ({"scopes": "email"}, "scopes"),
        ({"domains": ("acme",)}, "domains"),
        ({"default_role": "king"}, "default_role"),
        ({"makes_people": True}, "default_role"),
        ({"role_map": (("noc", "king"),), "groups_claim": "groups"}, "role_map"),
        ({"role_map": (("noc", "viewer"),)}, "groups_claim"),
    ],
)
def test_a_wrong_field_is_named(changed: dict[str, Any], field: str) -> None:
    right = {"name": "A", "issuer": "https://i.example", "client_id": "c"}

    with pytest.raises(InvalidError) as refused:
        check_wanted(Wanted(**(right | changed)), roles=ROLES, allow_plain=False)

    assert [one.pointer for one in refused.value.problems] == [f"/{field}"]


def test_a_form_is_read_as_people_write() -> None:
    wanted = read_wanted(
        {"domains": "@Acme.example, acme.example\nnoc.example", "strong_values": "mfa, otp"}
    )

    assert wanted.domains == ("acme.example", "noc.example")
    assert (wanted.strong_values, wanted.scopes) == (("mfa", "otp"), "openid email profile")
