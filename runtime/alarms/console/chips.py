"""The filters in force, as chips: what each says, and the query without it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from runtime.alarms.filters import ATTRIBUTE, NAMES, Asked

_WORDS: Mapping[str, str] = {
    "q": "Words",
    "state": "State",
    "severity": "Severity",
    "ack": "Acknowledged",
    "source": "Source",
    "event_type": "Event type",
    "managed_object": "Object",
    "probable_cause": "Probable cause",
    "owner": "Owner",
    "grouping": "Groups",
    "parent": "Under",
    "since": "From",
    "until": "Until",
}
_SHOWN: Mapping[str, str] = {
    "acknowledged": "yes",
    "unacknowledged": "no",
    "top": "not under another",
    "causes": "root causes only",
}
_PLACES = ("cursor", "shown", "as_of", "more", "deed")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force and the query that lifts it."""

    text: str
    query: str


def chips_of(asked: Asked) -> list[Chip]:
    """Give a chip for each filter of a query.

    >>> from werkzeug.datastructures import MultiDict
    >>> chips_of(MultiDict([("severity", "major"), ("ack", ""), ("attributes.site", "ZRH")]))
    [Chip(text='Severity: major', query='attributes.site=ZRH'), \
Chip(text='site: ZRH', query='severity=major')]
    """
    said = [(name, value) for name in asked if name not in _PLACES for value in asked.getlist(name)]
    pairs = [pair for pair in said if pair[1]]
    return [
        Chip(text, urlencode([one for one in pairs if one != pair]) or "state=active")
        for pair, text in _texts(pairs)
    ]


def _texts(pairs: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    for name, value in pairs:
        if name == "attribute":
            yield (name, value), value.replace("=", ": ", 1)
        elif name.startswith(ATTRIBUTE):
            yield (name, value), f"{name.removeprefix(ATTRIBUTE)}: {value}"
        elif name in NAMES and name in _WORDS and (name, value) != ("state", "active"):
            shown = value.replace("T", " ") if name in ("since", "until") else value
            yield (name, value), f"{_WORDS[name]}: {_SHOWN.get(value, shown)}"
