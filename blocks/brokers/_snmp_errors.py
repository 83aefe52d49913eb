"""What may go wrong at a device, as the error that a step ends with."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError

_UNKNOWN = frozenset(
    {
        "AuthenticationError",
        "AuthenticationFailure",
        "DecryptionError",
        "NoAccessEntry",
        "UnknownCommunityName",
        "UnknownSecurityName",
        "UnknownUserName",
        "UnsupportedAuthProtocol",
        "UnsupportedPrivProtocol",
        "UnsupportedSecurityLevel",
        "WrongDigest",
    }
)
_STATUSES = {
    1: ("too_large", "The device says that its answer is too large: ask for less at a time."),
    2: ("no_such_object", "The device has no such object."),
    4: ("not_allowed", "The device lets nobody change this."),
    5: ("failed", "The device failed at it (genErr)."),
    6: ("not_allowed", "The device does not let this connection at it."),
    13: ("failed", "The device lacks what it takes just now (resourceUnavailable)."),
    14: ("failed", "The device did not manage to change it (commitFailed)."),
    15: ("failed", "The device changed a part and could not take it back (undoFailed)."),
    16: ("not_allowed", "The device does not let this connection at it."),
    17: ("not_allowed", "The device lets nobody change this, or the connection may only read."),
}
"""Source: RFC 3416, 3."""
_OF_VALUES = frozenset({3, 7, 8, 9, 10, 11, 12, 18})
_VALUE = ("bad_value", "The device refuses the value or its type.")
_RETRYABLE = frozenset({"failed", "timeout", "unreachable", "bad_answer"})


def snmp_error(what: str, message: str) -> BlockError:
    """Make an error of SNMP; what may pass is retryable."""
    return BlockError(f"snmp.{what}", message, retryable=what in _RETRYABLE)


def of_indication(said: Any, host: str, *, heard: int) -> BlockError:
    """Say what pysnmp means by no answer, or by one that does not count.

    Args:
        said: Its indication.
        host: Who was asked.
        heard: How many datagrams came back.
    """
    name = type(said).__name__
    if name in _UNKNOWN:
        message = f"{host} refused the connection's user, secrets or security level."
        return snmp_error("wrong_credentials", message)
    if name == "RequestTimedOut":
        return unanswered(host, heard=heard)
    return snmp_error("bad_answer", f"{host} answered what cannot be used: {name}.")


def unanswered(host: str, *, heard: int) -> BlockError:
    """Say that nothing came that is an answer."""
    if heard:
        return snmp_error("bad_answer", f"{host} answered what is not SNMP, or not to us.")
    message = (
        f"{host} did not answer: it is away, does not speak SNMP to us, or knows another community."
    )
    return snmp_error("timeout", message)


def of_status(status: int, index: int, names: tuple[str, ...]) -> BlockError:
    """Say why a device refused."""
    other = _VALUE if status in _OF_VALUES else ("bad_answer", "The device gives no known reason.")
    what, text = _STATUSES.get(status, other)
    about = f" {names[index - 1]}:" if 0 < index <= len(names) else ""
    return snmp_error(what, f"{about} {text}".strip())
