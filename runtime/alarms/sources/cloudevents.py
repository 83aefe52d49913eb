"""CloudEvents 1.0 over HTTP: structured, batched, or with the attributes in headers (binary).

Source: the CloudEvents specification 1.0.2, its JSON event format and its HTTP protocol binding. An
event's `data` is an alarm event in Garland's own form, or whatever the source's mapping reads. The
pair of `source` and `id` tells repeated deliveries, as the specification has it (clause 3.1).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from kernel.errors import GarlandError, InvalidError, Problem
from kernel.ids import sha256_of
from kernel.json_text import read_json
from runtime.alarms.model import NAME_MAX
from runtime.alarms.sources.mapped import read_mapped
from runtime.alarms.sources.reading import EVENTS_MAX, Batch

VERSION = "1.0"
HEADER = "ce-"
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_ATTRIBUTES = ("id", "source", "type")


class UnknownVersionError(InvalidError):
    """The event is of a version of CloudEvents that is not known here."""

    code = "source.unknown_version"


def envelope_of(headers: Mapping[str, str], data: Any) -> dict[str, Any] | None:
    """Write an event in binary form as the structured one; None where no header says that it is.

    >>> envelope_of({"Ce-Id": "7", "ce-specversion": "1.0", "Host": "x"}, {"a": 1})
    {'id': '7', 'specversion': '1.0', 'data': {'a': 1}}
    """
    found = {
        name.lower().removeprefix(HEADER): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith(HEADER)
    }
    return {**found, "data": data} if "specversion" in found else None


def read_cloudevents(body: Any, *, source: str, mapping: Mapping[str, Any] | None = None) -> Batch:
    """Read one event, or a batch of them.

    Raises:
        InvalidError: it is neither, or there are too many.
    """
    is_batch = isinstance(body, list)
    if not is_batch and not isinstance(body, dict):
        message = "the body is no CloudEvent: send one as an object, or a list of them"
        raise InvalidError(message, problems=[Problem("", message)])
    if is_batch and len(body) > EVENTS_MAX:
        message = f"the batch has over {EVENTS_MAX} events: send more in further calls"
        raise InvalidError(message, problems=[Problem("", message)])
    batch = Batch()
    for event in body if is_batch else [body]:
        try:
            _take(batch, event, source=source, mapping=mapping)
        except InvalidError as error:
            batch.refuse(batch.size, error, raw=event)
    return batch


def _take(batch: Batch, event: Any, *, source: str, mapping: Mapping[str, Any] | None) -> None:
    _check(event)
    inner = _read_data(event, _data_of(event), source, mapping)
    for place, one in enumerate(inner.events):
        batch.events.append(one)
        batch.raws.append(event)
        batch.ids.append(sha256_of(json.dumps([event["source"], event["id"], place])))
    for bad in inner.rejected:
        problems = [Problem("/data" + one.pointer, one.message) for one in bad.error.problems]
        wrong = InvalidError(bad.error.message, problems=problems)
        batch.refuse(batch.size, wrong, raw=event)


def _read_data(
    event: Mapping[str, Any], data: Any, source: str, mapping: Mapping[str, Any] | None
) -> Batch:
    if mapping is not None:
        return read_mapped(data, source=source, mapping=mapping)
    batch = Batch()
    if isinstance(data, dict):
        when = "cleared_at" if data.get("perceived_severity") == "cleared" else "raised_at"
        said = {"source": source, "external_id": str(event["id"])[:NAME_MAX]}
        said["reporting_system"] = event["source"][:NAME_MAX]
        if isinstance(event.get("time"), str):
            said[when] = event["time"]
        data = {**said, **data}
    batch.take(0, data, raw=event)
    return batch


def _check(event: Any) -> None:
    if not isinstance(event, dict):
        message = "a CloudEvent is an object with specversion, id, source, type and data"
        raise InvalidError(message, problems=[Problem("", message)])
    if event.get("specversion") != VERSION:
        message = (
            f"specversion {str(event.get('specversion'))[:40]!r} is not known here: this source "
            f"reads version {VERSION!r}; the event was kept for you to look at"
        )
        raise UnknownVersionError(message, problems=[Problem("/specversion", message)])
    problems = [
        Problem(f"/{name}", f"{name} is missing: CloudEvents needs it as text that is not empty")
        for name in _ATTRIBUTES
        if not isinstance(event.get(name), str) or not event[name]
    ]
    if problems:
        raise InvalidError("the CloudEvent is not whole", problems=problems)


def _data_of(event: Mapping[str, Any]) -> Any:
    """Give the event's data as JSON, whichever of its two fields holds it."""
    kind = str(event.get("datacontenttype") or "application/json").partition(";")[0].strip()
    is_json = kind.endswith(("/json", "+json"))
    if "data_base64" in event and is_json:
        try:
            return read_json(base64.b64decode(event["data_base64"], validate=True), what="data")
        except (binascii.Error, TypeError, ValueError, GarlandError):
            message = "data_base64 is not JSON in base64: send the data as data"
            raise InvalidError(message, problems=[Problem("/data_base64", message)]) from None
    if not is_json or "data" not in event:
        what = f"is {kind}" if not is_json else "is missing"
        message = f"data {what}: send an alarm as JSON"
        raise InvalidError(message, problems=[Problem("/data", message)])
    return event["data"]
