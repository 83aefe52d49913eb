"""What a block wishes for is applied with its step, or fails it: never the worker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from blocks.effects import Effect
from runtime.runs.attempt import Attempted
from runtime.runs.effects import apply_effects
from runtime.runs.events import Completed, Failed
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import flow_document, make_flow
from tests.factories.tenancy import NOON, make_customer

if TYPE_CHECKING:
    from runtime.runs._rows import RunRow

NIL = str(UUID(int=0))
EVENT = {"managed_object": "BER1", "perceived_severity": "major"}


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        pytest.param("no id", {"text": "x"}, id="an id that is none"),
        pytest.param("", {"text": "x"}, id="no id"),
        pytest.param(NIL, {"text": "x"}, id="an alarm that there is not"),
        pytest.param(None, {"text": {"a": 1}}, id="a text that is none"),
        pytest.param(None, {"tenant_id": NIL}, id="a field that nobody may set"),
        pytest.param(None, {"attributes": [1]}, id="attributes that are none"),
    ],
)
def test_a_wish_that_cannot_be_granted_fails_the_step(
    session: Session, target: str | None, fields: dict[str, Any]
) -> None:
    tenant_id = make_customer(session).id
    with as_tenant(session, tenant_id):
        alarm_id = str(make_alarm(session, tenant_id))
        effect = Effect(
            kind="alarm.set", target=target if target is not None else alarm_id, fields=fields
        )
        done = Attempted(event=Completed("a", 1, "done", {}), effects=(effect,))

        facts = SimpleNamespace(
            tenant_id=tenant_id, flow_id=UUID(int=1), is_trial=False, allows_effects=True
        )
        run = cast("RunRow", facts)
        applied = apply_effects(session, run, done, by="a block", now=NOON)

    assert isinstance(applied.event, Failed)


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        pytest.param("comment", {"text": " "}, "core.invalid", id="an empty comment"),
        pytest.param("comment", {"text": "x" * 2_001}, "core.invalid", id="a long comment"),
        pytest.param("shelve", {"for_s": 60, "reason": ""}, "core.invalid", id="no reason"),
        pytest.param("group", {"alarms": []}, "core.invalid", id="no child"),
        pytest.param("group", {"alarms": [NIL]}, "core.not_found", id="a child that is gone"),
        pytest.param("group", {"alarms": ["x"]}, "core.not_found", id="a child that is none"),
        pytest.param("raise", {"events": [EVENT]}, "runtime.alarm_rejected", id="a list of events"),
        pytest.param("set", {"alarms": 7}, "core.invalid", id="a field that is none"),
        pytest.param("raise", {**EVENT, "source": 7, "x": 1}, "runtime.alarm_rejected", id="odd"),
        pytest.param(
            "raise", {**EVENT, "attributes": [1]}, "runtime.alarm_rejected", id="no attributes"
        ),
        pytest.param(
            "raise", {**EVENT, "text": "x" * 70_000}, "runtime.alarm_rejected", id="too large"
        ),
        pytest.param(
            "set", {"attributes": {"derived_depth": -9}}, "core.invalid", id="its own depth"
        ),
    ],
)
def test_a_wish_that_does_not_fit_is_refused_with_its_reason(
    session: Session, kind: str, fields: dict[str, Any], code: str
) -> None:
    tenant_id = make_customer(session).id
    with as_tenant(session, tenant_id):
        flow_id = make_flow(session, tenant_id, flow_document({}, []), publish=False).id
        alarm_id = str(make_alarm(session, tenant_id))
        wish: Any = f"alarm.{kind}"
        effect = Effect(kind=wish, target=alarm_id, fields=fields)
        done = Attempted(event=Completed("a", 1, "done", {}), effects=(effect,))
        facts = SimpleNamespace(
            id=UUID(int=2),
            tenant_id=tenant_id,
            flow_id=flow_id,
            trigger={},
            is_trial=False,
            allows_effects=True,
        )
        applied = apply_effects(session, cast("RunRow", facts), done, by="a block", now=NOON)

    assert isinstance(applied.event, Failed)
    assert applied.event.error["code"] == code
    assert "the step wished to" in applied.event.error["message"]
