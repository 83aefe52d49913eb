"""Who of a tree is meant by an announcement."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.announcements.audience import Audience, Placed, Whom, meant_among
from tests.support.size import examples

ROOT = UUID(int=0)
A, B, RESELLER, C, D = (uuid5(ROOT, one) for one in "ABRCD")
PLAN = uuid5(ROOT, "plan")
TREE = [
    Placed(id=A, kind="customer", parent_id=ROOT, plan_id=PLAN),
    Placed(id=B, kind="customer", parent_id=ROOT),
    Placed(id=RESELLER, kind="reseller", parent_id=ROOT),
    Placed(id=C, kind="customer", parent_id=RESELLER, plan_id=PLAN),
    Placed(id=D, kind="customer", parent_id=C),
]


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        pytest.param(Audience(), {A, B, RESELLER, C, D}, id="all"),
        pytest.param(Audience(below_resellers=False), {A, B, RESELLER}, id="none below resellers"),
        pytest.param(Audience(whom=Whom.PLAN, plan_id=PLAN), {A, C}, id="on a plan"),
        pytest.param(
            Audience(whom=Whom.PLAN, plan_id=PLAN, below_resellers=False), {A}, id="on it, not deep"
        ),
        pytest.param(
            Audience(whom=Whom.RESELLER, reseller_id=RESELLER, below_resellers=False),
            {RESELLER, C, D},
            id="a reseller and all below it",
        ),
        pytest.param(
            Audience(whom=Whom.CHOSEN, chosen=frozenset({B, uuid5(ROOT, "else")})), {B}, id="chosen"
        ),
    ],
)
def test_those_are_meant(audience: Audience, expected: set[UUID]) -> None:
    assert meant_among(TREE, audience) == expected


@settings(max_examples=examples(60))
@given(
    parents=st.lists(st.integers(-1, 11), max_size=12),
    kinds=st.lists(st.sampled_from(["customer", "reseller"]), min_size=12, max_size=12),
    chosen=st.sets(st.integers(0, 15)),
    below=st.booleans(),
)
def test_nobody_is_meant_who_is_not_looked_after(
    parents: list[int], kinds: list[str], chosen: set[int], below: bool
) -> None:
    """Even where the tree is broken and goes in a circle."""
    placed = [
        Placed(id=UUID(int=number), kind=kinds[number], parent_id=UUID(int=max(parent, 0)))
        for number, parent in enumerate(parents)
    ]
    picked = frozenset(UUID(int=one) for one in chosen)

    found = meant_among(placed, Audience(whom=Whom.CHOSEN, chosen=picked, below_resellers=below))

    assert found <= picked & {one.id for one in placed}
