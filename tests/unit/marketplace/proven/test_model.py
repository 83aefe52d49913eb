"""Proven use, and whose use says something about a listing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.proven.model import POINTS_MAX, Place, Stat, points_of, stands_apart, told_number

VENDOR = Place(id=uuid4(), kind="vendor")
CSP = Place(id=uuid4(), kind="csp", above=frozenset({VENDOR.id}))
OTHER_CSP = Place(id=uuid4(), kind="csp", above=frozenset({VENDOR.id}))
CUSTOMER = Place(id=uuid4(), kind="customer", above=frozenset({CSP.id, VENDOR.id}))
INTEGRATOR = Place(id=uuid4(), kind="integrator", above=frozenset({VENDOR.id}))
SISTER = Place(id=uuid4(), kind="integrator", above=frozenset({VENDOR.id}))


@pytest.mark.parametrize(
    ("uses", "days", "expected"),
    [
        pytest.param(19, 2, False, id="neither is enough"),
        pytest.param(20, 1, True, id="twenty on one day"),
        pytest.param(3, 3, True, id="once on each of three days"),
        pytest.param(0, 0, False, id="never"),
    ],
)
def test_use_is_proven_by_uses_or_by_days(uses: int, days: int, *, expected: bool) -> None:
    assert Stat(uses=uses, days=days).is_proven is expected


@pytest.mark.parametrize(
    ("user", "owner", "expected"),
    [
        pytest.param(CUSTOMER, INTEGRATOR, True, id="a customer of what an integrator publishes"),
        pytest.param(CUSTOMER, VENDOR, True, id="a customer of what the vendor publishes"),
        pytest.param(OTHER_CSP, CSP, True, id="a CSP of what another CSP publishes"),
        pytest.param(CUSTOMER, None, True, id="nobody here publishes it"),
        pytest.param(CSP, CSP, False, id="one's own"),
        pytest.param(CUSTOMER, CSP, False, id="who stands below the publisher"),
        pytest.param(CSP, CUSTOMER, False, id="who stands above the publisher"),
        pytest.param(SISTER, INTEGRATOR, False, id="an integrator beside the publisher"),
        pytest.param(VENDOR, INTEGRATOR, False, id="the vendor"),
    ],
)
def test_only_who_is_no_relative_of_the_publisher_stands_apart(
    user: Place, owner: Place | None, *, expected: bool
) -> None:
    assert stands_apart(user, owner) is expected


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_more_uses_are_never_worth_less_nor_more_than_the_cap(uses: int, more: int) -> None:
    assert points_of(uses) <= points_of(uses + more) <= POINTS_MAX


def test_numbers_of_few_organisations_are_not_told() -> None:
    assert [told_number(one) for one in (4, 5)] == [0, 5]
