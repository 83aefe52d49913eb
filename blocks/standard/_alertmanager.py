"""Alertmanager's API v2: matchers, and how they are written in a filter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from blocks.sdk import BlockError

Matcher = dict[str, Any]

_WAYS = {
    "is": (False, True, "="),
    "is-not": (False, False, "!="),
    "fits": (True, True, "=~"),
    "fits-not": (True, False, "!~"),
}
_WRITTEN = {(regex, equal): sign for regex, equal, sign in _WAYS.values()}


def matchers_of(conditions: Iterable[Mapping[str, Any]]) -> list[Matcher]:
    """Write the conditions of the settings as Alertmanager does.

    >>> matchers_of([{"label": "job", "is": "is-not", "value": "db"}])
    [{'name': 'job', 'value': 'db', 'isRegex': False, 'isEqual': False}]
    """
    found = []
    for one in conditions:
        is_regex, is_equal, _ = _WAYS[one["is"]]
        pair = {"name": one["label"], "value": one["value"]}
        found.append({**pair, "isRegex": is_regex, "isEqual": is_equal})
    return found


def matchers_of_alarm(alarm: Mapping[str, Any], labels: Iterable[str]) -> list[Matcher]:
    """Write the labels that an alarm came with, as far as it has them.

    >>> matchers_of_alarm({"attributes": {"instance": "a:9100"}}, ["alertname", "instance"])
    [{'name': 'instance', 'value': 'a:9100', 'isRegex': False, 'isEqual': True}]
    """
    held = alarm.get("attributes")
    known = held if isinstance(held, Mapping) else {}
    conditions = [
        {"label": label, "is": "is", "value": known[label]}
        for label in labels
        if isinstance(known.get(label), str) and known[label]
    ]
    return matchers_of(conditions)


def filters_of(matchers: Iterable[Matcher]) -> list[str]:
    r"""Write matchers as the parameter `filter` wants them.

    >>> print(*filters_of(matchers_of([{"label": "a", "is": "fits", "value": 'x"y'}])))
    a=~"x\"y"
    """
    return [f'{one["name"]}{_sign(one)}"{_escaped(one["value"])}"' for one in matchers]


def same(one: Iterable[Matcher], other: Iterable[Matcher]) -> bool:
    """Tell whether two lists of matchers say the same; before 0.22 there is no isEqual."""
    return _facts(one) == _facts(other)


def silence_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give a silence as a workflow reads it."""
    status = raw.get("status")
    return {
        "id": str(raw.get("id", "")),
        "state": str(status.get("state", "")) if isinstance(status, Mapping) else "",
        "matchers": filters_of(raw.get("matchers") or ())[:50],
        "starts_at": str(raw.get("startsAt", "")),
        "ends_at": str(raw.get("endsAt", "")),
        "created_by": str(raw.get("createdBy", ""))[:200],
        "comment": str(raw.get("comment", ""))[:1_000],
    }


def required(matchers: list[Matcher]) -> list[Matcher]:
    """Give the matchers, one of which must not match the empty text.

    That is Alertmanager's own rule, held to negations too, which it lets pass: `site != "a"`
    alone would silence whatever has no site.

    Raises:
        BlockError: `silence.no_matchers`.
    """
    if all(map(_matches_empty, matchers)):
        message = (
            "Nothing says which alerts are meant: name labels that the alarm has, "
            "or give a condition that an alert without the label does not meet."
        )
        raise BlockError("silence.no_matchers", message)
    return matchers


def _matches_empty(matcher: Matcher) -> bool:
    """Tell whether an alert without the label is meant; of a wrong pattern, Alertmanager tells."""
    text, is_equal = matcher["value"], matcher["isEqual"]
    if not matcher["isRegex"]:
        return (text == "") is is_equal
    try:
        return bool(re.fullmatch(text, "")) is is_equal
    except (re.error, RecursionError, OverflowError):
        return False


def _facts(matchers: Iterable[Matcher]) -> set[tuple[str, str, bool, bool]]:
    return {
        (one["name"], one["value"], bool(one.get("isRegex")), bool(one.get("isEqual", True)))
        for one in matchers
    }


def _sign(one: Mapping[str, Any]) -> str:
    return _WRITTEN[bool(one.get("isRegex")), bool(one.get("isEqual", True))]


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
