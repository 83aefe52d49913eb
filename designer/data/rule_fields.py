"""What a rule or a table can read of an alarm, for the data picker: its fields in plain words.

The alarm's own fields, what sources added to recent alarms, what the inventory knows of its object
and so can fill in, the network round it and planned work, each with its value of one real alarm;
values that look like secrets are masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from designer.data.samples import Choice, Place, choices, chosen_of
from designer.data.tree import BELOW, Datum, words_of, words_of_kind
from designer.rules.editing import inventory_fields
from designer.workflows.samples import SAMPLE_ALARM
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.rules.around import INVENTORY, MAINTENANCE, TOPOLOGY, offered_fields
from runtime.rules.fields import ATTRIBUTES, CATALOGUE, Kind, find_field, value_at
from runtime.rules.suggesting import TRIED_MAX, attribute_paths
from runtime.secrecy import masked
from runtime.surroundings.given import recent_facts

_KINDS = {
    Kind.TEXT: words_of_kind("string"),
    Kind.NUMBER: words_of_kind("number"),
    Kind.TRUTH: words_of_kind("boolean"),
    Kind.TEXTS: words_of_kind("array"),
    Kind.SEVERITY: "severity",
}
_GROUPS = (
    (f"{ATTRIBUTES}", "What sources added", "attributes of recent alarms"),
    (f"{INVENTORY}.", "Its object in the inventory", "what enriching can add"),
    (f"{TOPOLOGY}.", "The network round it", ""),
    (f"{MAINTENANCE}.", "Planned work", ""),
    ("", "Alarm", "its own fields"),
)
"""By what their paths begin with; the last takes the others."""


class AlarmFields(NamedTuple):
    """The fields as a tree, which sample their values are of, and which others there are."""

    tree: list[Datum]
    sample: str
    choices: list[Choice]


def fields_of_alarms(place: Place, wanted: str, *, takes: str = "") -> AlarmFields:
    """Give what a rule reads of an alarm.

    Args:
        place: Whose alarms; of somebody who may not see them a made-up one is shown.
        wanted: The id of the sample, "" for the newest alarm.
        takes: How the field takes data that it is for: `attribute` those of the inventory alone.
    """
    where, offered = (place.session, place.tenant_id), choices(place)
    chosen = chosen_of(offered, wanted)
    recent = list_alarms(*where, AlarmFilter(state=""), limit=TRIED_MAX)
    recent = recent if place.sees_alarms else []
    named = [one.path for one in (*CATALOGUE, *offered_fields())]
    named += [path for path, _ in inventory_fields(*where) if path not in named]
    found = [one for one in recent if chosen.id == f"alarm:{one.id}"]
    facts = _facts(place, found, frozenset(named))
    known = [{"attributes": one.attributes} for one in recent]
    named += attribute_paths([facts, *known])
    if takes == "attribute":
        named = [path for path in named if path.startswith(f"{INVENTORY}.")]
    return AlarmFields(_tree(named, facts), chosen.id, offered)


def _facts(place: Place, found: Sequence[AlarmView], paths: frozenset[str]) -> dict[str, Any]:
    facts = recent_facts(place.session, place.tenant_id, paths, found) or [SAMPLE_ALARM]
    shown: dict[str, Any] = masked(dict(facts[0]), {})
    return shown


def _tree(paths: Sequence[str], facts: Mapping[str, Any]) -> list[Datum]:
    grouped: dict[str, list[str]] = {start: [] for start, _, _ in _GROUPS}
    for path in dict.fromkeys(paths):
        grouped[next(start for start in grouped if path.startswith(start))].append(path)
    groups = [_GROUPS[-1], *_GROUPS[:-1]]
    return [
        Datum(
            title=title,
            trail=title,
            kind="",
            path="",
            children=tuple(_data(grouped[start], start, title, facts)),
            about=about,
        )
        for start, title, about in groups
        if grouped[start]
    ]


def _data(
    paths: Sequence[str], start: str, group: str, facts: Mapping[str, Any]
) -> Iterator[Datum]:
    for path in paths:
        field = find_field(path)
        name = path.removeprefix(start).replace("_", " ")
        is_named = start in (ATTRIBUTES, f"{INVENTORY}.") or field is None
        title = name if is_named or field is None else field.title
        found = value_at(facts, path)
        yield Datum(
            title=title[:1].upper() + title[1:],
            trail=f"{group}{BELOW}{title}",
            kind=_KINDS.get(field.kind, "") if field is not None else "",
            path=path,
            value="" if found is None else words_of(found),
            is_seen=found is not None,
        )
