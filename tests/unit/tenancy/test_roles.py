"""The table of roles is whole: nothing is granted to nobody, and a viewer never writes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tenancy.roles import PERMISSIONS, ROLES_OF_KIND, TOKEN_ROLES, Role, may, permissions_of

KINDS = ("vendor", "csp", "reseller", "customer", "integrator")


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_somebody_other_than_nobody_is_granted(permission: str) -> None:
    assert may(Role.ADMIN, permission)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_grants_only_what_the_table_names(role: Role) -> None:
    assert permissions_of(role) <= set(PERMISSIONS)
    assert permissions_of(role)


def test_a_viewer_never_writes() -> None:
    assert all(one.endswith(".view") for one in permissions_of("viewer"))


def test_each_role_of_customers_grants_all_that_the_one_before_does() -> None:
    granted = [permissions_of(one) for one in ("viewer", "operator", "designer", "admin")]

    assert all(less < more for less, more in pairwise(granted))


def test_only_an_admin_changes_members_and_tokens() -> None:
    for permission in ("members.edit", "tokens.edit"):
        assert [one for one in Role if may(one, permission)] == [Role.ADMIN]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_organisation_can_have_an_admin(kind: str) -> None:
    assert Role.ADMIN in ROLES_OF_KIND[kind]


def test_every_role_can_be_given_somewhere() -> None:
    given = {role for kind in KINDS for role in ROLES_OF_KIND[kind]}

    assert given.isdisjoint(TOKEN_ROLES)
    assert set(Role) == given | set(TOKEN_ROLES)


def test_an_unknown_role_may_nothing() -> None:
    assert permissions_of("emperor") == frozenset()
