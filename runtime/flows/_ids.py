"""Does each node of a workflow have an id of its own? The schema cannot say that.

One canvas shows all of them, the steps in bodies too, so two of one id could not both be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import Problem
from runtime.flows._structure import steps_of


def id_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each step of a document of the schema that has the id of another step or a trigger."""
    seen: set[str] = set()
    for placed in steps_of(document):
        if placed.id in seen:
            yield Problem(placed.pointer, f"two steps are called {placed.id}: rename one")
        elif placed.id in document["triggers"]:
            yield Problem(placed.pointer, f"{placed.id} names a trigger and a step: rename one")
        seen.add(placed.id)
