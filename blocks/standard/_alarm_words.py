"""An alarm in words, for who reads it elsewhere: a ticket, a chat, a trap, a short message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.permissions.alarms import SEVERITIES
from blocks.standard._alarm_lists import text_of

Alarm = Mapping[str, Any]

_FACTS = {
    "managed_object": "Object",
    "perceived_severity": "Severity",
    "probable_cause": "Probable cause",
    "specific_problem": "Problem",
    "raised_at": "Raised",
    "place": "Place",
    "affected_services": "Services",
    "affected_customers": "Customers",
    "proposed_repair_actions": "What to do",
}
_LISTED = 20


def is_over(alarm: Any) -> bool:
    """Tell whether an alarm is over: its state says so, or its severity as its source told it.

    >>> is_over({"state": "cleared", "perceived_severity": "major"}), is_over({"text": "?"})
    (True, False)
    """
    said = (text_of(alarm, "state"), text_of(alarm, "perceived_severity", "severity").lower())
    return "cleared" in said


def severity_of(alarm: Any) -> str:
    """Give one of `SEVERITIES`, cleared for what is over; "" where no such word is said.

    >>> severity_of({"state": "raised", "perceived_severity": "Major"}), severity_of({})
    ('major', '')
    """
    said = text_of(alarm, "perceived_severity", "severity").lower()
    if is_over(alarm):
        return "cleared"
    return said if said in SEVERITIES else ""


def headline_of(alarm: Alarm) -> str:
    """Say in one line what is wrong where; "" for no alarm.

    >>> headline_of({"managed_object": "BE-12", "text": "Link down"})
    'Link down: BE-12'
    """
    said = [alarm.get(name) for name in ("specific_problem", "text", "probable_cause")]
    what = next((one for one in said if isinstance(one, str) and one.strip()), "")
    parts = [" ".join(what.split())[:160], str(alarm.get("managed_object") or "")]
    return ": ".join(part for part in parts if part)


def facts_of(alarm: Alarm) -> dict[str, str]:
    """Give what is known of an alarm, by the name that people call it.

    >>> facts_of({"managed_object": "BE-12", "affected_services": ["a", "b"], "place": ""})
    {'Object': 'BE-12', 'Services': 'a, b'}
    """
    told = {title: _text(alarm.get(name)) for name, title in _FACTS.items()}
    return {title: text for title, text in told.items() if text}


def description_of(alarm: Alarm) -> str:
    """Say all that is known of an alarm, a line each; "" for no alarm."""
    text = alarm.get("text")
    lines = [f"{title}: {fact}" for title, fact in facts_of(alarm).items()]
    return "\n".join([*([text, ""] if isinstance(text, str) and text and lines else []), *lines])


def names_in(alarm: Alarm, name: str) -> list[str]:
    """Give the names in a list of an alarm, at most twenty."""
    listed = alarm.get(name)
    return [str(one) for one in listed[:_LISTED]] if isinstance(listed, list) else []


def shortened(text: str, most: int) -> str:
    """Cut a text to so many characters; it ends with … then.

    >>> shortened("Link down", 5)
    'Link…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value[:_LISTED])
    return "" if value is None else str(value).strip()
