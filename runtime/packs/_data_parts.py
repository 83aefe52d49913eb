"""Look-up tables, mappings of sources and trap entries as parts of a pack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from runtime.alarms.sources import store as sources
from runtime.alarms.sources.mappings import MappingView, save_mapping
from runtime.alarms.sources.snmp.entries import catalogue_of, delete_entries, save_entries
from runtime.inventory.lookup import put_table
from runtime.inventory.lookups import store as lookups
from runtime.packs.desk import Desk, Kind, Said, few, found_or_none, without
from runtime.packs.parts import Part

SOURCE_KIND = "json"
ALL_TRAPS = UUID(int=0)
"""Stands for a tenant's own trap entries, which have no row in common."""


class Tables(Kind):
    permission = "inventory.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        there = lookups.list_tables(*desk.where)
        return next((one.id for one in there if one.name == part.title), None)

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        table = found_or_none(lambda: lookups.get_table(*desk.where, part_id))
        if table is None:
            return None
        rows = lookups.list_rows(*desk.where, table.id, limit=lookups.ROWS_MAX)
        return {"columns": list(table.columns), "rows": {one.key: one.values for one in rows}}

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        columns = part.document["columns"]
        made = lookups.create_table(*desk.where, name=part.title, columns=columns)
        return self.change(desk, made.id, part)

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        name = lookups.get_table(*desk.where, part_id).name
        put_table(*desk.where, name, part.document["columns"], part.document["rows"])
        return part_id

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        users = without(lookups.users_of_table(*desk.where, part.title), besides)
        return f"it is used by {few(users)}" if users else ""

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        lookups.delete_table(*desk.where, part_id)


class Mappings(Kind):
    """A mapping becomes a source that reads by it, paused until somebody gives its address out."""

    permission = "sources.edit"

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        there = sources.list_sources(*desk.where)
        return next((one.id for one in there if one.name == part.title), None)

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        found = found_or_none(lambda: sources.get_source(*desk.where, part_id))
        return (found.mapping or {}) if found is not None else None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        made, _ = sources.create_source(
            *desk.where, kind=SOURCE_KIND, name=part.title, vault=desk.vault, now=desk.now
        )
        sources.pause_source(*desk.where, made.id, now=desk.now)
        return self.change(desk, made.id, part)

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        made = MappingView(
            version=0,
            document=part.document,
            sample="",
            clear_sample="",
            created_at=desk.now,
            created_by=desk.by,
        )
        save_mapping(*desk.where, part_id, made=made)
        return part_id

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        found = found_or_none(lambda: sources.get_source(*desk.where, part_id))
        if found is None or (found.paused_at is not None and found.last_seen_at is None):
            return ""
        return "its source takes alarms in"

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        sources.delete_source(*desk.where, part_id, now=desk.now)


class Traps(Kind):
    """Trap entries become the tenant's own; they are told apart by the trap, all in one part."""

    permission = "sources.edit"
    restores_in_part = True

    @override
    def find(self, desk: Desk, part: Part) -> UUID | None:
        return ALL_TRAPS if self.read(desk, ALL_TRAPS, part) else None

    @override
    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        there = catalogue_of(*desk.where)
        own = {oid: there.document(oid) for oid in part.document if there.is_own(oid)}
        return own or None

    @override
    def make(self, desk: Desk, part: Part) -> UUID:
        save_entries(*desk.where, [dict(one) for one in part.document.values()], **desk.who)
        return ALL_TRAPS

    @override
    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        return self.make(desk, part)

    @override
    def restore(self, desk: Desk, part_id: UUID, now: Part, was: Said) -> UUID:
        there = self.read(desk, part_id, now) or {}
        as_left = {oid: one for oid, one in there.items() if one == now.document.get(oid)}
        back = {oid: was[oid] for oid, one in as_left.items() if was.get(oid, one) != one}
        if back:
            self.change(desk, part_id, replace(now, document=back))
        newer = {oid: one for oid, one in as_left.items() if oid not in was}
        self.remove(desk, part_id, replace(now, document=newer))
        return part_id

    @override
    def merge(self, desk: Desk, part: Part, base: Said) -> bool:
        there = self.read(desk, ALL_TRAPS, part) or {}
        untouched = {
            oid: one
            for oid, one in part.document.items()
            if (oid not in there and oid not in base)
            or (oid in there and there[oid] == base.get(oid))
        }
        if untouched:
            save_entries(*desk.where, [dict(one) for one in untouched.values()], **desk.who)
        return bool(untouched)

    @override
    def stood(self, desk: Desk, part: Part, base: Said) -> Sequence[str]:
        there = self.read(desk, ALL_TRAPS, part) or {}
        return sorted(there.keys() - base.keys())

    @override
    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        return ""

    @override
    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        there = self.read(desk, ALL_TRAPS, part) or {}
        same = [oid for oid, one in there.items() if one == part.document[oid]]
        if same:
            delete_entries(*desk.where, same)
