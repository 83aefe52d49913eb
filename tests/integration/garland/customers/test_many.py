"""Many customers are changed bite by bite, each for itself, and taken back where that can be."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy.customers.many import store
from tenancy.customers.many.choosing import PLAN, STATE
from tenancy.life_cycle.changing import begin_trial
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans._tables import PlanUse
from tenancy.plans.assigning import plan_of, put_on_plan
from tenancy.scope import as_tenant
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.plans import make_plan_of, on_plan
from tests.factories.tenancy import NOON, make_csp
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
SUSPEND = {"state": "suspended", "reason": "unpaid"}


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


def state_of(session: Session, one: OrganisationView) -> str:
    return get_organisation(session, one.id).state


def test_a_change_goes_on_from_where_it_stopped(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BITE", 2)
    csp = make_csp(session)
    who, some = admin_of(csp), [make_below(session, csp, name=f"C{n}") for n in range(5)]
    with as_tenant(session, csp.id):
        change = store.begin(session, who, [one.id for one in some], STATE, SUSPEND, now=NOON)
        bites = [store.go_on(session, who, change.id, now=NOON) for _ in range(3)]
        waits = [one.counts["waiting"] for one in (change, *bites)]

    assert waits == [3, 1, 0, 0]
    assert {state_of(session, one) for one in some} == {"suspended"}


def test_what_cannot_be_done_is_kept_with_the_reason_and_keeps_nobody_from_it(
    session: Session,
) -> None:
    csp = make_csp(session)
    going, over = make_below(session, csp, name="A"), make_below(session, csp, name="B")
    bring_to(session, over, "closing", "closed")
    who = admin_of(csp)
    with as_tenant(session, csp.id):
        change = store.begin(session, who, [going.id, over.id], STATE, SUSPEND, now=NOON)
        items = store.items_of(session, change, limit=9)

    told = [(one.organisation.name, one.outcome) for one in items]
    assert told == [("B", "refused"), ("A", "done")]
    assert "B is closed" in items[0].why_not


def test_taking_back_brings_each_to_what_it_was(session: Session) -> None:
    csp = make_csp(session)
    suspended, active = make_below(session, csp, name="A"), make_below(session, csp, name="B")
    bring_to(session, suspended, "suspended")
    plan, other = on_plan(session, active), make_plan_of(session, active, "Other")
    who, both = admin_of(csp), [suspended.id, active.id]
    with as_tenant(session, csp.id):
        for verb, wish in ((STATE, SUSPEND), (PLAN, {"plan_id": str(other.id)})):
            change = store.begin(session, who, both, verb, wish, now=NOON)
            store.undo(session, who, change.id, now=NOON)
            with pytest.raises(ConflictError, match="taken back already"):
                store.undo(session, who, change.id, now=NOON)
        plans = [plan_of(session, one) for one in both]

    assert [state_of(session, one) for one in (suspended, active)] == ["suspended", "active"]
    assert [one.plan.id if one else None for one in plans] == [None, plan.id]


def test_taking_back_restores_the_end_of_a_trial_and_what_follows_it(session: Session) -> None:
    csp = make_csp(session)
    one, who = make_below(session, csp, name="A"), admin_of(csp)
    begin_trial(session, one.id, days=14, now=NOON)
    basic, gold = on_plan(session, one, "Basic"), make_plan_of(session, one, "Gold")
    other, later = make_plan_of(session, one, "Other"), NOON + timedelta(days=3)
    with as_tenant(session, csp.id):
        put_on_plan(session, who, one.id, gold.id, trial_days=10, now=NOON)
        for verb, wish in ((STATE, SUSPEND), (PLAN, {"plan_id": str(other.id)})):
            change = store.begin(session, who, [one.id], verb, wish, now=later)
            undone = store.undo(session, who, change.id, now=later)
            assert undone.counts["done"] == 1
    use = session.get_one(PlanUse, one.id)
    found = get_organisation(session, one.id)

    assert (found.state, found.state_until) == ("trial", NOON + timedelta(days=14))
    assert (use.plan_id, use.then_id) == (gold.id, basic.id)
    assert use.until == NOON + timedelta(days=10)


def test_what_was_decided_since_is_not_taken_back(session: Session) -> None:
    csp = make_csp(session)
    stays, goes = make_below(session, csp, name="A"), make_below(session, csp, name="B")
    who, both, later = admin_of(csp), [stays.id, goes.id], NOON + timedelta(days=1)
    chosen, other = make_plan_of(session, stays, "Chosen"), make_plan_of(session, stays, "Other")
    told = []
    with as_tenant(session, csp.id):
        change = store.begin(session, who, both, STATE, SUSPEND, now=NOON)
        planned = store.begin(session, who, both, PLAN, {"plan_id": str(other.id)}, now=NOON)
        bring_to(session, stays, "closing")
        put_on_plan(session, who, stays.id, chosen.id, now=later)
        for each in (change, planned):
            undone = store.undo(session, who, each.id, now=later)
            told += [(one.outcome, one.why_not) for one in store.items_of(session, undone, limit=9)]
        plans = [plan_of(session, one) for one in both]

    assert [state_of(session, one) for one in (stays, goes)] == ["closing", "active"]
    assert [one.plan.id if one else None for one in plans] == [chosen.id, None]
    assert [one for one, _ in told] == ["refused", "done"] * 2
    assert "it is closing by now" in told[0][1]
    assert "its plan was changed since" in told[2][1]


def test_a_trial_that_is_over_by_now_is_not_begun_anew(session: Session) -> None:
    csp = make_csp(session)
    one, who = make_below(session, csp), admin_of(csp)
    begin_trial(session, one.id, days=14, now=NOON)
    with as_tenant(session, csp.id):
        change = store.begin(session, who, [one.id], STATE, SUSPEND, now=NOON)
        undone = store.undo(session, who, change.id, now=NOON + timedelta(days=20))

    assert (undone.counts["refused"], state_of(session, one)) == (1, "suspended")


def test_a_wish_without_its_reason_keeps_nothing(session: Session) -> None:
    csp = make_csp(session)
    one, who = make_below(session, csp), admin_of(csp)

    with as_tenant(session, csp.id):
        with pytest.raises(InvalidError), session.begin_nested():
            store.begin(session, who, [one.id], STATE, {"state": "suspended"}, now=NOON)

        assert store.list_changes(session, who, limit=9) == []


def test_nobody_elses_customers_and_changes_are_there(session: Session) -> None:
    csp, other = make_csp(session), make_csp(session)
    mine, theirs = make_below(session, csp), make_below(session, other)
    change = store.begin(session, admin_of(csp), [mine.id], STATE, SUSPEND, now=NOON)

    for ids in ([theirs.id], [mine.id, theirs.id]):
        with pytest.raises(NotFoundError):
            store.begin(session, admin_of(csp), ids, STATE, SUSPEND, now=NOON)
    for verb in (store.go_on, store.undo):
        with pytest.raises(NotFoundError):
            verb(session, admin_of(other), change.id, now=NOON)
    with pytest.raises(NotFoundError):
        store.get_change(session, admin_of(other), change.id)


@pytest.fixture
def noah(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("admin", csp)


def test_all_that_fit_a_filter_are_meant_on_every_page(
    sessions: Sessions, noah: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        some = [make_below(session, csp, name=f"Branch {n:02}") for n in range(60)]
    at = f"/t/{csp.slug}/customers"

    listed = noah.get(f"{at}?q=branch").text
    asked = noah.get(f"{at}/change?to=suspended&all=true&q=branch").text
    file = noah.get(f"{at}/list.csv?all=true&q=branch")

    assert "All 60 that fit, on every page" in listed
    assert "Suspend: 60 of them" in asked
    assert str(acme.id) not in asked
    assert len(file.text.splitlines()) == 61
    assert some[0].slug in file.text


def test_a_plan_is_looked_at_before_it_is_given(
    sessions: Sessions, noah: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        plan = on_plan(session, acme, "Gold")
        other = make_below(session, csp, name="Other")
    at, ids = f"/t/{csp.slug}/customers/change", [str(acme.id), str(other.id)]

    first = noah.get(at, query_string={"to": "plan", "id": ids}).text
    asked = noah.get(at, query_string={"to": "plan", "id": ids, "plan_id": str(plan.id)}).text
    form = {"to": "plan", "id": str(other.id), "plan_id": str(plan.id)}
    done = noah.post(at, data=form, follow_redirects=True).text

    assert "Put on a plan: " not in first
    assert "It is on this plan already" in asked
    assert "Put on a plan: Other" in asked
    assert "Put on the plan Gold" in done
    with sessions() as session:
        found = plan_of(session, other.id)
    assert found is not None
    assert found.plan.id == plan.id


def test_announcing_to_chosen_ones_begins_a_draft_for_them(
    noah: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    at = f"/t/{csp.slug}/customers/change"

    page = noah.post(at, data={"to": "announce", "id": str(acme.id)}, follow_redirects=True).text

    assert acme.slug in page
    assert '<option value="chosen" selected>' in page


@pytest.mark.parametrize(
    ("role", "to", "status"),
    [("billing", "plan", 200), ("billing", "suspended", 403), ("curator", "plan", 403)],
)
def test_each_thing_needs_its_own_permission(
    signed_in: SignedIn,
    csp: OrganisationView,
    acme: OrganisationView,
    role: str,
    to: str,
    status: int,
) -> None:
    browser = signed_in(role, csp)

    answer = browser.get(f"/t/{csp.slug}/customers/change?to={to}&id={acme.id}")

    assert answer.status_code == status


def test_what_a_stranger_asks_for_is_not_there(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
        who = admin_of(csp)
        change = store.begin(session, who, [UUID(str(acme.id))], STATE, SUSPEND, now=NOON)
    stranger, at = signed_in("admin", other), f"/t/{other.slug}/customers/changes/{change.id}"

    answers = [stranger.get(at), stranger.post(f"{at}/go-on"), stranger.post(f"{at}/undo")]

    assert [one.status_code for one in answers] == [404, 404, 404]
