"""`ctx.tables` in the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.sdk import Decided


@dataclass(frozen=True, slots=True)
class TablesAbility:
    """`ctx.tables`."""

    attempt: Attempt

    def look_up(self, table: str, key: str) -> dict[str, Any] | None:
        """See `sdk.Tables.look_up`."""
        self.attempt.permit("tables")
        return self.attempt.services.look_up(table, key)

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Decided:
        """See `sdk.Tables.decide`."""
        self.attempt.permit("tables")
        return self.attempt.services.decide(table, values, alarm or {}, version)
