"""One thing wrong with a workflow, and what a check may know of its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """One thing wrong with a workflow; `step` is "" where it concerns the whole."""

    pointer: str
    message: str
    step: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The published versions of a workflow: the live one's number, and all that may be called."""

    live: int | None
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a tenant has that its workflows may refer to; None is not known and not checked."""

    flows: Mapping[str, Versions] | None = None
    calendars: frozenset[str] | None = None


NOTHING_KNOWN = Known()
