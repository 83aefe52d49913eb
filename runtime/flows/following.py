"""What follows what: which block stands right after which, by which way out, in live workflows.

A published version never changes, so what it says is read once for each process and kept; which
versions are live is asked each time. So there is nothing to write when a workflow is published,
and nothing to take back when another version is: a count can never be stale.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.flows._carrying import of_people
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import every_step, every_wire, parse_wire

KEPT_MOST = 20_000
"""Versions whose pairs a process keeps: those asked for last."""
_LOADED_AT_ONCE = 500
ANY = "*"


class Pair(NamedTuple):
    """One block right after another, by the names that `name_of` gives.

    `port` is the way out of `before`: "" is a trigger's, `ANY` stands for all but `error`.
    """

    before: str
    port: str
    after: str


_kept: OrderedDict[UUID, frozenset[Pair]] = OrderedDict()
_keeping = Lock()
"""Threads that answer requests share what is kept."""


def name_of(node: Mapping[str, Any]) -> str:
    """Name what a step or trigger is, whatever its version.

    >>> name_of({"kind": "rule"}), name_of({"block": "garland.wait", "version": "1.0.0"})
    ('trigger:rule', 'garland.wait')
    """
    return str(node["block"]) if "block" in node else f"trigger:{node['kind']}"


def nodes_of(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give the triggers and all steps of a workflow by id, those in bodies too."""
    return {**document["triggers"], **{id_: step for id_, step, _ in every_step(document)}}


def pairs_of(document: Mapping[str, Any]) -> frozenset[Pair]:
    """Give each pair of a workflow once, however often it stands in it."""
    nodes = nodes_of(document)
    wires = [parse_wire(one, document["triggers"]) for one in every_wire(document)]
    found = {
        Pair(name_of(nodes[one.source]), one.port, name_of(nodes[one.target])) for one in wires
    }
    return frozenset(found | {one._replace(port=ANY) for one in found if one.port != "error"})


def live_pairs(session: Session, tenant_id: UUID) -> Counter[Pair]:
    """Count in how many of a tenant's live workflows each pair stands."""
    live = select(FlowRow.live_version_id).where(
        FlowRow.tenant_id == tenant_id, FlowRow.live_version_id.is_not(None), of_people()
    )
    found = [one for one in session.scalars(live) if one is not None]
    with _keeping:
        kept = {one: pairs for one in found if (pairs := _kept.get(one)) is not None}
    kept |= _loaded(session, tenant_id, [one for one in found if one not in kept])
    with _keeping:
        for one, pairs in kept.items():
            _kept[one] = pairs
            _kept.move_to_end(one)
        while len(_kept) > KEPT_MOST:
            _kept.popitem(last=False)
    return Counter(pair for pairs in kept.values() for pair in pairs)


def _loaded(
    session: Session, tenant_id: UUID, versions: Collection[UUID]
) -> dict[UUID, frozenset[Pair]]:
    wanted = list(versions)
    read: dict[UUID, frozenset[Pair]] = {}
    for start in range(0, len(wanted), _LOADED_AT_ONCE):
        rows = session.execute(
            select(FlowVersionRow.id, FlowVersionRow.document).where(
                FlowVersionRow.tenant_id == tenant_id,
                FlowVersionRow.id.in_(wanted[start : start + _LOADED_AT_ONCE]),
            )
        )
        read |= {row.id: pairs_of(row.document) for row in rows}
    return read
