"""How far an organisation, or one workflow, is: told by what is there, not by clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from designer.guide._tables import GuideAway
from runtime.alarms.sources.store import list_sources
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.flows.problems import FlowProblem
from runtime.flows.versions import FlowView, list_flows
from runtime.rules.model import Mode
from runtime.rules.store import list_rules
from runtime.runs.glance import has_run

PROBLEMS_SHOWN = 4
Name = Literal["alarms", "template", "test", "publish", "run", "mend", "rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way: whether it is done, what it is about, which step of a workflow."""

    name: Name
    is_done: bool
    text: str = ""
    about: UUID | None = None
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The steps in their order."""

    steps: tuple[Step, ...]

    @property
    def next(self) -> str:
        """Name the first that is not done; "" when all are."""
        return next((one.name for one in self.steps if not one.is_done), "")

    @property
    def is_complete(self) -> bool:
        """Tell whether it runs: what was left out on the way is no matter then."""
        return self.steps[-1].is_done


def progress_of(session: Session, tenant_id: UUID) -> Progress:
    """Tell how far an organisation is on its way to a workflow that runs."""
    where = (session, tenant_id)
    flows = list_flows(*where)
    newest = max(flows, key=lambda one: one.updated_at).id if flows else None
    has_alarms = bool(list_sources(*where) or list_alarms(*where, AlarmFilter(state=""), limit=1))
    done: dict[Name, bool] = {
        "alarms": has_alarms,
        "template": bool(flows),
        "test": has_run(*where, is_trial=True),
        "publish": any(one.live_number for one in flows),
        "run": has_run(*where, is_trial=False),
    }
    return Progress(
        steps=tuple(Step(name=name, is_done=told, about=newest) for name, told in done.items())
    )


def next_steps(
    session: Session, tenant_id: UUID, flow: FlowView, problems: Sequence[FlowProblem]
) -> Progress:
    """Tell what is left to do until a workflow does its work: problems of its draft first."""
    where = (session, tenant_id)
    found = [one for one in problems if one.severity == "error"]
    mend = [
        Step(
            name="mend",
            is_done=False,
            text=one.message[:1].upper() + one.message[1:],
            step=one.step,
        )
        for one in found[:PROBLEMS_SHOWN]
    ]
    tested = has_run(*where, is_trial=True, flow_id=flow.id)
    rules = [
        Step(name="rule", is_done=rule.mode is Mode.LIVE, text=rule.name, about=rule.id)
        for rule in list_rules(*where)
        if any(one.get("flow") == flow.slug for one in rule.draft.get("then", ()))
    ]
    ran = has_run(*where, is_trial=False, flow_id=flow.id)
    return Progress(
        steps=(
            *mend,
            Step(name="test", is_done=tested),
            Step(name="publish", is_done=bool(flow.live_number)),
            *rules,
            Step(name="run", is_done=ran),
        )
    )


def is_away(session: Session, tenant_id: UUID, person_id: UUID | None) -> bool:
    """Tell whether a person put the first steps away; a program is shown none."""
    return person_id is None or session.get(GuideAway, (tenant_id, person_id)) is not None


def set_away(
    session: Session, tenant_id: UUID, person_id: UUID, *, away: bool, now: datetime
) -> None:
    """Put the first steps away for a person, or bring them back."""
    row = session.get(GuideAway, (tenant_id, person_id))
    if away and row is None:
        session.add(GuideAway(tenant_id=tenant_id, person_id=person_id, since=now))
    elif row is not None and not away:
        session.delete(row)
    session.flush()
