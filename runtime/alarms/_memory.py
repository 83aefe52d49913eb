"""Rows of one table in memory, while a batch is applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Rows of one table in memory: what they are now, and what they were when read."""

    now: dict[Any, Facts] = field(default_factory=dict)
    before: dict[Any, Facts] = field(default_factory=dict)

    def read(self, key: Any, facts: Facts) -> None:
        """Take over a row that was read."""
        self.now[key] = facts
        self.before[key] = dict(facts)

    def added(self) -> list[Facts]:
        """Give the rows that are new."""
        return [facts for key, facts in self.now.items() if key not in self.before]

    def changed(self) -> list[Facts]:
        """Give id and changed columns of the rows that changed, those of like columns together."""
        found = []
        for key, before in self.before.items():
            facts = self.now[key]
            moved = {name: one for name, one in facts.items() if before[name] != one}
            if moved:
                found.append({"id": facts["id"], **moved})
        return sorted(found, key=tuple)
