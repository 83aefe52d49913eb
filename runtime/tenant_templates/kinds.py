"""The kinds of part that only tenant templates bring, and workflows as those bring them.

They are made at the same desk as parts of packs (`runtime.packs.desk`). What is read of what is
there is in the form in which templates hold it: without ids and secrets, so that both compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from typing_extensions import override

from kernel.acting import acting_in
from kernel.errors import ForbiddenError
from runtime.alarms.console import saved
from runtime.alarms.policy.model import DEFAULT
from runtime.alarms.policy.store import change_policy, policy_of
from runtime.alarms.sources import store as sources
from runtime.alarms.sources.mappings import MappingView, drop_mapping, save_mapping
from runtime.calendars import store as calendars
from runtime.flows import versions as flows
from runtime.packs._designed_parts import Workflows
from runtime.packs.desk import Desk, Kind, Said, found_or_none
from runtime.packs.parts import WORKFLOW, Part
from runtime.tenant_templates.contents import CALENDAR, POLICY, SOURCE, VIEW, file_of
from runtime.tenant_templates.portable import Names, localised, portable

THE_POLICY = UUID(int=0)
"""Stands for an organisation's lifecycle of alarms, of which it has one."""


class PortableWorkflows(Workflows):
    """Workflows known by their short name; decision tables stand in them by name, secrets never."""

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        found = flows.find_flow_by_slug(*desk.where, _slug(part))
        return found.id if found is not None else None

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: flows.get_flow(*desk.where, part_id))
        return portable(found.draft, Names.of(*desk.where)) if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        document = localised(part.document, Names.of(*desk.where))
        return flows.create_flow(
            *desk.where, name=part.title, document=document, slug=_slug(part), **desk.who
        ).id

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        flow = flows.get_flow(*desk.where, part_id)
        document = localised(part.document, Names.of(*desk.where), kept=flow.draft)
        flows.save_draft(
            *desk.where,
            part_id,
            document=document,
            expected_revision=flow.draft_revision,
            **desk.who,
        )
        return part_id


class Calendars(Kind):
    """A business calendar, by its name."""

    permission = "calendars.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        found = calendars.calendar_named(*desk.where, part.title)
        return found.id if found is not None else None

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: calendars.get_calendar(*desk.where, part_id))
        return found.document if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        said = dict(part.document)
        return calendars.create_calendar(*desk.where, document=said, **desk.who).id

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        revision = calendars.get_calendar(*desk.where, part_id).revision
        said = dict(part.document)
        calendars.save_calendar(
            *desk.where, part_id, document=said, expected_revision=revision, **desk.who
        )
        return part_id


class Sources(Kind):
    """A source with its settings and mapping; it gets an address of its own, and takes alarms."""

    permission = "sources.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        there = sources.list_sources(*desk.where)
        return next((one.id for one in there if one.name == part.title), None)

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: sources.get_source(*desk.where, part_id))
        return source_document(found) if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        made, _ = sources.create_source(
            *desk.where,
            kind=part.document["kind"],
            name=part.title,
            vault=desk.vault,
            now=desk.now,
        )
        return self.change(desk, made.id, part)

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        said = part.document
        sources.configure_source(*desk.where, part_id, config=said["config"], now=desk.now)
        if said["mapping"] is not None:
            made = MappingView(
                version=0,
                document=said["mapping"],
                sample="",
                clear_sample="",
                created_at=desk.now,
                created_by=desk.by,
            )
            save_mapping(*desk.where, part_id, made=made)
        elif sources.get_source(*desk.where, part_id).mapping is not None:
            drop_mapping(*desk.where, part_id)
        return part_id


class AlarmViews(Kind):
    """A shared view of the alarm list."""

    permission = saved.SHARE

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        there = shared_views(desk)
        return next((one.id for one in there if one.name == part.title), None)

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = next((one for one in shared_views(desk) if one.id == part_id), None)
        return view_document(found) if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        who = acting_in(*desk.where)
        if who is None:
            raise ForbiddenError("a view is shared by somebody who acts in the organisation")
        made = saved.save_view(
            desk.session,
            who,
            name=part.title,
            query=part.document["query"],
            is_shared=True,
            now=desk.now,
        )
        return self.change(desk, made.id, part)

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        who = acting_in(*desk.where)
        if who is not None:
            said = part.document
            saved.change_view(
                desk.session, who, part_id, query=said["query"], is_default=said["is_default"]
            )
        return part_id


class Lifecycle(Kind):
    """What becomes of alarms with time; where it is as it comes, it counts as not there."""

    permission = "alarms.policy"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        return THE_POLICY

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = policy_of(*desk.where)
        return found.document() if found != DEFAULT else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        change_policy(*desk.where, part.document, **desk.who)
        return THE_POLICY

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        return self.make(desk, part)


OWN_KINDS: Mapping[str, Kind] = {
    POLICY: Lifecycle(),
    CALENDAR: Calendars(),
    WORKFLOW: PortableWorkflows(),
    SOURCE: Sources(),
    VIEW: AlarmViews(),
}
"""What a desk at which templates are brought has in the place of, or beside, a pack's kinds."""


def source_document(source: Any) -> dict[str, Any]:
    """Give what a template says of a source: its kind, settings and mapping, no key, no sample."""
    mapping = dict(source.mapping) if source.mapping is not None else None
    return {"kind": source.kind, "config": dict(source.config), "mapping": mapping}


def view_document(view: saved.SavedView) -> dict[str, Any]:
    """Give what a template says of a shared view."""
    return {"query": view.query, "is_default": view.is_default}


def shared_views(desk: Desk) -> list[saved.SavedView]:
    """List the shared views of where a desk stands."""
    return saved.list_views(*desk.where, None)


def _slug(part: Part) -> str:
    return part.file.removeprefix(file_of(WORKFLOW, ""))
