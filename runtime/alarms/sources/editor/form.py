"""The mapping editor's form: a mapping as flat text fields, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.model import EventType, Severity
from runtime.alarms.sources.mapping import FIELDS, MAPPING_VERSION
from runtime.alarms.sources.settings import severities_as_text, severities_from_text

FROM, OTHERWISE = "from-", "default-"
LABELS: Mapping[str, tuple[str, str]] = {
    "managed_object": ("Managed object", "What has the problem: a node, link or service"),
    "perceived_severity": ("Severity", "Its words are told in the table below"),
    "specific_problem": ("Specific problem", "The name of the problem, not its text"),
    "text": ("Text", "What a person reads"),
    "event_type": ("Event type", "Mostly a constant"),
    "probable_cause": ("Probable cause", "Such as lossOfSignal"),
    "raised_at": ("Raised at", "Left out, it is when it came"),
    "cleared_at": ("Cleared at", "Of an end; left out, when it came"),
    "external_id": ("External id", "The sender's own id of it"),
    "affected_services": ("Affected services", "A list, or text with commas"),
    "will_clear": ("Will clear", "Whether it says when it is over: true or false"),
    "reporting_system": ("Reporting system", "What passed it on, where not its source"),
    "problem": ("Problem", "The problem record that it belongs to"),
    "reduction_key": ("Identity of your own", "In place of object, type, cause and problem"),
}
CHOICES: Mapping[str, list[str]] = {
    "perceived_severity": [one.value for one in Severity if one is not Severity.CLEARED],
    "event_type": [one.value for one in EventType],
    "will_clear": ["true", "false"],
}


def mapping_of_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the form; empty fields are left out. What it means is checked later.

    Raises:
        InvalidError: a table's line cannot be read.
    """
    fields = {name: one for name in FIELDS if (one := _field(form, name))}
    document: dict[str, Any] = {"mapping": MAPPING_VERSION, "fields": fields}
    severities = severities_from_text(form.get("severities", ""), [one.value for one in Severity])
    clear = {
        "from": form.get("clear-from", "").strip(),
        "is": [one.strip() for one in form.get("clear-is", "").split(",") if one.strip()],
    }
    parts: dict[str, Any] = {
        "list": form.get("list", "").strip(),
        "attributes": _attributes(form.get("attributes", "")),
        "severities": severities,
        "clear": clear if clear["from"] or clear["is"] else None,
        "zone": form.get("zone", "").strip(),
    }
    if parts["clear"] and not (clear["from"] and clear["is"]):
        remedy = "tell both: which field says that it ended, and with which words"
        raise InvalidError(remedy, problems=[Problem("/clear", remedy)])
    return {**document, **{name: value for name, value in parts.items() if value}}


def form_of_mapping(document: Mapping[str, Any]) -> dict[str, str]:
    """Write a mapping as the form shows it."""
    found = {
        prefix + name: one.get(key, "")
        for name, one in document.get("fields", {}).items()
        for prefix, key in ((FROM, "from"), (OTHERWISE, "default"))
    }
    clear = document.get("clear", {})
    attributes = document.get("attributes", {})
    return {
        **found,
        "list": document.get("list", ""),
        "severities": severities_as_text(document.get("severities", {})),
        "attributes": "\n".join(f"{name}: {_written(one)}" for name, one in attributes.items()),
        "clear-from": clear.get("from", ""),
        "clear-is": ", ".join(clear.get("is", ())),
        "zone": document.get("zone", ""),
    }


def wrong_by_field(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Give each problem's message by the name of the form's field that it is about."""
    found: dict[str, str] = {}
    for one in problems:
        parts = one.pointer.split("/")[1:]
        if parts[:1] == ["fields"] and len(parts) > 1:
            found.setdefault(parts[1], one.message)
        elif parts:
            found.setdefault(parts[0], one.message)
    return found


def _field(form: Mapping[str, str], name: str) -> dict[str, str]:
    pairs = {"from": form.get(FROM + name, "").strip(), "default": form.get(OTHERWISE + name, "")}
    return {key: value.strip() for key, value in pairs.items() if value.strip()}


def _attributes(text: str) -> dict[str, dict[str, str]]:
    """Read attributes, `name: path` a line; after an equals sign and quotes, a constant."""
    found: dict[str, dict[str, str]] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, source = (part.strip() for part in line.partition(":"))
        if not colon or not name or not source:
            remedy = 'attributes: write a line as `site: host.location`, or `site: "Zurich"`'
            raise InvalidError(remedy, problems=[Problem("/attributes", remedy)])
        is_constant = len(source) > 1 and source[0] == source[-1] == '"'
        found[name] = {"default": source[1:-1]} if is_constant else {"from": source}
    return found


def _written(field: Mapping[str, str]) -> str:
    return field["from"] if "from" in field else f'"{field["default"]}"'
