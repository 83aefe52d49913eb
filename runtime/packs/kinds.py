"""Each kind of part by its word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from runtime.packs._block_parts import Blocks
from runtime.packs._data_parts import Mappings, Tables, Traps
from runtime.packs._designed_parts import Rules, Workflows
from runtime.packs.desk import Desk, Kind
from runtime.packs.parts import (
    BLOCK,
    DECISION,
    MAPPING,
    RULE,
    TABLE,
    TRAP_ENTRIES,
    WORKFLOW,
)


class _OfKind(Protocol):
    @property
    def kind(self) -> str: ...


KINDS: Mapping[str, Kind] = {
    BLOCK: Blocks(),
    TABLE: Tables(),
    WORKFLOW: Workflows(),
    DECISION: Rules("table"),
    RULE: Rules("rule"),
    MAPPING: Mappings(),
    TRAP_ENTRIES: Traps(),
}
"""Those that others lean on come first."""


def kind_at(desk: Desk, word: str) -> Kind:
    """Give a kind as it is made at a desk."""
    return desk.kinds.get(word) or KINDS[word]


def permissions_of(
    parts: Iterable[_OfKind], kinds: Mapping[str, Kind] | None = None
) -> frozenset[str]:
    """Give what somebody has to be allowed in order to make, change or remove parts."""
    known = {**KINDS, **(kinds or {})}
    return frozenset(known[one.kind].permission for one in parts)
