"""Why a rule fired or did not, in plain words, from a trace of its conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.durations import duration_words
from runtime.rules.tables.judging import table_sentences
from runtime.rules.words import OPERATOR_WORDS, OPPOSITE_WORDS, field_words, value_words


def sentences(why: Mapping[str, Any]) -> list[str]:
    """Give a sentence for each condition that decided, and one for the count.

    >>> sentences({"when": {"field": "perceived_severity", "op": "at_least", "value": "major",
    ...                     "seen": "critical", "held": True}})
    ['severity is at least major: it was critical']
    """
    found = [*table_sentences(why["table"])] if "table" in why else []
    found.extend(deciding(why["when"]))
    count = why.get("count")
    if count is not None:
        groups = ", ".join(count["group_by"])
        same = f" with the same {groups}" if groups else ""
        distinct = count.get("distinct")
        things = f"different values of {field_words(distinct)}" if distinct else "such alarms"
        found.append(
            f"{count['seen']} {things}{same} came within {count['within_s']} seconds, "
            f"and {count['at_least']} are enough"
        )
    if "pattern" in why:
        found.append(_pattern(why["pattern"]))
    return found or ["the rule takes every alarm"]


def _pattern(told: Mapping[str, Any]) -> str:
    """Say what a pattern saw, as one sentence."""
    groups = ", ".join(told["group_by"])
    same = f" with the same {groups}" if groups else ""
    within = duration_words(told["within_s"])
    apart = duration_words(round(told.get("apart_s", 0)))
    return {
        "sequence": f"the first and the second{same} came {apart} apart, within {within}",
        "together": f"both{same} came {apart} apart, within {within}",
        "absence": f"the second{same} did not come within {within}",
        "flapping": f"it changed {told.get('seen')} times within {within}",
        "persists": f"it still stood after {within}",
    }[told["kind"]]


def deciding(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each condition that made a trace hold or not, with the value it saw.

    >>> list(deciding({"gate": "all", "held": False, "members": [
    ...     {"field": "text", "op": "contains", "value": "LOS", "seen": "fan", "held": False},
    ...     {"field": "count", "op": "more_than", "value": 1, "seen": 3, "held": True}]}))
    ['text does not contain LOS: it was fan']
    """
    if "gate" in node:
        told = node["held"] is (node["gate"] != "none")
        for member in node["members"]:
            if member["held"] is told:
                yield from deciding(member)
        return
    words = OPERATOR_WORDS if node["held"] else OPPOSITE_WORDS
    sentence = f"{field_words(node['field'])} {words[node['op']]}"
    if node["value"] is None:
        yield sentence
        return
    value = value_words(node["value"])
    seen = "not there" if node["seen"] is None else value_words(node["seen"])
    yield f"{sentence} {value}" + (f": it was {seen}" if seen != value else "")
