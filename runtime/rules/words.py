"""Rules in plain words: what a rule does, as one sentence a person can check it by.

Pure. Reads a checked rule document; `explain` tells with the same words why a rule fired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.durations import duration_words
from runtime.rules._schema import PARENT_AT_LEAST
from runtime.rules.around import HOPS
from runtime.rules.fields import find_field
from runtime.rules.model import Transition

OPERATOR_WORDS = {
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
OPPOSITE_WORDS = {
    "is": "is not",
    "is_not": "is",
    "in": "is none of",
    "not_in": "is one of",
    "at_least": "is not at least",
    "at_most": "is not at most",
    "more_than": "is not more than",
    "less_than": "is not less than",
    "contains": "does not contain",
    "starts_with": "does not start with",
    "ends_with": "does not end with",
    "matches": "does not match",
    "exists": "is not there",
    "missing": "is there",
}
"""What is true where an operator does not hold."""


def field_words(path: str) -> str:
    """Name a field as people do.

    >>> field_words("perceived_severity"), field_words("attributes.site")
    ('severity', 'site')
    """
    field = find_field(path)
    return field.title if field is not None else path


def rule_sentence(document: Mapping[str, Any], flow_names: Mapping[str, str]) -> str:
    """Say what a rule does. `flow_names` gives the name of a workflow by its slug.

    >>> rule_sentence({"when": {"field": "text", "op": "contains", "value": "LOS"},
    ...                "then": [{"do": "acknowledge"}]}, {})
    'When an alarm comes whose text contains LOS, acknowledge it.'
    """
    happened = _happened(document.get("on"))
    condition = _condition(document["when"]) if "when" in document else ""
    actions = _listed([_action(action, flow_names) for action in document["then"]], "and")
    pattern = document.get("pattern", {"kind": "each"})
    subject = _SUBJECTS[pattern["kind"]](pattern, happened, condition)
    ending = " No later rule sees it then." if document.get("stop") else ""
    return f"When {subject}, {actions}.{ending}"


def _each(_pattern: Mapping[str, Any], happened: str, condition: str) -> str:
    if condition:
        return f"an alarm{happened or ' comes'} whose {condition}"
    return f"any alarm{happened or ' comes'}"


def _count(pattern: Mapping[str, Any], happened: str, condition: str) -> str:
    what = f"alarms{happened}"
    if "distinct" in pattern:
        what = f"different values of {field_words(pattern['distinct'])} in alarms{happened}"
    subject = f"at least {pattern['at_least']} {what} within {_window(pattern)}"
    return subject + (f" where {condition}" if condition else "")


def _sequence(pattern: Mapping[str, Any], happened: str, condition: str) -> str:
    first, second = _pair(pattern, happened)
    return f"{first} and then {second} within {_window(pattern)}{_where(condition)}"


def _together(pattern: Mapping[str, Any], happened: str, condition: str) -> str:
    first, second = _pair(pattern, happened)
    return f"{first} and {second}, in any order, within {_window(pattern)}{_where(condition)}"


def _absence(pattern: Mapping[str, Any], happened: str, condition: str) -> str:
    first, second = _pair(pattern, happened)
    return f"{first} and not {second} within {_window(pattern)}{_where(condition)}"


def _flapping(pattern: Mapping[str, Any], _happened: str, condition: str) -> str:
    subject = (
        f"an alarm{_whose(condition)} is raised and cleared more than {pattern['more_than']} times"
    )
    subject += f" within {_window(pattern)}"
    if "release_below" in pattern:
        subject += f" (again only after fewer than {pattern['release_below']})"
    return subject


def _persists(pattern: Mapping[str, Any], _happened: str, condition: str) -> str:
    stands = f"still stands after {duration_words(pattern['after_s'])}"
    return f"an alarm{_whose(condition)} {stands}"


_SUBJECTS = {
    "each": _each,
    "count": _count,
    "sequence": _sequence,
    "together": _together,
    "absence": _absence,
    "flapping": _flapping,
    "persists": _persists,
}


def _pair(pattern: Mapping[str, Any], happened: str) -> tuple[str, str]:
    """Say what the first and the second of a pair are."""
    second = _happened(pattern["b_on"]) if "b_on" in pattern else happened
    return (
        f"an alarm{happened or ' comes'} whose {_condition(pattern['a'])}",
        f"one{second} whose {_condition(pattern['b'])}",
    )


def _window(pattern: Mapping[str, Any]) -> str:
    return duration_words(pattern["within_s"]) + _same(pattern.get("group_by", ()))


def _whose(condition: str) -> str:
    return f" whose {condition}" if condition else ""


def _where(condition: str) -> str:
    return f" where for both {condition}" if condition else ""


_HAPPENS: Mapping[Transition, str] = {
    Transition.RAISED: "is raised",
    Transition.CHANGED: "changes severity",
    Transition.CLEARED: "is cleared",
    Transition.ESCALATED: "is escalated",
}


def _happened(on: Sequence[str] | None) -> str:
    """Say nothing of the usual: raised, or changed in severity."""
    if not on or set(on) == {"raised", "changed"}:
        return ""
    return " " + _listed([_HAPPENS[Transition(one)] for one in on], "or")


def _same(group_by: Sequence[str]) -> str:
    if not group_by:
        return ""
    return " from the same " + _listed([field_words(path) for path in group_by], "and")


def condition_words(node: Mapping[str, Any]) -> str:
    """Say what holds of the alarms that a condition is about; "" where it asks nothing."""
    return _condition(node)


def _condition(node: Mapping[str, Any], *, inner: bool = False) -> str:
    for gate, joint in (("all", "and"), ("any", "or"), ("none", "or")):
        if gate in node:
            members = [_condition(member, inner=True) for member in node[gate]]
            text = f" {joint} ".join(members)
            text = f"({text})" if len(members) > 1 and (inner or gate == "none") else text
            return f"not {text}" if gate == "none" else text
    words = f"{field_words(node['field'])} {OPERATOR_WORDS[node['op']]}"
    return words if node["op"] in ("exists", "missing") else f"{words} {value_words(node['value'])}"


def value_words(value: Any) -> str:
    """Write a condition's value, a list with commas.

    >>> value_words(["a", 5]), value_words(True)
    ('a, 5', 'true')
    """
    if isinstance(value, list):
        return ", ".join(map(value_words, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _action(action: Mapping[str, Any], flow_names: Mapping[str, str]) -> str:
    if action["do"] == "start":
        return f"start the workflow “{flow_names.get(action['flow'], action['flow'])}”"
    if action["do"] == "derive":
        return f"raise the alarm “{action['alarm']['specific_problem']}”"
    if action["do"] == "set":
        changes = [f"{field_words(key)} to {value}" for key, value in action["fields"].items()]
        return f"set its {_listed(changes, 'and')}"
    if action["do"] == "enrich":
        names = [field_words(key) for key in action["fields"]]
        return f"look up its {_listed(names, 'and')} in {action['table']}"
    return _PLAIN.get(action["do"]) or _told(action)


def _told(action: Mapping[str, Any]) -> str:
    if action["do"] == "fill":
        names = [field_words(key) for key in action.get("take", ())]
        named = _listed([*names, *action.get("attributes", ())], "and")
        return f"fill its {named} from the inventory"
    if action["do"] == "notify":
        return f"mail {_listed([_recipient(one) for one in action['to']], 'and')}"
    return f"put it under {_parent(action)}{_bounds(action)}"


def _parent(action: Mapping[str, Any]) -> str:
    """Say which alarm becomes the parent."""
    if action["parent"] != "above":
        return _PARENTS[action["parent"]]
    hops, least = action.get("hops", HOPS), action.get("at_least", PARENT_AT_LEAST)
    far = "one hop" if hops == 1 else f"at most {hops} hops"
    return f"the nearest alarm that is at least {least}, {far} above its object"


def _bounds(action: Mapping[str, Any]) -> str:
    """Say what bounds a group; nothing where that is as usual."""
    said = []
    if "max_age_s" in action:
        said.append(f"raised at most {duration_words(action['max_age_s'])} before or after")
    if "max_children" in action:
        most = action["max_children"]
        said.append(f"with {most:,} {'alarm' if most == 1 else 'alarms'} under it at most")
    return f" ({_listed(said, 'and')})" if said else ""


_PLAIN = {"acknowledge": "acknowledge it", "suppress": "suppress it", "clear": "clear it"}
_PARENTS = {
    "first": "the first of them",
    "most_severe": "the most severe of them",
    "matching": "the alarm that matches",
}


def _recipient(one: str) -> str:
    kind, _, name = one.partition(":")
    return f"every {name}" if kind == "role" else name


def _listed(parts: Iterable[str], joint: str) -> str:
    *first, last = parts
    return f"{', '.join(first)} {joint} {last}" if first else last
