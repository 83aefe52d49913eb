"""Every deed in every state of an alarm: what it makes of its axis, and that it moves no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.deeds import DEEDS, SHELF_MAX, Deed, Kin, Step, do, redo
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from runtime.alarms.policy.model import LifecyclePolicy
from tests.unit.runtime.alarms.axes import (
    COMBINATIONS,
    LATER,
    OTHER,
    PARENT,
    SHELF_END,
    State,
    make_deed,
    make_state,
    moved,
)

POLICY = LifecyclePolicy(escalate_after_min=(10, 30))
MORROW = SHELF_END + timedelta(days=1)
ABOVE = Kin(has_children=True)
CRITICAL = {"perceived_severity": "critical"}

# Of every kind: the deed, the axes that it may move, and which states decide what becomes of it.
MADE: dict[str, tuple[Deed, set[str], set[str]]] = {
    "acknowledged": (
        make_deed("acknowledged", comment="mine"),
        {"acknowledgement", "escalation"},
        {"acknowledged"},
    ),
    "unacknowledged": (
        make_deed("unacknowledged"),
        {"acknowledgement", "escalation"},
        {"acknowledged", "cleared"},  # what is over escalates no more
    ),
    "cleared": (make_deed("cleared"), {"condition", "escalation"}, {"cleared"}),
    "commented": (make_deed("commented", comment="seen"), set(), set()),
    "set": (
        make_deed("set", fields={**CRITICAL, "text": "cut"}),
        {"condition", "said"},
        {"cleared"},
    ),
    "assigned": (make_deed("assigned", owner="Bo"), {"owner"}, {"owned"}),
    "shelved": (make_deed("shelved", until=MORROW, reason="works"), {"shelf"}, {"shelved"}),
    "unshelved": (make_deed("unshelved"), {"shelf"}, {"shelved"}),
    "suppressed": (make_deed("suppressed", planned=True), {"suppression"}, {"suppressed"}),
    "unsuppressed": (make_deed("unsuppressed"), {"suppression"}, {"suppressed"}),
    "grouped": (make_deed("grouped", parent=str(PARENT)), {"grouping"}, {"grouped"}),
    "ungrouped": (make_deed("ungrouped"), {"grouping"}, {"grouped"}),
    "group_joined": (make_deed("group_joined", number=1), {"grouping"}, set()),
    "group_left": (make_deed("group_left", number=1), {"grouping"}, set()),
    "escalated": (
        make_deed("escalated"),
        {"escalation", "condition"},  # of which only the instant of the last change
        {"cleared", "acknowledged", "shelved", "suppressed"},
    ),
}


def after(state: State, step: Step) -> State:
    return {**state, **step.values}


@pytest.mark.parametrize(
    ("otherwise", "deed", "expected"),
    [
        pytest.param(
            [],
            make_deed("acknowledged"),
            {"ack_state": AckState.ACKNOWLEDGED, "acked_at": LATER, "acked_by": "Cy"},
            id="unacknowledged, acknowledge",
        ),
        pytest.param(
            ["cleared"],
            make_deed("acknowledged"),
            {"ack_state": AckState.ACKNOWLEDGED, "is_active": False},
            id="cleared, acknowledge",
        ),
        pytest.param(
            ["acknowledged"],
            make_deed("unacknowledged"),
            {"ack_state": AckState.UNACKNOWLEDGED, "acked_at": None, "acked_by": ""},
            id="acknowledged, give back",
        ),
        pytest.param(
            ["acknowledged"],
            make_deed("unacknowledged"),
            {"escalate_at": LATER + timedelta(minutes=10)},
            id="acknowledged, give back: it may escalate again",
        ),
        pytest.param(
            ["acknowledged", "cleared"],
            make_deed("unacknowledged"),
            {"ack_state": AckState.UNACKNOWLEDGED, "escalate_at": None},
            id="acknowledged and cleared, give back: it escalates no more",
        ),
        pytest.param(
            [],
            make_deed("cleared"),
            {
                "is_active": False,
                "perceived_severity": Severity.CLEARED,
                "previous_severity": Severity.MAJOR,
                "severity_rank": 0,
                "cleared_at": LATER,
                "cleared_by": "Cy",
                "expires_at": None,
                "escalate_at": None,
            },
            id="raised, clear",
        ),
        pytest.param(
            [],
            make_deed("set", fields=CRITICAL),
            {
                "perceived_severity": Severity.CRITICAL,
                "previous_severity": Severity.MAJOR,
                "reported_severity": Severity.MAJOR,
                "changed_at": LATER,
            },
            id="raised, set the severity",
        ),
        pytest.param(
            ["cleared"],
            make_deed("set", fields=CRITICAL),
            {"perceived_severity": Severity.CLEARED, "is_active": False},
            id="cleared, set the severity: it stays cleared",
        ),
        pytest.param(
            [],
            make_deed("set", fields={"text": "cut", "attributes": {"team": "core"}}),
            {"text": "cut", "attributes": {"site": "bern", "team": "core"}},
            id="set fields over what the source says",
        ),
        pytest.param(
            [],
            make_deed("shelved", until=MORROW, reason="works"),
            {"shelved_until": MORROW, "shelved_by": "Cy", "shelved_reason": "works"},
            id="shown, shelve",
        ),
        pytest.param(
            ["shelved"],
            make_deed("shelved", until=MORROW, reason="known"),
            {"shelved_until": MORROW, "shelved_by": "Cy"},
            id="shelved, shelve for longer",
        ),
        pytest.param(
            ["shelved"],
            make_deed("unshelved"),
            {"shelved_until": None, "shelved_by": "", "shelved_reason": ""},
            id="shelved, bring back",
        ),
        pytest.param(
            [], make_deed("grouped", parent=str(PARENT)), {"parent_id": PARENT}, id="group"
        ),
        pytest.param(
            ["grouped"],
            make_deed("grouped", parent=str(OTHER)),
            {"parent_id": OTHER},
            id="under one, group under another",
        ),
        pytest.param(["grouped"], make_deed("ungrouped"), {"parent_id": None}, id="ungroup"),
        pytest.param([], make_deed("group_joined", number=2), {"is_root_cause": True}, id="joined"),
        pytest.param(
            [],
            make_deed("suppressed", planned=True),
            {"suppressed_at": LATER, "suppressed_by": "Cy", "planned_outage": True},
            id="shown, suppress for planned work",
        ),
        pytest.param(
            ["suppressed"],
            make_deed("unsuppressed"),
            {"suppressed_at": None, "suppressed_by": "", "planned_outage": False},
            id="suppressed, let it show",
        ),
        pytest.param([], make_deed("assigned", owner="Di"), {"owner": "Di"}, id="assign"),
        pytest.param(["owned"], make_deed("assigned", owner=""), {"owner": ""}, id="take away"),
        pytest.param(
            [],
            make_deed("escalated"),
            {"escalation_level": 1, "escalate_at": LATER + timedelta(minutes=20)},
            id="escalate, and to the next level when it is due",
        ),
    ],
)
def test_a_deed_moves_an_alarm_from_state_to_state(
    otherwise: list[str], deed: Deed, expected: dict[str, Any]
) -> None:
    step = do(make_state(*otherwise), deed, policy=POLICY)

    now = after(make_state(*otherwise), step)
    assert {name: now[name] for name in expected} == expected
    assert [line.kind for line in step.lines] == [deed.kind]


@pytest.mark.parametrize(
    ("otherwise", "deed", "reason"),
    [
        (["acknowledged"], make_deed("acknowledged"), "it is acknowledged already"),
        ([], make_deed("unacknowledged"), "nobody has acknowledged it"),
        (["cleared"], make_deed("cleared"), "it is cleared already"),
        (["shelved"], make_deed("shelved", until=SHELF_END, reason="known"), "it is shelved so"),
        ([], make_deed("unshelved"), "it is not on the shelf"),
        (["suppressed"], make_deed("suppressed"), "it is suppressed already"),
        ([], make_deed("unsuppressed"), "it is not suppressed"),
        (["grouped"], make_deed("grouped", parent=str(PARENT)), "it is under that alarm already"),
        ([], make_deed("ungrouped"), "it is under no other"),
        (["owned"], make_deed("assigned", owner="Bo"), "it is so already"),
        (["cleared"], make_deed("escalated"), "it is cleared already"),
        (["acknowledged"], make_deed("escalated"), "it is acknowledged already"),
        (["shelved"], make_deed("escalated"), "it escalates once it is back"),
        (["suppressed"], make_deed("escalated"), "it escalates once it is back"),
    ],
)
def test_a_deed_that_has_nothing_to_change_leaves_the_alarm_as_it_is_and_says_why(
    otherwise: list[str], deed: Deed, reason: str
) -> None:
    step = do(make_state(*otherwise), deed, policy=POLICY)

    assert (step.values, step.lines) == ({}, ())
    assert reason in step.reason


@pytest.mark.parametrize(
    ("deed", "kin", "pointer", "message"),
    [
        (make_deed("shelved", until=LATER, reason="r"), Kin(), "/until", "lies ahead"),
        (
            make_deed("shelved", until=LATER + SHELF_MAX + timedelta(seconds=1), reason="r"),
            Kin(),
            "/until",
            "within 366 days",
        ),
        (
            make_deed("grouped", parent=str(PARENT)),
            Kin(above={PARENT, make_state()["id"]}),
            "/children",
            "cannot be under itself",
        ),
    ],
    ids=["shelve until now", "shelve for ever", "group in a ring"],
)
def test_a_deed_that_cannot_be_is_refused_in_every_state(
    deed: Deed, kin: Kin, pointer: str, message: str
) -> None:
    for otherwise in COMBINATIONS:
        with pytest.raises(InvalidError, match=message) as caught:
            do(make_state(*otherwise), deed, kin=kin)

        assert [one.pointer for one in caught.value.problems] == [pointer]


def test_the_tables_leave_no_deed_out() -> None:
    assert set(MADE) == set(DEEDS)


@pytest.mark.parametrize("kind", DEEDS)
def test_a_deed_moves_its_own_axis_alone_whatever_the_others_are(kind: str) -> None:
    deed, may_move, _ = MADE[kind]

    went = {
        otherwise: moved(state, after(state, do(state, deed, policy=POLICY, kin=ABOVE)))
        for otherwise in COMBINATIONS
        if (state := make_state(*otherwise))
    }

    assert {otherwise for otherwise, axes in went.items() if not axes <= may_move} == set()
    assert set().union(*went.values()) == may_move


@pytest.mark.parametrize("kind", DEEDS)
def test_what_becomes_of_a_deed_depends_on_its_own_axis_alone(kind: str) -> None:
    deed, _, deciding = MADE[kind]

    for otherwise in COMBINATIONS:
        alone = tuple(name for name in otherwise if name in deciding)
        among_others = do(make_state(*otherwise), deed, policy=POLICY)
        by_itself = do(make_state(*alone), deed, policy=POLICY)

        assert among_others.values == by_itself.values, otherwise
        assert among_others.reason == by_itself.reason, otherwise


@given(st.lists(st.sampled_from(DEEDS), max_size=12), st.sampled_from(COMBINATIONS))
def test_what_the_history_says_leads_to_the_same_alarm(
    kinds: list[str], otherwise: tuple[str, ...]
) -> None:
    live = past = make_state(*otherwise)
    for kind in kinds:
        step = do(live, MADE[kind][0], policy=POLICY)
        live = after(live, step)
        for line in step.lines:
            past = {**past, **redo(past, line, policy=POLICY)}

    assert past == live


@given(st.lists(st.sampled_from(DEEDS), max_size=12), st.sampled_from(COMBINATIONS))
def test_after_any_deeds_an_alarm_holds_together(
    kinds: list[str], otherwise: tuple[str, ...]
) -> None:
    now = make_state(*otherwise)
    for kind in kinds:
        now = after(now, do(now, MADE[kind][0], policy=POLICY))

    is_over = now["perceived_severity"] is Severity.CLEARED
    assert is_over == (now["cleared_at"] is not None) == (not now["is_active"])
    assert now["severity_rank"] == now["perceived_severity"].rank
    is_known = now["ack_state"] is AckState.ACKNOWLEDGED
    assert is_known == (now["acked_at"] is not None) == bool(now["acked_by"])
    assert (now["shelved_until"] is None) == (now["shelved_reason"] == "")
    assert not (is_over or is_known) or now["escalate_at"] is None


def test_a_line_that_is_no_deed_changes_nothing() -> None:
    assert redo(make_state(), make_deed("created")) == {}


def test_the_last_child_that_leaves_ends_the_root_cause() -> None:
    parent = {**make_state(), "is_root_cause": True}
    left = make_deed("group_left", number=1)

    assert do(parent, left, kin=Kin(has_children=True)).values == {"is_root_cause": True}
    assert do(parent, left).values == {"is_root_cause": False}


@pytest.mark.parametrize(
    ("deed", "facts"),
    [
        (make_deed("cleared"), {"severity": "cleared", "previous": "major"}),
        (make_deed("unshelved"), {"severity": "major"}),
        (make_deed("ungrouped"), {"parent": str(PARENT)}),
        (make_deed("assigned", owner="Di"), {"owner": "Di", "owner_before": "Bo"}),
        (make_deed("escalated"), {"level": 1}),
        (make_deed("commented", comment="seen"), {"comment": "seen"}),
    ],
    ids=lambda one: one.kind if isinstance(one, Deed) else "",
)
def test_the_line_tells_what_the_alarm_was(deed: Deed, facts: dict[str, Any]) -> None:
    there = {"unshelved": "shelved", "ungrouped": "grouped", "assigned": "owned"}
    state = make_state(*filter(None, [there.get(deed.kind)]))

    (line,) = do(state, deed, policy=POLICY).lines

    assert (line.facts, line.by, line.at) == (facts, "Cy", LATER)
