"""How what passes between a step and its block is written as JSON, and read back with suspicion."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_type_hints

from blocks.outcomes import MeasuredEmit, Outcome
from blocks.sandbox._fitting import fits, test_of
from blocks.sdk import BlockError, Facts, HttpResponse, MqttMessage, SnmpValue

_OUTCOMES: Mapping[str, type[Outcome]] = {one.__name__: one for one in get_args(Outcome)}
_FIELDS = {name: frozenset(one.__dataclass_fields__) for name, one in _OUTCOMES.items()}
_FACTS = tuple(Facts.__dataclass_fields__)
_TUPLES = frozenset({"roles", "people", "items"})
_CODE_MAX, _MESSAGE_MAX = 100, 2_000
_AFTER_MAX_S = 24 * 3_600.0
_MEASURED_MAX_BYTES = 16 * 1024
"""Up to here no way of writing JSON makes an output larger than what may be handed on: at most
fourfold (`1e15` is written as 1000000000000000.0)."""


class UnreadableError(Exception):
    """What the other side sent is not what it should be; the message says how."""


def write_outcome(outcome: Any) -> dict[str, Any]:
    """Write how a step ended.

    Raises:
        UnreadableError: it is none of `blocks.outcomes`.
    """
    kind = type(outcome).__name__
    if _OUTCOMES.get(kind) is not type(outcome):
        raise UnreadableError("the block must end with ctx.emit(...) or ctx.wait(...)")
    return {"kind": kind} | {name: _plain(getattr(outcome, name)) for name in _FIELDS[kind]}


def read_outcome(document: Any, *, size_bytes: int) -> Outcome:
    """Read how a step ended.

    Args:
        document: From a frame, which is plain JSON therefore.
        size_bytes: Of that frame.

    Raises:
        UnreadableError: a field is missing, unknown, or of another type.
    """
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in _OUTCOMES:
        raise UnreadableError("it ended in a way that is not known")
    given = {name: value for name, value in document.items() if name != "kind"}
    if given.keys() != _FIELDS[kind]:
        raise UnreadableError("its end has other fields than it should")
    if kind != "Emit":
        _read_in_place(given)
    for name, fits_here in _tests(kind):
        if not fits_here(given[name]):
            raise UnreadableError(f"{name} of its end is of another type than it should be")
    if kind == "Emit" and size_bytes <= _MEASURED_MAX_BYTES:
        return MeasuredEmit(**given, size_bytes=size_bytes)
    return _OUTCOMES[kind](**given)


def _read_in_place(given: dict[str, Any]) -> None:
    """Read what JSON has no type for."""
    if given.get("until") is not None:
        given["until"] = read_instant(given["until"])
    for name in _TUPLES & given.keys():
        if isinstance(given[name], list):
            given[name] = tuple(given[name])


@cache
def _tests(kind: str) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    hints = get_type_hints(_OUTCOMES[kind])
    return tuple((name, test_of(hint)) for name, hint in hints.items())


def write_facts(facts: Facts) -> dict[str, Any]:
    """Write what a step may know of its run."""
    return {name: _plain(getattr(facts, name)) for name in _FACTS}


def read_facts(document: Mapping[str, Any]) -> Facts:
    """Read what `write_facts` wrote."""
    return Facts(**{**document, "now": read_instant(document["now"])})


def write_error(error: BlockError) -> dict[str, Any]:
    """Write why something could not be done."""
    return {
        "code": error.code,
        "message": error.message,
        "retry_after_s": error.retry_after_s,
        "retryable": error.retryable,
    }


def read_error(document: Any) -> BlockError:
    """Read why something could not be done.

    Raises:
        UnreadableError: a field is missing or of another type.
    """
    if not isinstance(document, dict):
        raise UnreadableError("it failed without saying why")
    code, message = document.get("code"), document.get("message")
    after, again = document.get("retry_after_s"), document.get("retryable")
    if not (isinstance(code, str) and isinstance(message, str) and len(code) <= _CODE_MAX):
        raise UnreadableError("it failed without a code and a message")
    if not (fits(after, float | None) and fits(again, bool | None)):
        raise UnreadableError("it failed, but said wrongly when to try again")
    return BlockError(code, message[:_MESSAGE_MAX], _pause_s(after), retryable=again)


def _pause_s(said: float | None) -> float | None:
    """Give the pause that was asked for: what is no number, or less than none, asks for none."""
    if said is None:
        return None
    return min(said, _AFTER_MAX_S) if said > 0 else 0.0


def write_response(response: HttpResponse) -> dict[str, Any]:
    """Write the answer to a call."""
    return {
        "status": response.status,
        "headers": dict(response.headers),
        "body": write_bytes(response.body),
        "retry_after_s": response.retry_after_s,
    }


def read_response(document: Mapping[str, Any]) -> HttpResponse:
    """Read what `write_response` wrote."""
    return HttpResponse(**{**document, "body": read_bytes(document["body"])})


def write_variable(variable: SnmpValue) -> dict[str, Any]:
    """Write a variable of a device."""
    return {"oid": variable.oid, "kind": variable.kind, "value": variable.value}


def read_variable(document: Any) -> SnmpValue:
    """Read a variable of a device.

    Raises:
        UnreadableError: a field is missing, unknown or of another type.
    """
    hints = get_type_hints(SnmpValue)
    given = document if isinstance(document, dict) else {}
    if given.keys() != hints.keys() or not all(fits(given[one], hints[one]) for one in hints):
        raise UnreadableError("a variable has to have oid, kind and value")
    return SnmpValue(**given)


def write_message(message: MqttMessage) -> dict[str, Any]:
    """Write a message."""
    return {"topic": message.topic, "payload": write_bytes(message.payload)}


def read_message(document: Mapping[str, Any]) -> MqttMessage:
    """Read what `write_message` wrote."""
    return MqttMessage(topic=document["topic"], payload=read_bytes(document["payload"]))


def write_bytes(value: bytes) -> str:
    """Write bytes as text (base64, RFC 4648)."""
    return base64.b64encode(value).decode()


def read_bytes(text: Any) -> bytes:
    """Read bytes back.

    Raises:
        UnreadableError: it is no base64.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise UnreadableError("bytes were not written as base64") from None


def read_instant(text: Any) -> datetime:
    """Read an instant; one with a timezone is given in UTC.

    Raises:
        UnreadableError: it is none, or none that UTC could name.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError("an instant is not written as ISO 8601") from None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
