"""What is left to do with what a template brought: told from what is there, never ticked off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.sources.store import list_sources
from runtime.flows.versions import list_flows
from runtime.packs.parts import DECISION, RULE, WORKFLOW
from runtime.rules.store import list_rules
from runtime.tenant_templates.contents import SOURCE
from runtime.tenant_templates.uses import Newest, UseView, had_of, list_uses, newest_of
from tenancy.connections.store import kinds_by_name
from tenancy.members import list_members

Step = Literal["connection", "publish", "source", "people"]
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing that is left.

    Attributes:
        kind: Of a connection its kind, of something to be published what it is; "" else.
        id: What it is about; None for a connection that is not there, and for people.
        why: What keeps it from being done by itself, or what it is for; "" where nothing is known.
    """

    step: Step
    title: str = ""
    kind: str = ""
    id: UUID | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How one template stands in an organisation: what it has, what is offered, what is left."""

    use: UseView
    newest: Newest | None
    todo: Sequence[Todo]

    @property
    def is_newer(self) -> bool:
        """Tell whether a version is offered that is not here."""
        return self.newest is not None and self.newest.number > self.use.version

    @property
    def is_for_first_page(self) -> bool:
        """Tell whether the first page says it: until it is put away, and again for a version."""
        use = self.use
        if use.put_away_at is not None:
            newest = self.newest
            return self.is_newer and newest is not None and newest.taken_at > use.put_away_at
        return use.is_here or self.is_newer


def glances_of(session: Session, tenant_id: UUID) -> list[Glance]:
    """List how each template stands that an organisation has or was offered."""
    return [
        Glance(use=use, newest=newest_of(session, use), todo=todo_of(session, use))
        for use in list_uses(session, tenant_id)
    ]


def todo_of(session: Session, use: UseView) -> list[Todo]:
    """List what is left to do, in the order in which people do it; nothing while it is offered."""
    if not use.is_here:
        return []
    return [
        *_connections(session, use),
        *_publishing(session, use),
        *_sources(session, use),
        *_people(session, use),
    ]


def _connections(session: Session, use: UseView) -> Iterator[Todo]:
    there = kinds_by_name(session, use.tenant_id)
    for slot in use.slots:
        if slot["name"] not in there:
            why = f"{', '.join(slot['used_by'])} goes live with it"
            yield Todo(step="connection", title=slot["name"], kind=slot["kind"], why=why)


def _publishing(session: Session, use: UseView) -> Iterator[Todo]:
    live = _live(session, use.tenant_id)
    for file, one in had_of(session, use).items():
        is_draft = one.part_id is not None and live.get(one.part_id) is False
        if one.kind in (WORKFLOW, RULE, DECISION) and one.is_brought and is_draft:
            why = use.said.get(file, "")
            yield Todo(step="publish", title=one.title, kind=one.kind, id=one.part_id, why=why)


def _live(session: Session, tenant_id: UUID) -> dict[UUID, bool]:
    flows = list_flows(session, tenant_id, limit=_MOST)
    found = {one.id: one.live_number is not None for one in flows}
    return found | {one.id: one.live_number is not None for one in list_rules(session, tenant_id)}


def _sources(session: Session, use: UseView) -> Iterator[Todo]:
    silent = {one.id for one in list_sources(session, use.tenant_id) if one.last_seen_at is None}
    for one in had_of(session, use).values():
        if one.kind == SOURCE and one.part_id in silent:
            yield Todo(step="source", title=one.title, id=one.part_id)


def _people(session: Session, use: UseView) -> Sequence[Todo]:
    return [Todo(step="people")] if len(list_members(session, use.tenant_id)) <= 1 else []
