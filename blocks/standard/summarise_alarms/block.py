"""Summarise alarms: what a list of alarms is about, in numbers and in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from blocks.permissions.alarms import SEVERITIES
from blocks.sdk import Context, Outcome
from blocks.standard._alarm_lists import instants_of, listed, number_of, text_of
from blocks.standard._alarm_words import severity_of
from kernel.clock import format_instant

_CAUSES = ("probable_cause", "specific_problem", "text")
_MOST = 2
_MINUTE_S = 60
_HOUR_S = 3_600


def run(ctx: Context) -> Outcome:
    """End by `done` with the summary, or by `none` when there is no alarm."""
    items, top = ctx.input["items"], ctx.config["top"]
    if not items:
        return ctx.emit("none", {"text": "No alarms."})
    severities = Counter(severity_of(one) or "indeterminate" for one in items)
    objects = Counter(text_of(one, "managed_object") for one in items)
    causes = Counter(text_of(one, *_CAUSES) for one in items)
    for counts in (objects, causes):
        counts.pop("", None)
    raised = [*instants_of(items, "raised_at"), *instants_of(items, "last_raised_at")]
    told: dict[str, Any] = {
        "count": len(items),
        "by_severity": {one: severities[one] for one in SEVERITIES if severities[one]},
        "worst": next(one for one in SEVERITIES if severities[one]),
        "object_count": len(objects),
        "objects": _top(objects, top),
        "cause_count": len(causes),
        "causes": _top(causes, top),
    }
    if raised:
        told |= _span(raised)
    return ctx.emit("done", {**told, "text": _sentence(told)})


def _top(counts: Counter[str], most: int) -> list[dict[str, Any]]:
    """Give the most frequent, of equals by name, so that the same list gives the same answer."""
    order = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"name": name, "count": count} for name, count in order[:most]]


def _span(raised: Iterable[datetime]) -> dict[str, Any]:
    first, last = min(raised), max(raised)
    return {
        "first_at": format_instant(first),
        "last_at": format_instant(last),
        "seconds": round((last - first).total_seconds(), 3),
    }


def _sentence(told: dict[str, Any]) -> str:
    by_severity = [f"{count:,} {name}" for name, count in told["by_severity"].items()]
    text = number_of(told["count"], "alarm", "alarms")
    if told["object_count"]:
        text += f" on {number_of(told['object_count'], 'object', 'objects')}"
    if told.get("seconds"):
        text += f" within {_duration(told['seconds'])}"
    text += f": {listed(by_severity)}."
    if told["object_count"] > 1:
        text += f" Most on {_named(told['objects'])}."
    if told["causes"]:
        text += f" {'Mostly' if told['cause_count'] > 1 else 'All'} {_named(told['causes'][:1])}."
    return text


def _named(top: Sequence[dict[str, Any]]) -> str:
    return listed([f"{one['name']} ({one['count']:,})" for one in top[:_MOST]])


def _duration(seconds: float) -> str:
    """Say how long roughly.

    >>> _duration(59), _duration(150), _duration(7200)
    ('59 seconds', '2 minutes', '2 hours')
    """
    if seconds < _MINUTE_S:
        return number_of(max(1, round(seconds)), "second", "seconds")
    if seconds < _HOUR_S:
        return number_of(int(seconds // _MINUTE_S), "minute", "minutes")
    return number_of(int(seconds // _HOUR_S), "hour", "hours")
