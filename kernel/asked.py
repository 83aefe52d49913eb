"""What an address asks, parameter by parameter: text, one of several words, ids, zones, instants.

Pure. What has no such value is refused by the parameter's name, with what it may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.errors import InvalidError, Problem
from kernel.zones import find_zone


class Asked(Protocol):
    """A query, or anything else that gives text by name."""

    def get(self, name: str, default: str, /) -> str:
        """Give the value of a name."""
        ...


def must_be(name: str, allowed: str) -> InvalidError:
    """Refuse a parameter.

    >>> must_be("hops", "1 to 4").message
    'hops must be 1 to 4'
    """
    message = f"{name} must be {allowed}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])


def asked_text(asked: Asked, name: str, *, most: int | None = None) -> str:
    """Read a text without blanks around it; "" where it is not given.

    >>> asked_text({"q": " link "}, "q")
    'link'
    """
    said = asked.get(name, "").strip()
    if most is not None and (len(said) > most or "\0" in said):
        raise must_be(name, f"text of at most {most} characters without NUL")
    if "\0" in said:
        raise must_be(name, "text without the character NUL")
    return said


def asked_choice(asked: Asked, name: str, allowed: Iterable[str]) -> str:
    """Read one of several words; "" where it is not given.

    >>> asked_choice({"kind": "node"}, "kind", ["site", "node"])
    'node'
    >>> asked_choice({}, "kind", ["site", "node"])
    ''
    """
    said, choices = asked.get(name, ""), list(allowed)
    if said and said not in choices:
        raise must_be(name, "one of " + ", ".join(filter(None, choices)))
    return said


def asked_id(asked: Asked, name: str, *, of: str) -> UUID | None:
    """Read the id of such a thing, "an alarm"; None where it is not given."""
    said = asked.get(name, "")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise must_be(name, f"the id of {of}") from None


def asked_zone(asked: Asked, name: str = "zone") -> ZoneInfo:
    """Read a time zone; UTC where it is not given."""
    found = find_zone(asked.get(name, "") or "UTC")
    if found is None:
        raise must_be(name, "a time zone such as Europe/Zurich")
    return found


def asked_instant(asked: Asked, name: str, zone: ZoneInfo) -> datetime | None:
    """Read an instant, or a local time in `zone`; None where it is not given.

    An address may have lost a plus: a blank counts as one.

    >>> asked_instant({"since": "2026-11-24T12:00:00 01:00"}, "since", ZoneInfo("UTC")).isoformat()
    '2026-11-24T11:00:00+00:00'
    """
    said = asked.get(name, "").strip().replace(" ", "+")
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        local = found.replace(tzinfo=zone) if found.tzinfo is None else found
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise must_be(name, "an instant such as 2026-11-24T12:00:00Z, or a local time") from None
