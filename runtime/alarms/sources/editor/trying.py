"""Trying a mapping on samples: the alarms that result, and whether raise and clear can meet.

Pure; the editor's preview and the check at saving are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import GarlandError, InvalidError, Problem
from kernel.json_text import read_json
from runtime.alarms.model import AlarmEvent, event_document
from runtime.alarms.sources.mapping import IDENTITY_FIELDS, check_mapping, warnings_of
from runtime.alarms.sources.paths import WHOLE, Node, look_up, read_path, tree_of
from runtime.alarms.sources.reading import Batch

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one sample gives: alarms, and what is wrong with those that could not be read."""

    events: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mapping tried on a sample pair.

    Attributes:
        problems: Why the mapping cannot be kept; each points at a field of the mapping.
        warnings: What may go wrong with it, though it can be kept.
        raised: What the sample of a problem gives.
        cleared: What the sample of its end gives.
        meets: Whether an end in the second sample is the end of a problem in the first; None where
            there is no such pair.
    """

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    raised: Outcome = field(default_factory=Outcome)
    cleared: Outcome = field(default_factory=Outcome)
    meets: bool | None = None


def try_mapping(
    document: Mapping[str, Any],
    sample: str,
    clear_sample: str,
    *,
    read: Callable[[Any], Batch],
) -> Trial:
    """Try a mapping.

    Args:
        document: The mapping, as it is being made.
        sample: A body with a problem, as text; "" for none.
        clear_sample: A body with its end, likewise.
        read: Reads a body by the mapping, as the source's kind does.
    """
    try:
        check_mapping(document)
    except InvalidError as error:
        return Trial(problems=error.problems)
    raised, raised_events = _outcome(sample, read)
    cleared, cleared_events = _outcome(clear_sample, read)
    problems, meets = _meeting(raised_events, cleared_events)
    problems += _refusals("/sample", raised) + _refusals("/clear_sample", cleared)
    warnings = warnings_of(document) + _more_warnings(raised_events, cleared_events, clear_sample)
    return Trial(
        problems=tuple(problems),
        warnings=tuple(warnings),
        raised=raised,
        cleared=cleared,
        meets=meets,
    )


def tree_of_sample(sample: str, list_path: str) -> tuple[tuple[Node, ...], str]:
    """Lay a sample out for picking: relative to its first alarm; "" or why it cannot be read.

    Where a list holds the alarms, what stands around it is picked with a leading `$`.
    """
    if not sample.strip():
        return (), ""
    try:
        body = read_json(sample, what="the sample")
        parts = read_path(list_path)
    except GarlandError as error:
        return (), error.message
    items = look_up(parts, body, body)
    if not isinstance(items, list) or not items:
        return tree_of(body), ""
    inside = tree_of(items[0])
    if not parts:
        return inside, ""
    around = [one for one in tree_of(body, start=(WHOLE,)) if one.label != parts[0]]
    return (*inside, *around), ""


def _outcome(sample: str, read: Callable[[Any], Batch]) -> tuple[Outcome, list[AlarmEvent]]:
    if not sample.strip():
        return Outcome(), []
    try:
        batch = read(read_json(sample, what="the sample"))
    except InvalidError as error:
        return Outcome(problems=tuple(one.message for one in error.problems)), []
    except GarlandError as error:
        return Outcome(problems=(error.message,)), []
    wrong = [one.message for bad in batch.rejected for one in bad.error.problems]
    shown = tuple(event_document(one) for one in batch.events[:SHOWN])
    return Outcome(events=shown, problems=tuple(wrong[:SHOWN])), batch.events


def _refusals(pointer: str, outcome: Outcome) -> list[Problem]:
    return [Problem(pointer, one) for one in outcome.problems]


def _meeting(
    raised: list[AlarmEvent], cleared: list[AlarmEvent]
) -> tuple[list[Problem], bool | None]:
    """Compare the identities of a sample pair."""
    begun = {one.dedup_key: one for one in raised if not one.is_clear}
    ended = {one.dedup_key: one for one in cleared if one.is_clear}
    if not begun or not ended:
        return [], None
    if begun.keys() & ended.keys():
        return [], True
    first, last = next(iter(begun.values())), next(iter(ended.values()))
    differing = [name for name in IDENTITY_FIELDS if getattr(first, name) != getattr(last, name)]
    facts = ", ".join(
        f"{name} is {getattr(first, name)!r:.60} first and {getattr(last, name)!r:.60} at the end"
        for name in differing
    )
    message = (
        f"the end in the second sample never ends the problem in the first: {facts}. Map "
        "what is the same in both"
    )
    return [Problem(f"/fields/{differing[0]}", message)], False


def _more_warnings(
    raised: list[AlarmEvent], cleared: list[AlarmEvent], clear_sample: str
) -> list[Problem]:
    found: list[Problem] = []
    if raised and all(one.is_clear for one in raised):
        found.append(Problem("/sample", "the first sample gives no problem, only an end"))
    if clear_sample.strip() and cleared and not any(one.is_clear for one in cleared):
        remedy = "the second sample gives no end: say which field tells it, and with which words"
        found.append(Problem("/clear", remedy))
    return found
