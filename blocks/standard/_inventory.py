"""Entries of an inventory that speaks TMF639 or TMF638, read alike in version 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._servers import Server, gather, segment
from blocks.standard._tmf import cut, kept

RELATED_MAX = 20
_COMMON = ("id", "href", "@type", "name", "description", "category")

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one kind of inventory writes its entries.

    Attributes:
        path: Of the collection.
        states: Fields that say how an entry is.
        characteristic: The field with name and value of each further fact.
        relations: Fields that name other entries, with the field in each that does.
    """

    path: str
    states: tuple[str, ...]
    characteristic: str
    relations: Mapping[str, str]


def run_look_up(ctx: Context, server: Server, shape: Shape, *, named: str) -> Outcome:
    """End by `found` with what fits listed under a name, or by `none`."""
    config, given = ctx.config, ctx.input
    asked = {
        "id": given.get("id"),
        "name": given.get("name"),
        **config.get("where", {}),
        "fields": ",".join(config.get("fields", ())),
    }
    if not any(value for name, value in asked.items() if name != "fields"):
        message = "Nothing says what to look for: give a name, an id or a condition."
        raise BlockError("inventory.nothing", message)
    found = _look_up(server, shape, asked, most=config["most"])
    entries = found["entries"]
    output = {named: entries, "count": len(entries), "more": found["more"]}
    if not entries:
        return ctx.emit("none", output)
    first = entries[0]
    if config["follow"]:
        first = {**first, "neighbours": _follow(server, shape, first)}
    return ctx.emit("found", {**output, "first": first})


def _look_up(server: Server, shape: Shape, asked: Mapping[str, Any], *, most: int) -> Entry:
    """Give the entries that fit: the one of an id, or those that meet the conditions."""
    if asked.get("id"):
        fields = {"fields": asked["fields"]} if asked.get("fields") else None
        response = server.find(f"{shape.path}/{segment(asked['id'])}", fields)
        found = [server.entry(response)] if response is not None else []
        return {"entries": [read(one, shape) for one in found], "more": False}
    name = asked.get("name")
    pages = gather(
        server,
        shape.path,
        asked,
        most=most,
        fits=lambda one: not name or one.get("name", name) == name,
    )
    return {"entries": [read(one, shape) for one in pages.entries], "more": pages.more}


def _follow(server: Server, shape: Shape, entry: Entry) -> list[Entry]:
    """Fetch what an entry names of its own inventory, at most twenty; what is gone is left out."""
    found = []
    wanted = [one for one in entry["related"] if one["kind"] == shape.path][:RELATED_MAX]
    for one in wanted:
        response = server.find(f"{shape.path}/{segment(one['id'])}")
        if response is not None:
            known = read(server.entry(response), shape)
            found.append({"relation": one["relation"], **known})
    return found


def read(raw: Mapping[str, Any], shape: Shape) -> Entry:
    """Give an entry as a workflow reads it: bounded, characteristics by name, relations in one."""
    entry = kept(raw, (*_COMMON, *shape.states))
    entry["characteristics"] = _characteristics(raw.get(shape.characteristic))
    entry["places"] = [name for one in _objects(raw.get("place")) if (name := _place(one))]
    entry["related"] = [
        {"relation": relation, **named}
        for field, inner in shape.relations.items()
        for one in _objects(raw.get(field))
        if (named := _named(one, inner))
        for relation in [str(one.get("relationshipType") or field)[:80]]
    ]
    return entry


def _named(one: Mapping[str, Any], inner: str) -> Entry:
    """Give id and name of what a relation names; {} where it has no id."""
    named = one.get(inner) if isinstance(one.get(inner), dict) else one
    if not isinstance(named, dict) or not isinstance(named.get("id"), str):
        return {}
    return {**kept(named, ("id", "name")), "kind": f"/{inner}"}


def _characteristics(listed: Any) -> Entry:
    return {
        str(one["name"])[:200]: cut(one.get("value"))
        for one in _objects(listed)[:100]
        if isinstance(one.get("name"), str)
    }


def _place(one: Mapping[str, Any]) -> str:
    """Name a place: version 5 has it one level further down."""
    inner = one.get("place")
    named = inner if isinstance(inner, dict) else one
    return str(named.get("name") or named.get("id") or "")[:200]


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
