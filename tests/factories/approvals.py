"""Builders of runs that wait for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from kernel.clock import utc_now
from runtime.approvals.deciding import Decision, decide
from runtime.approvals.model import Choice, Voter
from runtime.approvals.store import ApprovalView, approvals_of_run, get_approval, voter_of
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.query import get_run, steps_of
from runtime.runs.start import Start, start_run
from tenancy.access import acting_for
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_member

NOBODY = Voter(name="nobody", role="viewer", operates=False)
FORM = [
    {"name": "ticket", "title": "Ticket", "kind": "text", "required": True},
    {"name": "team", "title": "Team", "kind": "choice", "choices": ["north", "south"]},
]


def asking_document(config: Mapping[str, Any], *, name: str = "Restart") -> dict[str, Any]:
    """Make a workflow that asks, then notes which way was taken."""
    return flow_document(
        {
            "ask": step("approval", config={"title": "Restart r1?", **config}),
            "yes": step("set-data", config={"values": {"by": "= steps.ask.output.by"}}),
            "no": step("set-data", config={"values": {"why": "= steps.ask.output.comment"}}),
            "late": step("set-data", config={"values": {"late": True}}),
        },
        ["hand > ask", "ask:approved > yes", "ask:rejected > no", "ask:timeout > late"],
        name=name,
    )


@dataclass(frozen=True, slots=True)
class World:
    """One tenant's workflows, advanced as a worker would."""

    sessions: sessionmaker[Session]
    tenant: OrganisationView

    def ask(
        self, *, by: str = "", about: str = "the router", now: datetime = NOON, **config: Any
    ) -> tuple[UUID, UUID]:
        """Run a workflow until it asks; give its run and the approval."""
        run_id = self.start(by=by, about=about, now=now, **config)
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            (asked,) = approvals_of_run(session, self.tenant.id, run_id, NOBODY)
        return run_id, asked.id

    def start(
        self, *, by: str = "", about: str = "the router", now: datetime = NOON, **config: Any
    ) -> UUID:
        """Run a workflow as far as it goes."""
        document = asking_document(config)
        with self.sessions.begin() as session, as_tenant(session, self.tenant.id):
            flow = make_flow(session, self.tenant.id, document)
            start = Start(
                trigger={"kind": "manual"}, trigger_id="hand", subject=about, started_by=by
            )
            run_id = start_run(session, self.tenant.id, flow.id, start, now=now)
        assert run_id is not None
        self.advance(now)
        return run_id

    def advance(self, now: datetime) -> None:
        """Let a worker do all that is due."""
        brokers = Brokers(http=HttpBroker(), mail=MailBroker())
        drain = Drain(
            sessions=self.sessions,
            reading=self.sessions,
            programs=Programs(),
            brokers=brokers,
            wake_next=lambda: None,
        )
        while drain.advance_batch(now=now):
            pass

    def outcome(self, run_id: UUID, *, at: datetime | None = None) -> tuple[str, dict[str, Any]]:
        """Advance a run; give its state and what its steps gave."""
        self.advance(at or max(utc_now(), NOON))
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            steps = steps_of(session, self.tenant.id, run_id)
            state = get_run(session, self.tenant.id, run_id).state.value
            return state, {one.step: one.output for one in steps}

    def voter(self, role: str = "admin", name: str = "Anna") -> Voter:
        """Make a member and give them as the rules of approvals see them."""
        with self.sessions.begin() as session:
            person = make_member(session, self.tenant, role, name)
            who = acting_for(session, person.id, self.tenant.slug)
            assert who is not None
            return voter_of(session, who)

    def decide(
        self, approval_id: UUID, voter: Voter, choice: str = "approve", **said: Any
    ) -> ApprovalView:
        """Decide as somebody."""
        decision = Decision(
            choice=Choice(choice), comment=said.get("comment", ""), form=said.get("form", {})
        )
        with self.sessions.begin() as session, as_tenant(session, self.tenant.id):
            return decide(
                session, self.tenant.id, approval_id, voter, decision, now=said.get("now", NOON)
            )

    def see(self, approval_id: UUID, voter: Voter = NOBODY) -> ApprovalView:
        """Give an approval as somebody sees it."""
        with self.sessions() as session, as_tenant(session, self.tenant.id):
            return get_approval(session, self.tenant.id, approval_id, voter)
