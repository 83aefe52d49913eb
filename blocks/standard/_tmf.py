"""What the TM Forum's interfaces have in common, in version 4 and 5: references, notes, keys.

Source: TMF621 4.0.0 and 5.0.1, TMF656 4.0.0 and 5.0.0, TMF630 (REST design guidelines).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.sdk import BlockError, Context, Facts, HttpResponse, Outcome
from blocks.standard._servers import Listing, Server, once, segment
from kernel.clock import format_instant

OWNER = "Workflows"
OVER = frozenset({"resolved", "closed", "cancelled", "rejected"})
"""Who looks for what is under way does not mean these (TMF621, TroubleTicketStatusType)."""

MERGE_PATCH = "application/merge-patch+json"
NAME_MAX = 200
TEXT_MAX = 4_000
_MAY_BE_THERE = frozenset({"server.refused", "server.changed"})
"""How a server answers whose key another step used a moment before."""
_KEPT_TEXT, _KEPT_ENTRIES = 1_000, 20

Entity = dict[str, Any]


def typed(version: str, kind: str, **fields: Any) -> Entity:
    """Write an object as a version wants it: 5 has its type in it; what is empty is left out.

    >>> typed("5", "Note", text="a", author=""), typed("4", "Note", text="a")
    ({'@type': 'Note', 'text': 'a'}, {'text': 'a'})
    """
    given = {name: one for name, one in fields.items() if one not in (None, "", [], {})}
    kept = {f"@{name[3:]}" if name[:3] == "at_" else name: one for name, one in given.items()}
    return {"@type": kind, **kept} if version == "5" else kept


def note(version: str, text: str, at: str = "") -> Entity:
    """Write a note of ours; without an instant it is the same in every attempt of a step."""
    return typed(version, "Note", text=text[:TEXT_MAX], author=OWNER, date=at)


def related(version: str, role: str, id_: str, referred: str) -> Entity:
    """Write what a ticket is about."""
    if version == "4":
        return {"id": id_, "name": id_, "role": role, "@referredType": referred}
    entity = typed(version, "EntityRef", id=id_, name=id_, at_referredType=referred)
    return typed(version, "RelatedEntity", role=role, entity=entity)


def keys_of(entity: Mapping[str, Any]) -> set[str]:
    """Give the external identifiers of a ticket or problem, of either version."""
    listed = entity.get("externalIdentifier")
    found = [one.get("id") for one in listed or () if isinstance(one, dict)]
    return {one for one in [entity.get("externalId"), *found] if isinstance(one, str) and one}


def external_ids(version: str, key: str, facts: Facts) -> list[Entity]:
    """Write the key, and what tells a repeat of this very step."""
    told = [(key, "Alarm"), (facts.idempotency_key, "Step")]
    return [
        typed(version, "ExternalIdentifier", id=one, owner=OWNER, externalIdentifierType=kind)
        for one, kind in told
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where tickets or problems of one kind are kept.

    Attributes:
        server: The other system.
        path: Of the collection.
        filter: The field that finds one by its key.
        what: What one is called in a message.
    """

    server: Server
    path: str
    filter: str
    what: str

    def open_once(self, made: Entity, key: str, facts: Facts) -> tuple[Entity, bool]:
        """Give what is open under a key, or open it; tells whether this step opened it.

        It looks first, so that neither a repeat after a lost answer nor a second alarm opens
        another. Two steps at the same moment send the same Idempotency-Key: a server that
        heeds it opens one, or refuses the second, which then finds the first.

        Raises:
            BlockError: see `Server.call`; `server.no_filter` or `server.too_many` where looking
                tells too little.
        """
        found, is_whole = self.look(key, facts)
        known = _known(found, facts)
        if known is not None:
            return known
        if not is_whole:
            raise self._uncertain(key)
        before = sorted(str(one.get("id")) for one in found)
        headers = once(self.path, key, before)
        try:
            response = self.server.call("POST", self.path, json=made, headers=headers)
        except BlockError as error:
            again = self.look(key, facts)[0] if error.code in _MAY_BE_THERE else []
            known = _known(again, facts)
            if known is None:
                raise
            return known
        opened = self.server.entry(response)
        if not opened.get("id"):
            raise self.server.strange("the new entry has no id")
        return opened, True

    def look(self, key: str, facts: Facts) -> tuple[list[Entity], bool]:
        """List what has a key, up to what is open; tells whether all of the list was read.

        Closed ones may fill many pages, and a server that does not filter gives all it has.

        Raises:
            BlockError: `server.no_filter` when others come that have not: whether there is one
                cannot be told then, and opening might be the second.
        """
        found: list[Entity] = []
        listing = Listing(server=self.server, path=self.path, query={self.filter: key})
        for page in listing.pages():
            found += [one for one in page if key in keys_of(one)]
            if not found:
                raise self._unfiltered()
            if _known(found, facts) is not None:
                break
        return found, listing.is_whole

    def _unfiltered(self) -> BlockError:
        message = (
            f"{self.server.name[0].upper()}{self.server.name[1:]} does not filter by "
            f"{self.filter}, so it cannot be told whether there is a {self.what} already. "
            "Choose the version it speaks, or ask its operator for that filter."
        )
        return BlockError("server.no_filter", message)

    def _uncertain(self, key: str) -> BlockError:
        message = (
            f"{self.server.name[0].upper()}{self.server.name[1:]} has more under the key {key} "
            f"than could be read, so it cannot be told whether a {self.what} is open already. "
            "Choose another key, or ask its operator to archive what is closed."
        )
        return BlockError("server.too_many", message)

    def change(
        self, id_: str, wanted: Mapping[str, Any], said: Entity | None, facts: Facts
    ) -> Entity | None:
        """Set fields and add a note; None where there is none of that id.

        A merge patch (RFC 7396) replaces the whole list of notes, so it is read first; where the
        other system tells a version of it (ETag), nothing that came in between is lost.
        """
        where = f"{self.path}/{id_}"
        response = self.server.find(where)
        if response is None:
            return None
        before = self.server.entry(response)
        patch = {name: value for name, value in wanted.items() if before.get(name) != value}
        kind = {"@type": before["@type"]} if isinstance(before.get("@type"), str) else {}
        notes = [one for one in before.get("note") or () if isinstance(one, dict)]
        if said is not None and not (notes and _is_same(notes[-1], said)):
            patch["note"] = [*notes, said]
        if not patch:
            return {**before, "changed": False}
        after = amend(self.server, where, response, patch=patch, kind=kind, facts=facts)
        return {**after, "changed": True}


