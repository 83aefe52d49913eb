"""A world whose clock stands still until a test moves it, with the scheduler itself at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.scheduler import Scheduler
from garland.services import Services
from runtime.calendars.store import create_calendar, list_calendars, save_calendar
from runtime.flows.versions import create_flow, get_flow, publish_flow, save_draft, set_paused
from runtime.runs._tables import Run
from runtime.schedules.marks import Mark, marks_of_flow
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, step

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def hours_document(name: str = "Business hours", **parts: Any) -> dict[str, Any]:
    """Make a calendar that is open from eight to five on weekdays, in Berlin."""
    week = {weekday: [["08:00", "17:00"]] for weekday in WEEKDAYS}
    return {"name": name, "timezone": "Europe/Berlin", "week": week, **parts}


def utc(text: str) -> datetime:
    """Read an instant written as 2026-03-29 01:00, in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@dataclass
class ClockedWorld:
    """One tenant, the time, and as many schedulers as a test wants."""

    services: Services
    sessions: sessionmaker[Session]
    tenant_id: UUID
    now: datetime = field(default_factory=lambda: utc("2026-11-24 12:00"))

    def scheduler(self) -> Scheduler:
        """Start a scheduler, as a process of its own would."""
        return Scheduler(self.services, clock=lambda: self.now)

    def run_until(self, end: str, *schedulers: Scheduler, step_s: float = 30) -> None:
        """Let time pass while these schedulers look again and again; none means nobody does."""
        ends = utc(end)
        while schedulers and self.now < ends:
            for scheduler in schedulers:
                scheduler.look()
            self.now = min(self.now + timedelta(seconds=step_s), ends)
        self.now = ends
        for scheduler in schedulers:
            scheduler.look()

    def publish(self, trigger: Mapping[str, Any], *, name: str = "Nightly") -> UUID:
        """Publish a workflow that this schedule starts."""
        document = self._document(trigger, name)
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            where = (session, self.tenant_id)
            flow = create_flow(*where, name=name, document=document, now=self.now, by="Ann")
            publish_flow(*where, flow.id, by="Ann", now=self.now)
            return flow.id

    def republish(self, flow_id: UUID, trigger: Mapping[str, Any], *, name: str) -> None:
        """Publish the workflow again under another name, with this schedule."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            where = (session, self.tenant_id, flow_id)
            save_draft(
                *where,
                document=self._document(trigger, name),
                expected_revision=get_flow(*where).draft_revision,
                by="Ann",
                now=self.now,
            )
            publish_flow(*where, by="Ann", now=self.now)

    def pause(self, flow_id: UUID, *, paused: bool = True) -> None:
        """Pause or resume a workflow."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            set_paused(session, self.tenant_id, flow_id, paused=paused, now=self.now)

    def add_calendar(self, **parts: Any) -> None:
        """Make the calendar of `hours_document`."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            document = hours_document(**parts)
            create_calendar(session, self.tenant_id, document=document, by="Ann", now=self.now)

    def change_calendar(self, **parts: Any) -> None:
        """Change the calendar of `hours_document`."""
        with self.sessions.begin() as session, as_tenant(session, self.tenant_id):
            (found,) = list_calendars(session, self.tenant_id)
            save_calendar(
                session,
                self.tenant_id,
                found.id,
                document=hours_document(**parts),
                expected_revision=found.revision,
                by="Ann",
                now=self.now,
            )

    def triggers(self) -> list[dict[str, Any]]:
        """Give what the runs were started by, in the order they are due."""
        with self.sessions() as session, as_tenant(session, self.tenant_id):
            found = session.scalars(select(Run.trigger).order_by(Run.id)).all()
        return sorted(found, key=lambda one: str(one["at"]))

    def fired(self) -> list[str]:
        """Give the due instants of all runs, as 2026-03-29 01:00."""
        return [one["at"][:16].replace("T", " ") for one in self.triggers()]

    def mark(self, flow_id: UUID) -> Mark:
        """Give how far the workflow's schedule was dealt with."""
        with self.sessions() as session, as_tenant(session, self.tenant_id):
            return marks_of_flow(session, self.tenant_id, flow_id)["clock"]

    @staticmethod
    def _document(trigger: Mapping[str, Any], name: str) -> dict[str, Any]:
        steps = {"note": step("write-log", config={"message": "Hello"})}
        triggers = {"clock": {"kind": "schedule", **trigger}}
        return flow_document(steps, ["clock > note"], name=name, triggers=triggers)
