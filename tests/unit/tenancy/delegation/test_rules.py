"""No grant and no own role ever gives more than it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from tenancy.custom_roles.rules import checked_permissions, completed
from tenancy.delegation._tables import GrantState
from tenancy.delegation.glass import why_not_confirm
from tenancy.delegation.rules import (
    MAY_GIVE,
    ROLES,
    Terms,
    checked,
    is_active,
    narrows,
    permissions_given,
)
from tenancy.rights.explaining import found_in, rights_by_role
from tenancy.roles import GROUPS, PERMISSIONS, Role, grouped, permissions_of, possible_in
from tests.support.size import examples

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KINDS = ("vendor", "csp", "reseller", "customer", "integrator")
NEVER = ("members.", "tokens.", "audit.", "support.", "roles.", "publishing.", "customers.")
WORDS = st.frozensets(st.sampled_from(sorted(PERMISSIONS)))


@given(role=st.sampled_from([one.value for one in Role]) | st.text(max_size=8))
@settings(max_examples=examples(40))
def test_no_grant_gives_members_tokens_secrets_policies_audit_or_grants(role: str) -> None:
    gives = permissions_given(role)

    assert gives <= MAY_GIVE & permissions_of(role)
    assert not [one for one in gives if one.startswith(NEVER)]
    assert not gives & {"connections.edit", "connections.use", "alarms.policy", "limits.edit"}
    assert bool(gives) == (role in ROLES)


@given(seconds=st.integers(-10_000, 10_000), state=st.sampled_from(list(GrantState)))
@settings(max_examples=examples(60))
def test_a_grant_holds_before_its_end_and_in_one_state_alone(
    seconds: int, state: GrantState
) -> None:
    ends_at = NOW + timedelta(seconds=seconds)

    assert is_active(state, ends_at, now=NOW) == (seconds > 0 and state is GrantState.GRANTED)
    assert not is_active(state, None, now=NOW)


@given(
    asked=st.tuples(st.sampled_from(ROLES), st.integers(15, 10_080)),
    answer=st.tuples(st.sampled_from([*ROLES, "admin"]), st.integers(0, 20_000)),
)
@settings(max_examples=examples(80))
def test_what_is_given_is_no_more_than_what_was_asked(
    asked: tuple[str, int], answer: tuple[str, int]
) -> None:
    less, more = (Terms(role=role, minutes=m, reason="x") for role, m in (answer, asked))

    if narrows(more, less):
        assert permissions_given(less.role) <= permissions_given(more.role)
        assert less.minutes <= more.minutes
        assert less.role != "admin"


@pytest.mark.parametrize(
    ("role", "minutes", "reason", "pointer"),
    [
        pytest.param("admin", 60, "x", "/role", id="never admin"),
        pytest.param("viewer", 14, "x", "/minutes", id="too short"),
        pytest.param("viewer", 10_081, "x", "/minutes", id="more than seven days"),
        pytest.param("viewer", 60, "  ", "/reason", id="no reason"),
    ],
)
def test_names_the_field_of_terms_that_cannot_be(
    role: str, minutes: int, reason: str, pointer: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(Terms(role=role, minutes=minutes, reason=reason))

    assert [one.pointer for one in refused.value.problems] == [pointer]


@given(wanted=WORDS, own=WORDS, kind=st.sampled_from(KINDS))
@settings(max_examples=examples(120))
def test_an_own_role_never_holds_more_than_its_maker_or_an_admin_there(
    wanted: frozenset[str], own: frozenset[str], kind: str
) -> None:
    try:
        found = checked_permissions(wanted, kind=kind, own=own & possible_in(kind))
    except InvalidError:
        return

    assert wanted <= found <= own & possible_in(kind)
    assert completed(found) == found


@given(a=st.uuids() | st.none(), b=st.uuids() | st.none(), may=st.booleans())
@settings(max_examples=examples(40))
def test_a_break_glass_takes_two_people(a: UUID | None, b: UUID | None, may: bool) -> None:
    free = why_not_confirm(a, asked_by=b, may_confirm=may) == ""

    assert free == (None not in (a, b) and a != b and may)
    assert why_not_confirm(a, asked_by=a, may_confirm=True) != ""


def test_every_permission_stands_in_one_part_of_the_table() -> None:
    shown = [one for _, ones in grouped(frozenset(PERMISSIONS)) for one in ones]

    assert sorted(shown) == sorted(PERMISSIONS)
    assert len({noun for _, nouns in GROUPS for noun in nouns}) == sum(len(n) for _, n in GROUPS)


def test_says_why_and_finds_it_by_a_word() -> None:
    rights = rights_by_role(permissions_of("viewer"), called="viewer", kind="customer")

    ((_, ones),) = found_in(rights, q="send alarm events")

    assert [(one.permission, one.is_given) for one in ones] == [("alarms.send", False)]
    assert "operator, designer, admin do" in ones[0].why
    assert not found_in(rights, q="send alarm events", only="yes")
