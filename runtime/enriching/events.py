"""Events filled from the inventory before rules see them, for sources whose settings ask for it.

It is done where the correlator takes them, and written back to the journal in the same
transaction: live, explain and backtest read one and the same event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.filled import write_filled
from runtime.alarms.journal import ALARM, JournalRow
from runtime.alarms.model import AlarmError, Severity, parse_event
from runtime.alarms.sources.filling import Filling
from runtime.alarms.sources.fillings import fillings_by_name, fillings_of, note_unknown
from runtime.enriching.known import known_of, missing_in
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of

OBJECT_MAX = 512


def fill_in(session: Session, tenant_id: UUID, rows: Sequence[JournalRow]) -> list[JournalRow]:
    """Give the rows of a batch with what their events lack and the inventory knows.

    An event of an object that the inventory does not have stays as it came, and is counted on its
    source. So does a clear: it says nothing but the end.
    """
    source_ids = {row.source_id for row in rows if row.source_id and row.kind == ALARM}
    fillings = fillings_of(session, tenant_id, source_ids) if source_ids else {}
    if not fillings:
        return list(rows)
    filler = _Filler(graph_of(session, tenant_id))
    found, pairs = list[JournalRow](), list[tuple[JournalRow, JournalRow]]()
    unknown: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        filled = row
        if row.kind == ALARM and row.source_id is not None and row.source_id in fillings:
            event = filler.fill(row.event, fillings[row.source_id])
            if event is None:
                unknown[row.source_id].append(str(row.event["managed_object"]))
            elif event is not row.event:
                filled = replace(row, event=event)
                pairs.append((row, filled))
        found.append(filled)
    write_filled(session, tenant_id, pairs)
    for source_id in sorted(unknown):
        objects = unknown[source_id]
        last = objects[-1][:OBJECT_MAX]
        note_unknown(session, tenant_id, source_id, number=len(objects), last=last)
    return found


def fill_given(session: Session, tenant_id: UUID, rows: Sequence[JournalRow]) -> list[JournalRow]:
    """Fill events that a person gave to try a rule on, as those of the source they name."""
    fillings = fillings_by_name(session, tenant_id)
    if not fillings:
        return list(rows)
    filler = _Filler(graph_of(session, tenant_id))
    found = list[JournalRow]()
    for row in rows:
        filling = fillings.get(row.event.get("source", ""))
        event = filler.fill(row.event, filling) if filling is not None else None
        found.append(row if event is None else replace(row, event=event))
    return found


class _Filler:
    """Fills the events of one batch; what is known of an object is looked up once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[tuple[str, Filling], Mapping[str, Any] | None] = {}

    def fill(self, event: dict[str, Any], filling: Filling) -> dict[str, Any] | None:
        """Give an event with what it lacked, or as it is; None where there is no such resource."""
        key = event.get("managed_object")
        if not isinstance(key, str) or event.get("perceived_severity") == Severity.CLEARED:
            return event
        asked = (key, filling)
        if asked not in self._known:
            self._known[asked] = known_of(self._graph, key, attributes=filling.attributes)
        known = self._known[asked]
        if known is None:
            return None
        added = missing_in(event, known)
        return _fitting(event, added) if added else event


def _fitting(event: dict[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Lay what was missing into an event; one that would be too large for it stays as it came."""
    filled = {**event, **added}
    if "attributes" in added:
        filled["attributes"] = {**event.get("attributes", {}), **added["attributes"]}
    try:
        parse_event(filled)
    except AlarmError:
        return event
    return filled
