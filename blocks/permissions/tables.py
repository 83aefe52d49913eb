"""`ctx.tables`: the tenant's look-up tables and decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision table answered: `decided`, `none` or `several`, with the rows and values."""

    port: Literal["decided", "none", "several"]
    output: Mapping[str, Any]


class Tables(Protocol):
    """The tenant's look-up tables and decision tables; needs the permission `tables`."""

    def look_up(self, table: str, key: str) -> dict[str, Any] | None:
        """Return the row with that key, or None.

        Raises:
            BlockError: `tables.unknown` when there is no such table.
        """
        ...

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Decided:
        """Ask a published decision table, by its id; what has no value is read from the alarm.

        Raises:
            BlockError: `tables.unknown` when there is no such table, or no such version;
                `tables.bad_value` when a value does not fit its input.
        """
        ...
