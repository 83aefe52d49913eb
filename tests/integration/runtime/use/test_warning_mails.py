"""Mails of warnings: to whom, once for each step, under whose brand, and what a provider chose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import Vault, new_key
from runtime.use._tables import UsageWarning
from runtime.use.recording import RUNS, day_of, record_use
from runtime.use.trials import tell_of_trial, trials_to_tell
from runtime.use.warnings import warn_near_end
from tenancy.brand.model import read_brand
from tenancy.brand.store import change_brand
from tenancy.life_cycle.changing import begin_trial, end_due
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.people import PersonView
from tenancy.plans.assigning import end_trials, plan_of, put_on_plan
from tenancy.plans.caps import set_own_cap
from tenancy.plans.telling import choose
from tenancy.scope import as_tenant, system
from tests.factories.organisations import bring_to
from tests.factories.plans import acting_for, keeper_of, make_plan_of, on_plan
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.factories.use import use

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)
VAULT = Vault([new_key()])
PER_RUN: dict[str, Any] = {"price": {"metered": {"runs": {"included": 0, "per": 1, "cents": 100}}}}


@pytest.fixture(autouse=True)
def posting(sessions: Sessions) -> None:
    office = PostOffice(public_url="https://ops.example", vault=VAULT)
    sessions.configure(info={**sessions.kw.get("info", {}), POST_OFFICE: office})


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


@pytest.fixture
def anna(sessions: Sessions, acme: OrganisationView) -> PersonView:
    with sessions.begin() as session:
        make_member(session, acme, "viewer")
        return make_member(session, acme, "admin")


@pytest.fixture
def bill(sessions: Sessions, acme: OrganisationView) -> PersonView:
    """Who sees to billing at acme's CSP."""
    with sessions.begin() as session:
        csp = keeper_of(session, acme)
        return make_member(session, get_organisation(session, csp.tenant_id), "billing")


def warn(sessions: Sessions, acme: OrganisationView) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        warn_near_end(session, acme.id, now=NOON)


def mails(sessions: Sessions) -> list[tuple[str, str]]:
    with sessions() as session:
        rows = session.scalars(select(Mail).order_by(Mail.id))
        return [(one.recipient, one.subject) for one in rows]


def texts(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [VAULT.decrypt(one.text) for one in session.scalars(select(Mail).order_by(Mail.id))]


def use_runs(sessions: Sessions, acme: OrganisationView, number: int) -> None:
    with sessions.begin() as session:
        use(session, acme.id, day_of(NOON), runs=number)


def test_at_four_fifths_of_a_quota_the_admins_are_told_once_what_to_do(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"runs_a_day": 10})
    use_runs(sessions, acme, 8)

    for _ in range(3):
        warn(sessions, acme)

    assert mails(sessions) == [(anna.email, "Acme: Runs today, four fifths of it are used")]
    assert "8 of 10" in texts(sessions)[0]
    assert "ask CSP for another plan" in texts(sessions)[0]
    assert f"https://ops.example/t/{acme.slug}/usage" in texts(sessions)[0]


def test_what_is_used_up_at_once_is_told_by_one_mail(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"runs_a_day": 10})
    use_runs(sessions, acme, 10)

    warn(sessions, acme)

    assert mails(sessions) == [(anna.email, "Acme: Runs today, all of it is used")]


def test_a_cap_that_holds_not_one_unit_more_is_told_as_used_up(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, **PER_RUN)
        with as_tenant(session, acme.id):
            set_own_cap(session, acting_for(acme), 1_050, now=NOON)
    use_runs(sessions, acme, 10)

    warn(sessions, acme)

    assert mails(sessions) == [(anna.email, "Acme: Spent this month, all of it is used")]
    assert "raise the cap on the page of use" in texts(sessions)[0]


@pytest.mark.parametrize(
    ("chosen", "told"),
    [("all", 2), ("end", 1), ("none", 0)],
)
def test_a_provider_is_told_what_it_chose(
    sessions: Sessions, acme: OrganisationView, bill: PersonView, chosen: str, told: int
) -> None:
    with sessions.begin() as session:
        keeper = keeper_of(session, acme)
        with as_tenant(session, keeper.tenant_id):
            choose(session, keeper, chosen, now=NOON)
        on_plan(session, acme, quotas={"runs_a_day": 10})
    for key, number in (("some", 8), ("more", 2)):
        with sessions.begin() as session, as_tenant(session, acme.id):
            record_use(session, acme.id, RUNS, key, number, now=NOON)
        warn(sessions, acme)

    assert [to for to, _ in mails(sessions)] == [bill.email] * told


