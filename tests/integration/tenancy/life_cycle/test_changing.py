"""An organisation goes from one state to another, by who is above it or by the clock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError
from tenancy.audit._tables import AuditEntry
from tenancy.environments import make_environment
from tenancy.life_cycle.changing import begin_trial, end_due, has_ended, history_of
from tenancy.life_cycle.states import CLOSING_FOR
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.tenancy import NOON, make_csp


def noted(session: Session, tenant_id: UUID) -> list[tuple[str, str]]:
    with as_tenant(session, tenant_id):
        rows = session.scalars(select(AuditEntry).where(AuditEntry.tenant_id == tenant_id))
        return [(row.action, str(row.facts.get("after"))) for row in rows]


def test_a_change_is_told_in_the_history_and_in_both_audits(session: Session) -> None:
    csp = make_csp(session)
    customer = make_below(session, csp)

    changed = bring_to(session, customer, "suspended", reason="  two bills   unpaid ")

    assert (changed.state, changed.state_reason) == ("suspended", "two bills unpaid")
    (told,) = history_of(session, customer.id)
    assert (told.before, told.after, told.by) == ("active", "suspended", "Nora (CSP)")
    assert noted(session, customer.id) == [("organisation.state_changed", "suspended")]
    assert noted(session, csp.id) == [("customer.state_changed", "suspended")]


def test_a_state_that_does_not_follow_is_refused_with_those_that_do(session: Session) -> None:
    customer = make_below(session, make_csp(session))

    with pytest.raises(ConflictError, match="followed by suspended or closing"):
        bring_to(session, customer, "closed")


def test_taking_something_away_needs_a_reason(session: Session) -> None:
    customer = make_below(session, make_csp(session))

    with pytest.raises(InvalidError, match="reason: say why"):
        bring_to(session, customer, "suspended", reason=" ")


def test_environments_go_along(session: Session) -> None:
    customer = make_below(session, make_csp(session))
    test = make_environment(session, who=admin_of(customer), name="Test", now=NOON)

    bring_to(session, customer, "suspended")

    assert get_organisation(session, test.organisation_id).state == "suspended"


def test_nobody_is_closed_who_has_customers(session: Session) -> None:
    csp = make_csp(session)
    reseller = make_below(session, csp, "reseller")
    customer = make_below(session, reseller)

    with pytest.raises(ConflictError, match="1 organisation stands below"):
        bring_to(session, reseller, "closing")
    bring_to(session, customer, "closing", "closed")

    assert bring_to(session, reseller, "closing").state == "closing"


def test_the_customers_of_a_suspended_csp_keep_their_state(session: Session) -> None:
    csp = make_csp(session)
    customer = make_below(session, csp)

    bring_to(session, csp, "suspended")

    assert get_organisation(session, customer.id).state == "active"


def test_a_trial_that_is_over_is_suspended_and_both_audits_say_so(session: Session) -> None:
    csp = make_csp(session)
    customer = make_below(session, csp)
    begin_trial(session, customer.id, days=10, now=NOON)

    early = end_due(session, now=NOON + timedelta(days=9))
    over = NOON + timedelta(days=10)
    ended = has_ended(session, now=over), end_due(session, now=over), end_due(session, now=over)

    assert (early, ended) == (0, (True, 1, 0))
    assert get_organisation(session, customer.id).state == "suspended"
    assert noted(session, csp.id) == [("customer.state_changed", "suspended")]


def test_closing_ends_as_closed_unless_it_is_taken_back(session: Session) -> None:
    csp = make_csp(session)
    kept, gone = make_below(session, csp), make_below(session, csp)
    for one in (kept, gone):
        assert bring_to(session, one, "closing").state_until == NOON + CLOSING_FOR
    bring_to(session, kept, "active")

    end_due(session, now=NOON + CLOSING_FOR)

    assert get_organisation(session, kept.id).state == "active"
    assert get_organisation(session, gone.id).state == "closed"
