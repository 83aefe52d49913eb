"""What is published to a topic, read as alarm events: canonical ones, or by a mapping. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms._storable import storage_problems
from runtime.alarms.model import NAME_MAX, TEXT_MAX, Severity
from runtime.alarms.sources.reading import EVENTS_MAX, Batch, read_canonical
from runtime.alarms.sources.settings import SEVERITIES
from runtime.alarms.sources.templates import MISSING, parse_template, template_problem

PAYLOAD_MAX = 5 * 1024 * 1024
DEPTH_MAX = 6
VALUES_MAX = 500
CLEAR_WORDS = frozenset({"cleared", "clear", "ok", "resolved", "normal", "up", "0"})
FIELDS: Mapping[str, int] = {
    "managed_object": NAME_MAX,
    "perceived_severity": NAME_MAX,
    "event_type": NAME_MAX,
    "probable_cause": NAME_MAX,
    "specific_problem": NAME_MAX,
    "text": TEXT_MAX,
    "raised_at": 40,
    "external_id": NAME_MAX,
    "reduction_key": 4 * NAME_MAX,
}
_REQUIRED = ("managed_object", "perceived_severity")


def check_mapping(mapping: Any) -> list[str]:
    """List what is wrong with a mapping; an empty one reads canonical events."""
    if not isinstance(mapping, dict):
        return [
            'mapping: an object of fields and templates, such as {"managed_object": "{device}"}'
        ]
    if unkept := storage_problems(mapping):
        return [f"mapping: {one.message}" for one in unkept]
    wrong = [f"mapping: {name} is no field of an alarm" for name in mapping if name not in FIELDS]
    wrong += [
        f"mapping: {name} must be text"
        for name, said in mapping.items()
        if not isinstance(said, str)
    ]
    if wrong or not mapping:
        return wrong
    wrong = [f"mapping: {name} is missing" for name in _REQUIRED if not mapping.get(name)]
    for name, said in mapping.items():
        if told := template_problem(said):
            wrong.append(f"mapping, {name}: {told}")
    return wrong


def read_mqtt(body: Any, *, source: str, config: Mapping[str, Any], topic: str = "") -> Batch:
    """Read a body: one event, a list of them, or `{"events": [...]}`.

    Raises:
        InvalidError: it is none of these.
    """
    mapping = config.get("mapping")
    if isinstance(body, list):
        body = {"events": body}
    if not mapping:
        return read_canonical(body, source=source)
    documents = body.get("events", [body]) if isinstance(body, dict) else None
    if not isinstance(documents, list) or not 1 <= len(documents) <= EVENTS_MAX:
        message = f"the body: send one object, or a list of 1 to {EVENTS_MAX}"
        raise InvalidError(message, problems=[Problem("", message)])
    batch = Batch(list_name="events" if "events" in body else "")
    for index, document in enumerate(documents):
        batch.take(index, _mapped(document, mapping, source, topic), raw=document)
    return batch


def read_payload(octets: bytes, *, source: str, config: Mapping[str, Any], topic: str) -> Batch:
    """Read what was published to a topic.

    Raises:
        InvalidError: it is no JSON, or none that is read here.
    """
    if len(octets) > PAYLOAD_MAX:
        message = f"the message is larger than {PAYLOAD_MAX // 1024**2} MB"
        raise InvalidError(message, problems=[Problem("", message)])
    try:
        body = json.loads(octets)
    except (ValueError, RecursionError) as error:
        message = f"the message is no JSON: {str(error)[:200]}"
        raise InvalidError(message, problems=[Problem("", message)]) from None
    return read_mqtt(body, source=source, config=config, topic=topic)


def _mapped(document: Any, mapping: Mapping[str, str], source: str, topic: str) -> Any:
    if not isinstance(document, dict):
        return document
    values: dict[str, Any] = {}
    _flatten(document, "", values, 0)
    values["topic"] = topic
    event: dict[str, Any] = {"source": source, "attributes": {**document, "topic": topic}}
    for name, said in mapping.items():
        text = parse_template(said).fill(values)[: FIELDS[name]]
        if text and text != MISSING:
            event[name] = text
    word = event.get("perceived_severity", "").lower()
    known = Severity.CLEARED.value if word in CLEAR_WORDS else SEVERITIES.get(word, word)
    return {**event, "perceived_severity": known or Severity.INDETERMINATE.value}


def _flatten(node: Mapping[str, Any], path: str, values: dict[str, Any], depth: int) -> None:
    for name, value in node.items():
        if len(values) >= VALUES_MAX:
            return
        if isinstance(value, dict):
            if depth < DEPTH_MAX:
                _flatten(value, f"{path}{name}.", values, depth + 1)
        elif not isinstance(value, list):
            values[f"{path}{name}"] = value
