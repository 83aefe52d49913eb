"""One thing wrong with a workflow, and what a check may know of its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """One thing wrong with a workflow; `step` is "" where it concerns the whole."""

    pointer: str
    message: str
    step: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The published versions of something: the live one's number, and all that may be named."""

    live: int | None
    numbers: frozenset[int] = frozenset()


class Face(NamedTuple):
    """What a version of a decision table takes and gives, each a JSON Schema."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A published decision table; `faces` by version as a step names it, None for the live one."""

    name: str
    versions: Versions
    faces: Mapping[int | None, Face] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a tenant has that its workflows may refer to; None is not known and not checked.

    Attributes:
        connections: By name, the kind of each.
        unapproved: What a dangerous step that nobody approves is: an error where the organisation
            demands approval.
    """

    flows: Mapping[str, Versions] | None = None
    calendars: frozenset[str] | None = None
    tables: Mapping[str, DecisionTable] | None = None
    lookups: frozenset[str] | None = None
    connections: Mapping[str, str] | None = None
    unapproved: Literal["error", "warning"] = "warning"


NOTHING_KNOWN = Known()
