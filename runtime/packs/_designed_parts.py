"""Workflows, rules and decision tables as parts of a pack: drafts, which people publish."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from typing_extensions import override

from kernel.ids import slugify
from runtime.flow_control.removing import delete_flow, uses_of_flow
from runtime.flows import versions as flows
from runtime.packs.desk import Desk, Kind, Said, found_or_none
from runtime.packs.parts import Part
from runtime.rules import store as rules
from runtime.rules.history import delete_rule
from runtime.rules.model import Mode


class Workflows(Kind):
    permission = "workflows.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        found = flows.find_flow_by_slug(*desk.where, slugify(part.title))
        return found.id if found is not None else None

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: flows.get_flow(*desk.where, part_id))
        return found.draft if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        return flows.create_flow(
            *desk.where, name=part.title, document=part.document, **desk.who
        ).id

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        revision = flows.get_flow(*desk.where, part_id).draft_revision
        flows.save_draft(
            *desk.where, part_id, document=part.document, expected_revision=revision, **desk.who
        )
        return part_id

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        found = found_or_none(lambda: flows.get_flow(*desk.where, part_id))
        if found is None:
            return ""
        if found.live_version_id is not None:
            return "it is published"
        return "; ".join(uses_of_flow(*desk.where, found))

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        delete_flow(*desk.where, part_id, by=desk.by, now=desk.now)


class Rules(Kind):
    """Rules and decision tables: both are rows of the same table, told apart by their document."""

    permission = "rules.edit"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        return next(
            (
                one.id
                for one in rules.list_rules(*desk.where)
                if one.kind == self._kind and one.name.lower() == part.title.lower()
            ),
            None,
        )

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: rules.get_rule(*desk.where, part_id))
        return found.draft if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        who = {**desk.who, "by_id": desk.by_id}
        return rules.create_rule(*desk.where, document=part.document, **who).id

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        revision = rules.get_rule(*desk.where, part_id).draft_revision
        who = {**desk.who, "by_id": desk.by_id}
        rules.save_draft(
            *desk.where, part_id, document=part.document, expected_revision=revision, **who
        )
        return part_id

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        found = found_or_none(lambda: rules.get_rule(*desk.where, part_id))
        if found is None or found.mode is Mode.DRAFT:
            return ""
        return "it is published"

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        delete_rule(*desk.where, part_id, now=desk.now)
