"""A refusal, split into what stands beside fields and what stands above the form."""

from __future__ import annotations

from typing import Any

from kernel.errors import GarlandError, InvalidError


def words_of(error: GarlandError | None) -> dict[str, Any]:
    """Give `problems`, messages by the name of their field, and `failure`, the rest or None.

    >>> from kernel.errors import Problem
    >>> words_of(InvalidError("no", problems=[Problem("/email", "write one")]))
    {'problems': {'email': 'write one'}, 'failure': None}
    """
    problems = error.problems if isinstance(error, InvalidError) else ()
    beside = {one.pointer.lstrip("/"): one.message for one in problems}
    return {"problems": beside, "failure": error.message if error and not beside else None}
