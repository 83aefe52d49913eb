"""Where something is used, as pages and REST show it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

KINDS = ("workflow", "rule", "table", "connection", "calendar", "look-up-table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Something that uses another thing.

    Attributes:
        kind: `workflow`, `rule`, `table`, `block`, `trigger`, `pack` or `environment`.
        id: The workflow, rule or table; None for what has no page by an id.
        key: What else it is known by: the pack's or block's id, the environment's short name.
        how: What it does with it, in words.
        in_draft: Whether its draft does.
        in_live: Whether its live version does; what is neither is no document.
        mode: In which mode a rule is; "" for anything else.
    """

    kind: str
    title: str
    how: str
    id: UUID | None = None
    key: str = ""
    in_draft: bool = False
    in_live: bool = False
    mode: str = ""

    @property
    def where(self) -> str:
        """Tell draft from live in words."""
        if self.in_draft and self.in_live:
            return "draft and live"
        return "live" if self.in_live else "draft" if self.in_draft else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is asked about: its kind, what it is called, and what documents name it by."""

    kind: str
    title: str
    name: str
    id: UUID | None = None


def at_steps(verb: str, draft: Sequence[str], live: Sequence[str]) -> str:
    """Say at which steps, those of the live version first.

    >>> at_steps("calls it", ["b"], ["a", "b"])
    'calls it: a, b'
    """
    steps = dict.fromkeys([*live, *draft])
    return f"{verb}: {', '.join(steps)}"
