"""A filter of runs as it stands in an address or a JSON body, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.errors import InvalidError, Problem
from runtime.runs.listing import KINDS, STATES, RunFilter

NAMES = ("state", "q", "flow", "kind", "error", "since", "until", "zone", "trials")


def read_filter(asked: Mapping[str, str]) -> RunFilter:
    """Read a filter.

    `state` is one of listing.STATES, `q` a part of what started the run or its id, `flow` a
    workflow's id, `kind` a trigger's kind, `error` an error code or "any", `since` and `until`
    instants, or local times in the time zone `zone`, `trials` true to list trials too.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    zone = _zone(asked.get("zone", ""))
    return RunFilter(
        state=_choice(asked, "state", STATES),
        q=_text(asked, "q"),
        flow_id=_id(asked, "flow"),
        kind=_choice(asked, "kind", KINDS),
        error=_text(asked, "error"),
        since=_instant(asked, "since", zone),
        until=_instant(asked, "until", zone),
        with_trials=_choice(asked, "trials", ("true", "false")) == "true",
    )


def _text(asked: Mapping[str, str], name: str) -> str:
    said = asked.get(name, "").strip()
    if "\0" in said:
        raise _bad(name, "text without the character NUL")
    return said


def _choice(asked: Mapping[str, str], name: str, allowed: Iterable[str]) -> str:
    said, choices = asked.get(name, ""), list(allowed)
    if said and said not in choices:
        raise _bad(name, "one of " + ", ".join(choices))
    return said


def _id(asked: Mapping[str, str], name: str) -> UUID | None:
    try:
        return UUID(asked[name]) if asked.get(name) else None
    except ValueError:
        raise _bad(name, "the id of a workflow") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _bad("zone", "a time zone such as Europe/Zurich") from None


def _instant(asked: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    said = asked.get(name, "").replace(" ", "+")
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        local = found.replace(tzinfo=zone) if found.tzinfo is None else found
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(name, "an instant such as 2026-11-24T12:00:00Z, or a local time") from None


def _bad(name: str, allowed: str) -> InvalidError:
    message = f"{name} must be {allowed}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])
