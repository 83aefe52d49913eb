"""Why a rule fired, in plain words, from what was kept with the firing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runtime.rules.fields import find_field

_WORDS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "contains": "contains",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "matches": "matches",
    "exists": "is there",
    "missing": "is not there",
}


def sentences(why: Mapping[str, Any]) -> list[str]:
    """Give a sentence for each condition that decided, and one for the count.

    >>> sentences({"when": {"field": "perceived_severity", "op": "at_least", "value": "major",
    ...                     "seen": "critical", "held": True}})
    ['severity is at least major: it was critical']
    """
    found = list(_deciding(why["when"]))
    count = why.get("count")
    if count is not None:
        groups = ", ".join(count["group_by"])
        same = f" with the same {groups}" if groups else ""
        found.append(
            f"{count['seen']} such alarms{same} came within {count['within_s']} seconds, "
            f"and {count['at_least']} are enough"
        )
    return found or ["the rule takes every alarm"]


def _deciding(node: Mapping[str, Any]) -> Iterator[str]:
    if "gate" in node:
        for member in node["members"]:
            if member["held"] is (node["gate"] != "none"):
                yield from _deciding(member)
        return
    field = find_field(node["field"])
    name = field.title if field is not None else node["field"]
    words = _WORDS[node["op"]]
    if node["value"] is None:
        yield f"{name} {words}"
        return
    value = ", ".join(map(str, node["value"])) if isinstance(node["value"], list) else node["value"]
    seen = "not there" if node["seen"] is None else node["seen"]
    yield f"{name} {words} {value}: it was {seen}"
