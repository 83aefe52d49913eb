"""Use as TMF635 v4 writes it: one `Usage` for each day, metric and organisation. Pure.

A usage keeps its id for good, for it is made of what it is about: the day, what was counted, and
the organisation that it counts for. A day still grows until the day after it is over, since what
was committed around midnight is told late; then it stays as it is.

Source: TM Forum TMF635 Usage Management API REST Specification R19.0.1 (v4.0.0), the resources
Usage and UsageSpecification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from runtime.use.reading import DAY, PEAKS
from tenancy.plans.terms import GAUGES, METRICS

BASE = "/tmf-api/usageManagement/v4"
RECEIVED, GUIDED = "received", "guided"
TITLES: Mapping[str, tuple[str, str]] = MappingProxyType({**METRICS, **GAUGES})
VERSION = "1.0"
_ID = re.compile(r"(\d{8})-([a-z_]{1,20})-([0-9a-f]{32})")
_ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "events": "Alarm events that were taken in and dealt with",
        "runs": "Runs of workflows that were started; no trials, and none that a step calls",
        "steps": "Step tasks that were carried out, each attempt counted",
        "api_calls": "Calls of the interface for programs with a token",
        "storage_bytes": "Large values that are kept: the most of the day",
        "members": "Members: the most of the day",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a day came to of a metric, and for whom it counts."""

    day: date
    metric: str
    number: int
    party_id: UUID
    party_name: str

    @property
    def id(self) -> str:
        """Its id, which is the same whenever it is asked for."""
        return f"{self.day:%Y%m%d}-{self.metric}-{self.party_id.hex}"


def read_id(text: str) -> tuple[date, str, UUID] | None:
    """Give the day, metric and party that an id names; None where it is no id of a usage.

    >>> read_id("20261101-runs-0123456789abcdef0123456789abcdef")[1]
    'runs'
    >>> read_id("20261301-runs-0123456789abcdef0123456789abcdef") is None
    True
    """
    found = _ID.fullmatch(text)
    if found is None or found[2] not in TITLES:
        return None
    try:
        day = date(int(found[1][:4]), int(found[1][4:6]), int(found[1][6:]))
    except ValueError:
        return None
    return day, found[2], UUID(found[3])


def is_final(day: date, *, today: date) -> bool:
    """Tell whether a day is counted to its end: from the day after the next on.

    >>> is_final(date(2026, 11, 1), today=date(2026, 11, 2))
    False
    """
    return day + 2 * DAY <= today


def usage_document(used: Used, *, today: date, named: bool = True) -> dict[str, Any]:
    """Write a usage; `named` gives the party's name too, which may change."""
    title, unit = TITLES[used.metric]
    party = {"id": str(used.party_id), "name": used.party_name, "role": "customer"}
    if not named:
        del party["name"]
    return {
        "id": used.id,
        "href": f"{BASE}/usage/{used.id}",
        "usageDate": format_instant(datetime.combine(used.day, time(), UTC)),
        "usageType": used.metric,
        "description": f"{title} of a day, UTC",
        "status": GUIDED if is_final(used.day, today=today) else RECEIVED,
        "usageCharacteristic": [
            {"name": "quantity", "valueType": "integer", "value": used.number},
            {"name": "unit", "valueType": "string", "value": unit},
        ],
        "usageSpecification": {
            "id": used.metric,
            "href": f"{BASE}/usageSpecification/{used.metric}",
            "name": title,
            "@referredType": "UsageSpecification",
        },
        "relatedParty": [{**party, "@referredType": "Organization"}],
        "@type": "Usage",
    }


def specification_document(metric: str) -> dict[str, Any]:
    """Write what a metric counts; `metric` is a name of `TITLES`."""
    title, unit = TITLES[metric]
    return {
        "id": metric,
        "href": f"{BASE}/usageSpecification/{metric}",
        "name": title,
        "description": _ABOUT[metric],
        "version": VERSION,
        "lifecycleStatus": "Active",
        "isBundle": False,
        "specCharacteristic": [
            _characteristic("quantity", "integer", unit, most=metric in PEAKS),
            _characteristic("unit", "string", "", most=False),
        ],
        "@type": "UsageSpecification",
    }


def _characteristic(name: str, kind: str, unit: str, *, most: bool) -> dict[str, Any]:
    words = {
        "quantity": "The most that was there at a time" if most else "How many, over the day",
        "unit": "What is counted",
    }
    value = {"valueType": kind, "isDefault": False}
    return {
        "name": name,
        "description": words[name],
        "valueType": kind,
        "configurable": False,
        "minCardinality": 1,
        "maxCardinality": 1,
        "characteristicValueSpecification": [{**value, "unitOfMeasure": unit} if unit else value],
    }
