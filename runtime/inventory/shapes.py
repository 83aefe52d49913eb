"""The inventory as REST shows and takes it, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from kernel.rest import (
    FLAG,
    ID,
    INSTANT,
    OBJECT,
    TEXT,
    TEXTS,
    WHOLE,
    choice,
    many,
    maybe,
    shape,
    with_more,
)
from runtime.inventory._tables import RelationKind
from runtime.inventory.model import KINDS

_KIND = choice(*KINDS)
_HOW = choice(*(one.value for one in RelationKind))
RESOURCE = shape(
    "Resource",
    id=ID,
    key=TEXT,
    kind=_KIND,
    name=TEXT,
    type=TEXT,
    site=TEXT,
    origin=TEXT,
    attributes=OBJECT,
)
RELATION = shape("Relation", id=ID, to=TEXT, kind=_HOW)
RELATION["properties"]["from"] = TEXT
RESOURCE_WITH_RELATIONS = with_more("ResourceWithRelations", RESOURCE, relations=many(RELATION))
RESOURCE_SAID: dict[str, Any] = {
    "type": "object",
    "properties": {
        "key": TEXT,
        "kind": _KIND,
        "name": TEXT,
        "type": TEXT,
        "site": TEXT,
        "attributes": OBJECT,
    },
}
RELATION_SAID: dict[str, Any] = {
    "type": "object",
    "required": ["from", "to"],
    "properties": {"from": TEXT, "to": TEXT, "kind": _HOW},
}
_COUNTED: dict[str, Any] = dict.fromkeys(("new", "changed", "same", "gone", "relations"), WHOLE)
IMPORT = shape(
    "InventoryImport",
    id=ID,
    origin=TEXT,
    format=TEXT,
    **_COUNTED,
    new_keys=TEXTS,
    changed_keys=TEXTS,
    gone_keys=TEXTS,
    problems=many({}),
    created_at=INSTANT,
    created_by=TEXT,
    applied_at=maybe(INSTANT),
)
QUERY = {"q": TEXT, "kind": TEXT, "site": TEXT}
REMOVING = {"type": "object", "properties": {"remove_gone": FLAG}}
FILE = {"type": "string", "description": "The file, as it is"}
