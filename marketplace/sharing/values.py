"""Values for the places of a template to fill in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import InvalidError, Problem

VALUE_MAX = 500
_SECRET = "secret"  # noqa: S105  a kind of place, not a secret


def checked_values(values: Mapping[str, str], slots: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give the values that say something; raises InvalidError where a place takes none so."""
    words = {one["name"]: one["word"] for one in slots}
    problems = []
    for name, said in values.items():
        if name not in words:
            why = f"the template has no such place: choose among {', '.join(words) or 'none'}"
        elif words[name] == _SECRET:
            why = "a secret is put into the draft itself, or better into a connection"
        elif len(said) > VALUE_MAX:
            why = f"write {VALUE_MAX} characters at most"
        else:
            continue
        problems.append(Problem("/values", f"{name[:80]}: {why}"))
    if problems:
        raise InvalidError("these places cannot be filled so", problems=problems)
    return {name: said for name, said in values.items() if said.strip()}


def require_filled(kind: str, slots: Sequence[Mapping[str, Any]], given: Mapping[str, str]) -> None:
    """Refuse a rule or table that would start nothing: unlike workflows, their drafts must not."""
    open_ = [one["name"] for one in slots if one["word"] == "workflow" and one["name"] not in given]
    if kind != "workflow" and open_:
        problems = [
            Problem("/values", f"{one}: choose a workflow of your own that it starts")
            for one in open_
        ]
        raise InvalidError(problems[0].message, problems=problems)
