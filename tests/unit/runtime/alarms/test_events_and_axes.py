"""What a source's events, and the clock's notices, move of an alarm in every state of its axes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from runtime.alarms.documents import view_of_facts
from runtime.alarms.journal import ALARM, EXPIRED, MISSING, JournalRow
from runtime.alarms.lifecycle import AckState
from runtime.alarms.policy.model import LifecyclePolicy
from runtime.alarms.replay import Replay
from tests.factories.tenancy import NOON
from tests.unit.runtime.alarms.axes import AXES, COMBINATIONS, OTHERWISE, State, moved

TENANT = UUID(int=9)
POLICY = LifecyclePolicy(ttl_s=600, escalate_after_min=(10,))
CONDITION = {"condition", "escalation"}
WAKES = CONDITION | {"acknowledgement"}


class Life(Replay):
    """One alarm, put into a state of its axes, and what an event then makes of it."""

    def __init__(self, policy: LifecyclePolicy, *otherwise: str) -> None:
        super().__init__(TENANT, policy)
        self._seq = 0
        self.say("major", 0)
        for name in otherwise:
            self.state.update(OTHERWISE[name])

    @property
    def state(self) -> State:
        """Give the latest alarm's columns."""
        return list(self._alarms.now.values())[-1]

    def say(self, severity: str, after_s: int) -> None:
        """Let the source say something."""
        said = {"managed_object": "BER1", "perceived_severity": severity, "source": "probe"}
        self.play(self._row(ALARM, said, after_s))

    def notice(self, kind: str, after_s: int) -> None:
        """Let the clock or a full list say something; the clock takes the expiry away then."""
        self.state["expires_at"] = None
        row = self._row(kind, {"alarm_id": str(self.state["id"])}, after_s)
        self._notice(row, self.state["id"])

    def _row(self, kind: str, said: dict[str, Any], after_s: int) -> JournalRow:
        self._seq += 1
        at = NOON + timedelta(seconds=after_s)
        return JournalRow(
            seq=self._seq, tenant_id=TENANT, source_id=None, received_at=at, kind=kind, event=said
        )


@pytest.mark.parametrize(
    ("severity", "after_s", "may_move"),
    [
        pytest.param("major", 60, WAKES, id="the same again; of a cleared one a new raise"),
        pytest.param("minor", 60, WAKES, id="less severe; of a cleared one a new raise"),
        pytest.param("critical", 60, WAKES, id="more severe"),
        pytest.param("cleared", 60, CONDITION, id="clear"),
    ],
)
def test_an_event_moves_neither_shelf_nor_group_nor_suppression_nor_owner(
    severity: str, after_s: int, may_move: set[str]
) -> None:
    for otherwise in COMBINATIONS:
        life = Life(POLICY, *otherwise)
        before = dict(life.state)

        life.say(severity, after_s)

        assert life.state["id"] == before["id"]
        assert moved(before, life.state) <= may_move, otherwise


@pytest.mark.parametrize("kind", [EXPIRED, MISSING])
def test_an_expiry_and_a_full_list_clear_what_stands_and_move_nothing_else(kind: str) -> None:
    for otherwise in COMBINATIONS:
        life = Life(POLICY, *otherwise)
        before = dict(life.state)

        life.notice(kind, 60)

        assert not life.state["is_active"], otherwise
        assert moved(before, life.state) <= CONDITION, otherwise


@pytest.mark.parametrize(
    ("otherwise", "severity", "worse_unacknowledges", "expected"),
    [
        pytest.param([], "major", True, AckState.ACKNOWLEDGED, id="repeat"),
        pytest.param([], "minor", True, AckState.ACKNOWLEDGED, id="less severe"),
        pytest.param([], "critical", True, AckState.UNACKNOWLEDGED, id="more severe"),
        pytest.param([], "critical", False, AckState.ACKNOWLEDGED, id="more severe, by option"),
        pytest.param([], "cleared", True, AckState.ACKNOWLEDGED, id="clear"),
        pytest.param(["cleared"], "major", True, AckState.UNACKNOWLEDGED, id="reopened"),
        pytest.param(["cleared"], "cleared", True, AckState.ACKNOWLEDGED, id="cleared again"),
    ],
)
def test_only_a_worse_severity_and_a_new_raise_take_the_acknowledgement(
    otherwise: list[str], severity: str, worse_unacknowledges: bool, expected: AckState
) -> None:
    policy = LifecyclePolicy(escalate_after_min=(10,), worse_unacknowledges=worse_unacknowledges)
    life = Life(policy, "acknowledged", *otherwise)

    life.say(severity, 60)

    is_open = expected is AckState.UNACKNOWLEDGED
    assert life.state["ack_state"] is expected
    assert (life.state["acked_by"] == "") is is_open
    assert (life.state["escalate_at"] is not None) is is_open


@pytest.mark.parametrize("otherwise", [("shelved",), ("shelved", "suppressed", "grouped")])
def test_a_new_occurrence_takes_over_the_shelf_alone(otherwise: tuple[str, ...]) -> None:
    life = Life(LifecyclePolicy(), "cleared", *otherwise)
    before = dict(life.state)

    life.say("major", 1_000)

    assert life.state["previous_id"] == before["id"]
    assert {name: life.state[name] for name in AXES["shelf"]} == {
        name: before[name] for name in AXES["shelf"]
    }
    assert life.state["suppressed_at"] is life.state["parent_id"] is None


@pytest.mark.parametrize(
    ("said", "trend"),
    [
        pytest.param([], "noChange", id="as it began"),
        pytest.param(["critical"], "moreSevere", id="worse"),
        pytest.param(["minor"], "lessSevere", id="better"),
        pytest.param(["critical", "critical"], "moreSevere", id="worse, and repeated"),
        pytest.param(["cleared"], "lessSevere", id="cleared"),
        pytest.param(["cleared", "minor"], "moreSevere", id="raised again"),
    ],
)
def test_the_trend_tells_where_the_severity_went_last(said: list[str], trend: str) -> None:
    life = Life(LifecyclePolicy())

    for number, severity in enumerate(said):
        life.say(severity, 10 * (number + 1))

    assert view_of_facts(life.state).trend == trend