def amend(
    server: Server,
    where: str,
    read: HttpResponse,
    *,
    patch: Mapping[str, Any],
    kind: Mapping[str, str],
    facts: Facts,
) -> Entity:
    """Send a merge patch of what was read; with its version (ETag), where there is one."""
    headers = {"Content-Type": MERGE_PATCH, **once(facts.idempotency_key, patch)}
    if etag := read.headers.get("etag"):
        headers["If-Match"] = etag
    answer = server.call("PATCH", where, json={**kind, **patch}, headers=headers)
    return server.entry(answer) if answer.body else {**server.entry(read), **patch}


def run_update(ctx: Context, shelf: Shelf, shown: tuple[str, ...]) -> Outcome:
    """End by `done` when a ticket or problem is as wanted, by `missing` when there is none."""
    given = ctx.input
    wanted = {
        "status": ctx.config.get("status") or given.get("status"),
        "statusChangeReason": given.get("reason"),
        "priority": given.get("priority"),
    }
    wanted = {name: value for name, value in wanted.items() if value not in (None, "")}
    text, id_ = given.get("note", ""), given[f"{shelf.what}_id"]
    if not wanted and not text:
        message = "There is nothing to change: choose a state, or give a note or a priority."
        raise BlockError(f"{shelf.what}.nothing", message)
    at = format_instant(ctx.run.now)
    said = note(ctx.config["version"], text, at) if text else None
    changed = shelf.change(segment(id_), wanted, said, ctx.run)
    if changed is None:
        return ctx.emit("missing", {"id": id_})
    return ctx.emit("done", kept(changed, shown))


def _known(found: list[Entity], facts: Facts) -> tuple[Entity, bool] | None:
    """Give what this very step opened before, else what is open; tells which of the two."""
    ours = next((one for one in found if facts.idempotency_key in keys_of(one)), None)
    if ours is not None:
        return ours, True
    is_open = next((one for one in found if one.get("status") not in OVER), None)
    return None if is_open is None else (is_open, False)


def _is_same(last: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    return all(last.get(name) == said.get(name) for name in ("text", "author"))


def kept(entity: Mapping[str, Any], names: tuple[str, ...]) -> Entity:
    """Give some fields of an entity, long ones cut: what a run records of it is bounded.

    >>> kept({"id": "7", "note": None, "x": 1}, ("id", "note"))
    {'id': '7'}
    """
    return {name: cut(entity[name]) for name in names if entity.get(name) not in (None, [], "")}


def cut(value: Any, depth: int = 4) -> Any:
    """Cut long texts and lists, and what is nested too deeply."""
    if isinstance(value, str):
        return value if len(value) <= _KEPT_TEXT else value[: _KEPT_TEXT - 1] + "…"
    if isinstance(value, list):
        return [cut(one, depth - 1) for one in value[:_KEPT_ENTRIES]] if depth else []
    if isinstance(value, dict):
        few = list(value.items())[: 2 * _KEPT_ENTRIES]
        return {name: cut(one, depth - 1) for name, one in few} if depth else {}
    return value
