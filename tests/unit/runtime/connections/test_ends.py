"""Warnings of what runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from runtime.connections.ends import End, ends_soon
from tenancy.connections.model import ConnectionView
from tests.factories.tenancy import NOON


def view(**changes: Any) -> ConnectionView:
    """Make a connection that was made at noon."""
    made = ConnectionView(
        id=UUID(int=1),
        name="Tickets",
        kind="mtls",
        hosts=("a.example",),
        over_http=False,
        test_address="",
        settings={},
        secret_names=frozenset(),
        expires_at=None,
        before_until=None,
        token_expires_at=None,
        token_at=None,
        token_by="",
        tested_at=None,
        test_is_good=False,
        test_said="",
        rotated_at=None,
        used_at=None,
        revision=1,
        created_at=NOON,
        created_by="",
        updated_at=NOON,
        updated_by="",
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(31, None, id="not soon"),
        pytest.param(
            10, End("Its certificate runs out in 10 days: rotate it before.", False), id="soon"
        ),
        pytest.param(
            1, End("Its certificate runs out within two days: rotate it before.", False), id="now"
        ),
        pytest.param(0, End("Its certificate has run out: rotate it.", True), id="over"),
    ],
)
def test_what_runs_out_is_told_thirty_days_before(days: int, expected: End | None) -> None:
    assert ends_soon(view(expires_at=NOON + timedelta(days=days)), now=NOON) == expected


def test_a_connection_that_nobody_signed_in_for_says_so() -> None:
    found = ends_soon(view(kind="oauth2_code"), now=NOON)

    assert found == End("Nobody has signed in for it yet.", True)
