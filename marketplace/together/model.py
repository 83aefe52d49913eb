"""Which block leads to which in a workflow, and in how many organisations. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.proven.model import K
from runtime.flows.model import every_step, every_wire

OF_THE_PRODUCT = "garland."
ANY_PORT = ""


class Pair(NamedTuple):
    """A block whose steps lead to steps of another one, by one port of it or by any."""

    from_id: str
    port: str
    to_id: str


Counts = Callable[[UUID, str], bool]
"""Tells whether an organisation's use of a listing counts; see `proven.model.stands_apart`."""


def pairs_in(document: Mapping[str, Any]) -> set[Pair]:
    """Give what leads to what in a workflow, each by its port and by any.

    Blocks that come with the product, and steps that are switched off, are passed through: where
    a probe leads by way of a branch to a ticket, the probe works with the ticket. A block that
    leads to itself says nothing.
    """
    blocks = {
        id_: "" if step.get("disabled") or _is_core(step["block"]) else str(step["block"])
        for id_, step, _ in every_step(document)
    }
    leads: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for wire in every_wire(document):
        source, _, port = str(wire["from"]).partition(":")
        leads[source].add((port or "done", str(wire["to"])))
    found = set()
    for id_, block in blocks.items():
        for port, first in leads[id_] if block else ():
            for other in _reached(first, blocks, leads):
                if other != block:
                    found |= {Pair(block, port, other), Pair(block, ANY_PORT, other)}
    return found


class Tally:
    """Counts in how many organisations each pair is, and keeps nobody's name."""

    def __init__(self) -> None:
        self._counted: Counter[Pair] = Counter()

    def add(self, organisation_id: UUID, found: Iterable[Pair], counts: Counts) -> None:
        """Add what one organisation has, with its environments; once for each organisation.

        A pair is left out where the organisation's use of either block does not count.
        """
        self._counted.update(
            one
            for one in set(found)
            if counts(organisation_id, one.from_id) and counts(organisation_id, one.to_id)
        )

    def told(self, *, least: int = K) -> dict[Pair, int]:
        """Give the pairs that at least so many organisations have."""
        return {one: number for one, number in self._counted.items() if number >= least}


def _is_core(block: str) -> bool:
    return block.startswith(OF_THE_PRODUCT)


def _reached(
    first: str, blocks: Mapping[str, str], leads: Mapping[str, set[tuple[str, str]]]
) -> set[str]:
    """Give the blocks that are come to first from a step on, itself included."""
    found, seen, todo = set(), set(), [first]
    while todo:
        id_ = todo.pop()
        if id_ in seen or id_ not in blocks:
            continue
        seen.add(id_)
        if blocks[id_]:
            found.add(blocks[id_])
        else:
            todo += [one for _, one in leads.get(id_, ())]
    return found
