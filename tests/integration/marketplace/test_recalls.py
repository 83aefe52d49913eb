"""A recalled version starts nothing more, and what became of each run under way is told."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs import store as installs
from blocks.installs.recalling import RecalledError
from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.recalls import store as recalling
from marketplace.recalls.model import Fate
from marketplace.recalls.reading import RecallView, get_recall, lines_of, list_received
from marketplace.recalls.store import Wish, recall
from marketplace.releases.reviewing import list_publicly
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import ReleaseView, public_releases
from marketplace.rollouts import store as rollouts
from marketplace.rollouts.model import RolloutState
from marketplace.search.store import get_entry
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.runs.not_started import NotStartedError
from tenancy.announcements.reaching import tell_due
from tenancy.announcements.reading import list_received as list_told
from tenancy.organisations import find_by_slug, get_organisation
from tenancy.scope import as_tenant, system
from tests.factories.market import WHO, release
from tests.factories.organisations import admin_of
from tests.factories.releases import (
    ANNA,
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.conftest import Market
from tests.integration.marketplace.test_rollouts import begin, go, see
from tests.integration.runtime.engine.bench import Bench


def take_back(market: Market, version: str = "1.0.0", **wish: object) -> RecallView:
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        asked = Wish(**{"reason": "It leaks", **wish})  # type: ignore[arg-type]
        return recall(session, admin_of(market.csp), market.digests[version], asked, now=NOON)


def flow_of(market: Market, tenant_id: UUID) -> UUID:
    with market.sessions() as session, as_tenant(session, tenant_id):
        return session.scalars(select(FlowRow)).one().id


def versions_live(market: Market) -> set[str]:
    """Give which versions of the block live workflows use."""
    with market.sessions() as session, system(session):
        versions = session.scalars(
            select(FlowVersionRow).join(FlowRow, FlowRow.live_version_id == FlowVersionRow.id)
        )
        return {one.document["steps"]["say"]["version"] for one in versions}


def test_no_new_run_uses_it_and_one_under_way_stops_at_the_block_and_both_are_told(
    few: Market,
) -> None:
    first = few.customers[0].id
    bench = Bench(sessions=few.sessions, tenant_id=first)
    run = bench.start(flow_of(few, first))
    made = take_back(few)
    bench.go()

    with pytest.raises(NotStartedError, match="withdrawn"):
        bench.start(flow_of(few, first))
    with few.sessions() as session, as_tenant(session, few.csp.id):
        seen = get_recall(session, few.csp.id, made.id)
        lines = lines_of(session, admin_of(few.csp), made.id)
    with few.sessions() as session, as_tenant(session, first):
        [received] = list_received(session, first, limit=10)
    assert (made.organisations, made.runs) == (6, {Fate.UNDER_WAY: 1})
    assert seen.runs == {Fate.STOPPED: 1}
    assert [one.runs for one in lines] == [{Fate.STOPPED: 1}, *[{}] * 5]
    assert [(one.run_id, one.fate) for one in received.runs] == [(run, Fate.STOPPED)]


def test_runs_under_way_are_let_finish_where_that_is_said_and_no_new_one_begins(
    few: Market,
) -> None:
    first = few.customers[0].id
    bench = Bench(sessions=few.sessions, tenant_id=first)
    bench.start(flow_of(few, first))
    made = take_back(few, lets_finish=True)

    with few.sessions() as session, as_tenant(session, first):
        [held] = installs.list_installs(session, first)
    assert (held.state.value, held.lets_finish) == ("withdrawn", True)
    assert made.runs == {Fate.UNDER_WAY: 1}
    with pytest.raises(NotStartedError):
        bench.start(flow_of(few, first))


def test_nobody_below_installs_it_anew_or_lets_it_be_used_again(few: Market) -> None:
    take_back(few)
    first = few.customers[0].id
    with few.sessions.begin() as session, as_tenant(session, first):
        [there] = installs.list_installs(session, first)
        with pytest.raises(ConflictError, match="withdrawn"):
            installs.release(session, first, there.id, now=NOON)
        with pytest.raises(RecalledError, match="It leaks"):
            installs.install(session, first, few.digests["1.0.0"], consents=True, **WHO)


def test_customers_of_another_csp_use_it_as_before(few: Market) -> None:
    with few.sessions.begin() as session:
        other = make_csp(session)
        with as_tenant(session, other.id):
            installs.install(session, other.id, few.digests["1.0.0"], consents=True, **WHO)
    made = take_back(few)

    with few.sessions() as session, as_tenant(session, other.id):
        [there] = installs.list_installs(session, other.id)
        assert there.state.starts_runs
        with pytest.raises(NotFoundError):
            get_recall(session, other.id, made.id)


def test_those_who_had_it_read_of_it_as_an_announcement(few: Market) -> None:
    take_back(few)
    first = few.customers[0].id
    with few.sessions.begin() as session, system(session):
        tell_due(session, now=NOON)

    with few.sessions() as session, as_tenant(session, first):
        [told] = list_told(session, first, None, limit=10, now=NOON)
    assert told.said.title == "Say a word 1.0.0 was recalled"


def test_a_replacement_goes_live_at_once_where_it_fits(few: Market) -> None:
    take_back(few, replacement=few.digests["1.1.0"])
    go(few)

    assert versions_live(few) == {"1.1.0"}


def test_a_replacement_that_is_taken_back_leaves_nobody_with_what_was_recalled(
    few: Market,
) -> None:
    take_back(few, replacement=few.digests["1.1.0"])
    go(few)
    with few.sessions.begin() as session, as_tenant(session, few.csp.id):
        [made] = rollouts.list_rollouts(session, few.csp.id, limit=10)
        rollouts.steer(session, admin_of(few.csp), made.id, "roll-back", now=NOON)
    go(few)

    assert (versions_live(few), made.plan.goes_back) == ({"1.1.0"}, False)
    Bench(sessions=few.sessions, tenant_id=few.customers[0].id).start(
        flow_of(few, few.customers[0].id)
    )


def test_what_cannot_be_done_beside_it_is_told_and_undoes_nothing(
    few: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("no mail")

    monkeypatch.setattr(recalling, "publish", break_down)
    begin(few, "1.1.0")
    made = take_back(few, replacement=few.digests["2.0.0"])

    with few.sessions() as session, as_tenant(session, few.customers[0].id):
        [there] = installs.list_installs(session, few.customers[0].id)
    assert there.state.value == "withdrawn"
    assert made.organisations == 6
    assert [one.partition(":")[0] for one in made.not_done] == ["announcement", "replacement"]
    assert "under way" in made.not_done[1]


def test_a_roll_out_of_what_is_recalled_moves_nobody_any_more(few: Market) -> None:
    rollout = begin(few, "1.1.0", rings=[100])
    made = take_back(few, "1.1.0", replacement=few.digests["2.0.0"])
    go(few)

    assert see(few, rollout).state is RolloutState.HALTED
    assert (versions_live(few), made.not_done) == ({"1.0.0"}, ())


def list_it(session: Session, version: str) -> ReleaseView:
    """List a release of the block in the marketplace."""
    publisher = find_by_slug(session, "acme-integration")
    if publisher is None:
        publisher = make_integrator(session)
        make_publisher(session, publisher)
    made = make_release(session, publisher, data=release(version))
    approved = approve(session, pass_checks(session, made))
    return list_publicly(session, make_vendor(session).id, approved.id, by=ANNA, now=NOON)


@pytest.mark.parametrize("is_vendor", [True, False])
def test_what_the_vendor_recalls_is_recalled_in_the_marketplace_and_not_found_there(
    few: Market, is_vendor: bool
) -> None:
    with few.sessions.begin() as session:
        who = few.csp
        if is_vendor:
            who = get_organisation(session, few.csp.parent_id)  # type: ignore[arg-type]
        listed = list_it(session, "1.0.0")
        with as_tenant(session, who.id):
            wish = Wish("It leaks")
            made = recall(session, admin_of(who), few.digests["1.0.0"], wish, now=NOON)

    with few.sessions() as session:
        [after] = public_releases(session, "acme.say")
        found = get_entry(session, "acme.say")
    assert listed.digest == few.digests["1.0.0"]
    assert made.not_done == ()
    assert (after.state is ReleaseState.RECALLED, found is None) == (is_vendor, is_vendor)


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"reason": " "}, "/reason"), ({"replacement": "older"}, "/replacement")],
)
def test_what_cannot_be_is_refused_with_its_field(
    few: Market, wish: dict[str, str], field: str
) -> None:
    if "replacement" in wish:
        wish = {"replacement": few.digests["1.0.0"]}
    with pytest.raises(InvalidError) as refused:
        take_back(few, "1.1.0", **wish)

    assert [one.pointer for one in refused.value.problems] == [field]


def test_a_version_is_recalled_once(few: Market) -> None:
    take_back(few)

    with pytest.raises(ConflictError, match="already"):
        take_back(few)
