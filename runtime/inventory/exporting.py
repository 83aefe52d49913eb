"""The inventory as files: CSV of resources and of relations, and GraphML with both.

What is written can be imported again and then changes nothing; only values that are lists or
objects come back as their JSON text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from runtime.imports.sheets import guarded
from runtime.inventory._tables import Resource, ResourceRelation
from runtime.inventory.reading.graphml import OWN
from runtime.inventory.reading.sheets import OWN as COLUMNS
from runtime.inventory.resources import ResourceView, view_of

_TYPES = {bool: "boolean", int: "long", float: "double"}
_RELATION = "relation"

Relation = tuple[str, str, str]


def resources_csv(session: Session, tenant_id: UUID) -> str:
    """Write all resources, a column for each attribute that one of them has."""
    found = _all(session, tenant_id)
    names = sorted({name for one in found for name in one.attributes})
    rows = ([*_own(one), *(_text(one.attributes.get(name)) for name in names)] for one in found)
    return _sheet([*COLUMNS, *names], rows)


def relations_csv(session: Session, tenant_id: UUID) -> str:
    """Write all relations by the keys of their ends."""
    return _sheet(["from", "to", _RELATION], _relations(session, tenant_id))


def inventory_graphml(session: Session, tenant_id: UUID) -> str:
    """Write resources and relations as one graph."""
    found = _all(session, tenant_id)
    ids = {one.key: f"n{number}" for number, one in enumerate(found)}
    keys: dict[tuple[str, str], str] = {}
    nodes = [_node(ids[one.key], one, keys) for one in found]
    edges = [
        f'<edge source="{ids[start]}" target="{ids[end]}"><data key="relation">{kind}</data></edge>'
        for start, end, kind in _relations(session, tenant_id)
    ]
    heads = [
        f'<key id="{key}" for="node" attr.name={quoteattr(name)} attr.type="{kind}"/>'
        for (name, kind), key in keys.items()
    ]
    relation = f'<key id="relation" for="edge" attr.name="{OWN}{_RELATION}" attr.type="string"/>'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *heads,
            relation,
            '<graph edgedefault="directed">',
            *nodes,
            *edges,
            "</graph>",
            "</graphml>",
            "",
        ]
    )


def _node(node_id: str, one: ResourceView, keys: dict[tuple[str, str], str]) -> str:
    own = {f"{OWN}{name}": text for name, text in zip(COLUMNS, _own(one), strict=True)}
    data = []
    for name, value in (own | dict(one.attributes)).items():
        kind = _TYPES.get(type(value), "string")
        key = keys.setdefault((name, kind), f"d{len(keys)}")
        if text := _xml_text(_text(value)):
            data.append(f'<data key="{key}">{escape(text)}</data>')
    return f'<node id="{node_id}">{"".join(data)}</node>'


def _xml_text(text: str) -> str:
    """Leave out what XML 1.0 cannot hold, even escaped."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def _all(session: Session, tenant_id: UUID) -> Sequence[ResourceView]:
    rows = session.scalars(
        select(Resource).where(Resource.tenant_id == tenant_id).order_by(Resource.key)
    )
    return [view_of(row) for row in rows]


def _relations(session: Session, tenant_id: UUID) -> list[Relation]:
    start, end = aliased(Resource), aliased(Resource)
    rows = session.execute(
        select(start.key, end.key, ResourceRelation.kind)
        .join(start, start.id == ResourceRelation.from_id)
        .join(end, end.id == ResourceRelation.to_id)
        .where(ResourceRelation.tenant_id == tenant_id)
        .order_by(start.key, end.key, ResourceRelation.kind)
    )
    return [(one, other, kind.value) for one, other, kind in rows]


def _own(one: ResourceView) -> list[str]:
    return [one.key, one.kind.value, one.name, one.type, one.site]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return target.getvalue()
