"""A workflow on its way: as a file has it, before anybody said what is to become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A workflow as a file has it.

    Attributes:
        slug: Its short name, by which others in the file call it.
        left_out: Pointers to the secrets that did not come along.
        notes: What was taken differently, or not at all, for people.
        tables: The names of the decision tables, by what its steps call them.
    """

    slug: str
    document: Mapping[str, Any]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