def test_each_is_spoken_to_under_its_own_brand(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    with sessions.begin() as session:
        keeper = keeper_of(session, acme)
        with as_tenant(session, keeper.tenant_id):
            wanted = read_brand({"product": "Aurora"})
            change_brand(session, keeper.tenant_id, wanted, {}, by="Nora", now=NOON)
        on_plan(session, acme, quotas={"runs_a_day": 10})
    use_runs(sessions, acme, 8)

    warn(sessions, acme)

    assert mails(sessions)[0][0] == anna.email
    assert "in Aurora: 8 of 10" in texts(sessions)[0]
    assert "Garland" not in texts(sessions)[0]


def tell(sessions: Sessions, *, days: float) -> int:
    """Let the scheduler tell of trials some days from noon."""
    now = NOON + days * DAY
    with sessions() as session:
        found = trials_to_tell(session, now=now)
    with sessions.begin() as session:
        return sum(tell_of_trial(session, one, now=now) for one in found)


def on_trial(sessions: Sessions, acme: OrganisationView, days: int) -> None:
    with sessions.begin() as session:
        plan = make_plan_of(session, acme, "Gold")
        who = keeper_of(session, acme)
        with as_tenant(session, who.tenant_id):
            put_on_plan(session, who, acme.id, plan.id, trial_days=days, now=NOON)


def test_the_end_of_a_trial_is_told_a_week_and_a_day_before(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    on_trial(sessions, acme, 14)

    told = [tell(sessions, days=day) for day in (6.9, 7, 8, 13, 13.5)]

    assert told == [0, 1, 0, 1, 0]
    assert (
        mails(sessions)
        == [(anna.email, "Acme: the trial of Gold ends on 08 Dec 2026 12:00 UTC")] * 2
    )
    assert "no plan holds any more" in texts(sessions)[0]


def test_many_trials_cost_as_many_reads_as_one(sessions: Sessions) -> None:
    counts = []
    for number in (1, 4):
        for _ in range(number):
            with sessions.begin() as session:
                one = make_customer(session, "Some")
            on_trial(sessions, one, 14)
        tell(sessions, days=8)
        with sessions() as session:
            asked: list[object] = []
            event.listen(session, "do_orm_execute", asked.append)
            assert trials_to_tell(session, now=NOON + 8 * DAY) == []
            counts.append(len(asked))

    assert counts[0] == counts[1] > 0


@pytest.mark.usefixtures("anna")
def test_one_that_is_closed_is_told_of_no_trial(sessions: Sessions, acme: OrganisationView) -> None:
    on_trial(sessions, acme, 14)
    with sessions.begin() as session:
        bring_to(session, acme, "closing", "closed")

    assert tell(sessions, days=8) == 0


def test_after_a_pause_only_the_step_that_is_left_is_told(
    sessions: Sessions, acme: OrganisationView, anna: PersonView
) -> None:
    on_trial(sessions, acme, 14)

    assert [tell(sessions, days=day) for day in (13.2, 13.3)] == [1, 0]
    assert [to for to, _ in mails(sessions)] == [anna.email]


@pytest.mark.usefixtures("anna")
def test_a_trial_of_five_days_is_not_told_at_its_beginning(
    sessions: Sessions, acme: OrganisationView
) -> None:
    on_trial(sessions, acme, 5)

    assert [tell(sessions, days=day) for day in (0.1, 4)] == [0, 1]
    assert len(mails(sessions)) == 1


def test_the_end_of_an_organisations_own_trial_says_that_it_is_suspended(
    sessions: Sessions, acme: OrganisationView, anna: PersonView, bill: PersonView
) -> None:
    with sessions.begin() as session:
        begin_trial(session, acme.id, days=30, now=NOON)

    assert [tell(sessions, days=day) for day in (23, 29)] == [1, 1]
    assert [to for to, _ in mails(sessions)] == [anna.email, anna.email, bill.email]
    assert all("it is suspended" in one for one in texts(sessions))


def test_when_trials_are_over_the_plan_from_before_holds_and_the_organisation_is_suspended(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, "Basic")
        begin_trial(session, acme.id, days=14, now=NOON)
    on_trial(sessions, acme, 14)
    stands = []
    for days in (13.9, 14):
        with sessions.begin() as session:
            end_trials(session, now=NOON + days * DAY)
            end_due(session, now=NOON + days * DAY)
        with sessions() as session:
            on = plan_of(session, acme.id)
            assert on is not None
            stands.append((on.plan.name, get_organisation(session, acme.id).state))

    assert stands == [("Gold", "trial"), ("Basic", "suspended")]
    assert tell(sessions, days=14) == 0


@pytest.mark.usefixtures("anna")
def test_without_a_mail_server_the_step_is_noted_all_the_same(
    sessions: Sessions, acme: OrganisationView
) -> None:
    info = {name: one for name, one in sessions.kw["info"].items() if name != POST_OFFICE}
    sessions.configure(info=info)
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"runs_a_day": 10})
    use_runs(sessions, acme, 8)

    warn(sessions, acme)

    assert mails(sessions) == []
    with sessions() as session, system(session):
        assert [one.name for one in session.scalars(select(UsageWarning))] == ["runs_a_day"]
