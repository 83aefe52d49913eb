"""Which cleared alarms are to be purged: the filter, from JSON and from a form. Pure.

Source: RFC 8632's `purge-alarms` (alarm status, age, severity, operator state). An alarm that
stands is never purged, though the RFC would allow it: its next repeat would be taken for a new
alarm. Nor is one that nobody acknowledged, unless it is old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number
from kernel.schema import Schema
from runtime.alarms.model import Severity
from runtime.alarms.policy.model import KEPT_DAYS_MAX

CLOSED, ANY = "closed", "any"
STATES = ("acknowledged", "unacknowledged", "shelved")
SIDES = ("is", "below", "above")
DAYS_MAX = KEPT_DAYS_MAX
NAME_MAX = 200
SEVERITIES = tuple(one.value for one in reversed(Severity) if one is not Severity.CLEARED)
_REFUSED = "the alarms cannot be purged so"
_WORD = {"enum": list(SEVERITIES)}
PURGE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/alarm-purge",
    "title": "Purge of alarms",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": {"enum": [CLOSED, ANY], "description": "Cleared and acknowledged, or cleared"},
        "older_than_days": {"type": "integer", "minimum": 0, "maximum": DAYS_MAX},
        "severity": {
            "type": "object",
            "description": "How severe they were when they cleared",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": dict.fromkeys(SIDES, _WORD),
        },
        "operator_state": {
            "type": "object",
            "additionalProperties": False,
            "required": ["state"],
            "properties": {
                "state": {"enum": list(STATES)},
                "by": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
            },
        },
        "dry_run": {"type": "boolean", "description": "Count alone; so it is where left out"},
    },
}
_SCHEMA = Schema(PURGE_SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be purged.

    Attributes:
        status: closed (cleared and acknowledged) or any (cleared).
        older_than_days: Cleared at least so long ago.
        severities: How severe they were when they cleared; None for all.
        state: acknowledged, unacknowledged, shelved or "" for all.
        by: Who acknowledged or shelved them; "" for anybody.
    """

    status: str = CLOSED
    older_than_days: int = 0
    severities: frozenset[Severity] | None = None
    state: str = ""
    by: str = ""

    def facts(self) -> dict[str, str | int | list[str]]:
        """Tell it in the words of the audit.

        >>> Wish(older_than_days=2, by="Ann").facts()
        {'status': 'closed', 'older_than_days': 2, 'by': 'Ann'}
        """
        severities = sorted(one.value for one in self.severities or ())
        said: dict[str, str | int | list[str]] = {
            "status": self.status,
            "older_than_days": self.older_than_days,
            "severities": severities,
            "state": self.state,
            "by": self.by,
        }
        return {name: value for name, value in said.items() if value not in ("", [])}

    def cleared_before(self, now: datetime) -> datetime:
        """Give the instant by which they were cleared.

        >>> Wish(older_than_days=2).cleared_before(datetime(2026, 11, 24))
        datetime.datetime(2026, 11, 22, 0, 0)
        """
        return now - timedelta(days=self.older_than_days)


def parse_wish(document: Any) -> Wish:
    """Read a filter; `dry_run` is the caller's matter.

    Raises:
        InvalidError: naming what cannot be so.

    >>> parse_wish({"severity": {"below": "minor"}}).severities == {
    ...     Severity.WARNING,
    ...     Severity.INDETERMINATE,
    ... }
    True
    """
    _SCHEMA.require(document, _REFUSED)
    operator = document.get("operator_state", {})
    wish = Wish(
        status=document.get("status", CLOSED),
        older_than_days=document.get("older_than_days", 0),
        severities=_severities(document.get("severity")),
        state=operator.get("state", ""),
        by=operator.get("by", ""),
    )
    problem = _contradiction(wish)
    if problem is not None:
        raise InvalidError(problem.message, problems=[problem])
    return wish


def wish_document(form: Mapping[str, str]) -> dict[str, Any]:
    """Read a form, or a query, into the document of a filter.

    Raises:
        InvalidError: the age is no whole number, or somebody is named and not what they did.

    >>> wish_document({"status": "any", "older_than_days": "7", "side": "is", "severity": "minor"})
    {'status': 'any', 'older_than_days': 7, 'severity': {'is': 'minor'}}
    """
    said = {name: value.strip() for name, value in form.items()}
    days = whole_number(said.get("older_than_days") or "0", most=DAYS_MAX)
    if days is None:
        message = f"older_than_days: write a whole number of days, at most {DAYS_MAX:,}"
        raise InvalidError(message, problems=[Problem("/older_than_days", message)])
    state, by = said.get("state", ""), said.get("by", "")
    if by and not state:
        message = "state: choose what they did: acknowledged or shelved"
        raise InvalidError(message, problems=[Problem("/state", message)])
    document: dict[str, Any] = {"status": said.get("status") or CLOSED, "older_than_days": days}
    if said.get("severity"):
        document["severity"] = {said.get("side") or "is": said["severity"]}
    if state:
        document["operator_state"] = {"state": state, **({"by": by} if by else {})}
    return document


def _severities(said: Mapping[str, str] | None) -> frozenset[Severity] | None:
    if not said:
        return None
    ((side, word),) = said.items()
    rank = Severity(word).rank
    sides = {"is": range(rank, rank + 1), "below": range(1, rank), "above": range(rank + 1, 6)}
    return frozenset(one for one in Severity if one.rank in sides[side])


def _contradiction(wish: Wish) -> Problem | None:
    if wish.state == "unacknowledged" and wish.status == CLOSED:
        message = "status: closed alarms are acknowledged: choose any for those that are not"
        return Problem("/status", message)
    if wish.state == "unacknowledged" and wish.by:
        message = "operator_state/by: nobody acknowledged them: leave the name out"
        return Problem("/operator_state/by", message)
    if wish.status == ANY and not wish.older_than_days:
        message = "older_than_days: write at least 1 where alarms go that nobody acknowledged"
        return Problem("/older_than_days", message)
    return None
