"""A workflow asks, people decide, and the workflow goes on the way they said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from runtime.approvals._tables import Approval, ApprovalRight, ApprovalVote
from runtime.approvals.deciding import Decision, decide, deciders
from runtime.approvals.model import ApprovalState, Choice
from runtime.approvals.store import close_approvals
from runtime.runs._tables import Run
from runtime.runs.control import cancel_run
from runtime.runs.query import get_run
from tenancy.scope import as_tenant, system
from tenancy.tokens import create_token
from tests.factories.approvals import FORM, NOBODY, World
from tests.factories.tenancy import NOON, make_customer

HOUR = timedelta(hours=1)


def test_an_approved_run_goes_on_and_knows_who_and_what(world: World) -> None:
    run_id, asked = world.ask(fields=FORM)

    filled = {"ticket": "T-1", "team": "north"}
    decided = world.decide(asked, world.voter(), comment=" fine ", form=filled)

    assert decided.state is ApprovalState.APPROVED
    state, outputs = world.outcome(run_id)
    assert state == "succeeded"
    assert outputs["yes"] == {"by": "Anna"}
    said = {"by": "Anna", "at": "2026-11-24T12:00:00.000Z", "comment": "fine", "form": filled}
    everybody = [{"decision": "approve", **said}]
    assert outputs["ask"] == {"decision": "approved", **said, "decisions": everybody}


def test_a_rejected_run_takes_the_other_way_with_the_reason(world: World) -> None:
    run_id, asked = world.ask(fields=FORM, needed=2)

    decided = world.decide(asked, world.voter(), "reject", comment="not at noon")

    assert decided.state is ApprovalState.REJECTED
    assert world.outcome(run_id)[1]["no"] == {"why": "not at noon"}


def test_two_have_to_approve_and_both_are_named(world: World) -> None:
    run_id, asked = world.ask(needed=2)

    first = world.decide(asked, world.voter(name="Anna"))
    assert first.is_open
    assert world.outcome(run_id)[0] == "waiting"
    world.decide(asked, world.voter(name="Ben"))

    assert world.outcome(run_id)[1]["yes"] == {"by": "Anna, Ben"}


def test_nobody_decides_twice_and_others_not_at_all(world: World) -> None:
    _, asked = world.ask(needed=2, roles=["operator"])
    operator, admin = world.voter("operator"), world.voter("admin")
    world.decide(asked, operator)

    with pytest.raises(ConflictError, match="decided already"):
        world.decide(asked, operator)
    with pytest.raises(ForbiddenError, match="others are asked"):
        world.decide(asked, admin)

    assert [one.by for one in world.see(asked).votes] == [operator.name]


@pytest.mark.parametrize("by", ["Anna", "token ci"])
def test_who_started_the_run_does_not_decide_it(
    world: World, sessions: sessionmaker[Session], by: str
) -> None:
    anna, ben = world.voter(name="Anna"), world.voter(name="Ben")
    with sessions.begin() as session, as_tenant(session, world.tenant.id):
        create_token(session, world.tenant.id, name="ci", role="admin", now=NOON, by=anna.person_id)
    _, asked = world.ask(by=by, excludes_starter=True)

    with pytest.raises(ForbiddenError, match="you started this run"):
        world.decide(asked, anna)

    assert world.decide(asked, ben).state is ApprovalState.APPROVED


@pytest.mark.parametrize(
    ("choice", "said", "fields"),
    [
        pytest.param("reject", {}, ["/comment"], id="no reason"),
        pytest.param("approve", {"comment": "x" * 4_001}, ["/comment", "/form/ticket"], id="long"),
        pytest.param("approve", {"form": {"ticket": ""}}, ["/form/ticket"], id="empty"),
        pytest.param(
            "approve",
            {"form": {"ticket": "T", "team": "west", "more": 1}},
            ["/form/more", "/form/team"],
            id="not offered",
        ),
    ],
)
def test_a_decision_that_is_not_complete_names_the_fields(
    world: World, choice: str, said: dict[str, Any], fields: list[str]
) -> None:
    _, asked = world.ask(fields=FORM)

    with pytest.raises(InvalidError) as caught:
        world.decide(asked, world.voter(), choice, **said)

    assert [one.pointer for one in caught.value.problems] == fields
    assert world.see(asked).votes == ()


@pytest.mark.parametrize(
    ("action", "step"), [("timeout", "late"), ("approve", "yes"), ("reject", "no")]
)
def test_after_its_time_the_workflow_goes_on_as_it_says(
    world: World, action: str, step: str
) -> None:
    run_id, asked = world.ask(timeout_s=3_600, timeout_action=action)

    with pytest.raises(ConflictError, match="time to decide this is over"):
        world.decide(asked, world.voter(), now=NOON + HOUR)
    _, outputs = world.outcome(run_id, at=NOON + HOUR)

    assert step in outputs
    assert world.see(asked).state is ApprovalState.TIMED_OUT


def test_a_cancelled_run_asks_no_longer(world: World, sessions: sessionmaker[Session]) -> None:
    run_id, asked = world.ask()
    with sessions.begin() as session, as_tenant(session, world.tenant.id):
        cancel_run(session, world.tenant.id, run_id, by="Anna", now=NOON)

    assert world.outcome(run_id)[0] == "cancelled"

    assert world.see(asked).state is ApprovalState.WITHDRAWN
    with pytest.raises(ConflictError, match="asked no longer"):
        world.decide(asked, world.voter())


def test_a_step_that_waits_no_longer_leaves_nothing_half_written(
    world: World, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, asked = world.ask()
    anna = world.voter()
    monkeypatch.setattr("runtime.runs.waits.resolve_step", lambda *_, **__: False)

    where, said = (world.tenant.id, asked, anna), Decision(choice=Choice.APPROVE, form={})
    with (
        sessions.begin() as session,
        as_tenant(session, world.tenant.id),
        pytest.raises(ConflictError, match="waits for this no longer"),
    ):
        decide(session, *where, said, now=NOON)

    found = world.see(asked)
    assert (found.state, found.votes) == (ApprovalState.OPEN, ())


def test_two_who_approve_at_the_same_moment_count_as_two(world: World) -> None:
    run_id, asked = world.ask(needed=2)
    voters = [world.voter(name="Anna"), world.voter(name="Ben")]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda voter: world.decide(asked, voter), voters))

    assert world.see(asked).state is ApprovalState.APPROVED
    assert world.outcome(run_id)[0] == "succeeded"


def test_one_who_sends_twice_at_the_same_moment_counts_once(world: World) -> None:
    _, asked = world.ask(needed=2)
    anna = world.voter()

    def approve(_: int) -> str:
        try:
            return world.decide(asked, anna).state.value
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(approve, range(2)))

    assert answers == ["core.conflict", "open"]
    assert len(world.see(asked).votes) == 1


def test_only_the_steps_that_are_named_stop_asking(
    world: World, sessions: sessionmaker[Session]
) -> None:
    run_id, asked = world.ask()

    for steps, expected in ((["other"], ApprovalState.OPEN), (None, ApprovalState.WITHDRAWN)):
        with sessions.begin() as session, as_tenant(session, world.tenant.id):
            close_approvals(session, world.tenant.id, run_id, now=NOON, steps=steps)
        assert world.see(asked).state is expected


def test_what_can_never_be_decided_fails_its_step_at_once(
    world: World, sessions: sessionmaker[Session]
) -> None:
    run_id = world.start(needed=2, people=["anna@example.com"])

    with sessions() as session, as_tenant(session, world.tenant.id):
        run = get_run(session, world.tenant.id, run_id)
    assert run.state.value == "failed"
    assert "name at least 2 people" in str(run.error)


def test_members_who_may_still_decide_are_known(
    world: World, sessions: sessionmaker[Session]
) -> None:
    anna, ben = world.voter(name="Anna"), world.voter(name="Ben")
    world.voter("viewer", name="Vera")
    _, asked = world.ask(by="Ben", excludes_starter=True, needed=2)
    assert ben.email

    def names() -> list[str]:
        with sessions() as session, as_tenant(session, world.tenant.id):
            return [one.name for one in deciders(session, world.tenant.id, asked)]

    assert names() == ["Anna"]
    world.decide(asked, anna)
    assert names() == []


def test_another_tenants_approval_is_not_there(
    world: World, sessions: sessionmaker[Session]
) -> None:
    _, asked = world.ask()
    with sessions.begin() as session:
        other = World(sessions, make_customer(session, "Other"))

    with pytest.raises(NotFoundError):
        other.decide(asked, other.voter())
    with pytest.raises(NotFoundError):
        other.see(uuid4(), NOBODY)


def test_what_a_run_asked_goes_with_it(world: World, sessions: sessionmaker[Session]) -> None:
    run_id, asked = world.ask(needed=2)
    world.decide(asked, world.voter())

    with sessions.begin() as session, system(session):
        session.execute(delete(Run).where(Run.id == run_id))
        left = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Approval, ApprovalRight, ApprovalVote)
        ]

    assert left == [0, 0, 0]
