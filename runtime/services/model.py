"""A service as a document and as values: what it rests on, what was agreed. Pure.

Nobody has to fill the inventory first: a key that it does not have counts as a resource of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, Problem
from kernel.json_text import why_not_kept
from kernel.zones import find_zone
from runtime.alarms.model import Severity
from runtime.inventory.graph import HOPS_MAX, Graph
from runtime.services._tables import KEY_MAX, NAME_MAX, NOTE_MAX
from runtime.services.availability import Agreement
from runtime.services.state import Footing, How, Need
from runtime.services.words import KINDS

NEEDS_MAX = 20
KEYS_MAX = 200
FOOTING_MAX = 2_000
CALENDAR_MAX = 80
HOPS = 3
BREAKS_FROM = (Severity.CRITICAL, Severity.MAJOR)
_HUNDRED = 100
_PLACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSaid:
    """Resources by their keys, and how many of them must work."""

    how: How
    share: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, checked.

    Attributes:
        key: What alarms and the inventory name it by.
        hops: How far above each resource others are looked for that can take it down.
        breaks_from: The severity from which on a resource does not work.
        watched_from: Since when it is in use; None for from now on.
    """

    key: str
    name: str
    kind: str = "other"
    note: str = ""
    zone: ZoneInfo
    rests_on: tuple[NeedSaid, ...] = ()
    hops: int = HOPS
    breaks_from: Severity = Severity.CRITICAL
    agreement: Agreement | None = None
    watched_from: datetime | None = None

    @property
    def structure(self) -> dict[str, Any]:
        """What decides how its state is derived."""
        document = service_document(self)
        return {name: document[name] for name in ("key", "rests_on", "hops", "breaks_from")}


def parse_service(document: Any) -> Service:
    """Read a service's document.

    Raises:
        InvalidError: with a problem for each field that cannot be taken.
    """
    if not isinstance(document, Mapping):
        raise InvalidError("a service is an object", problems=[Problem("", "send an object")])
    reader = _Reader(document)
    zone = find_zone(reader.text("zone", 60))
    name = reader.text("name", NAME_MAX)
    if zone is None:
        reader.refuse("zone", "choose a time zone such as Europe/Berlin")
    if not name:
        reader.refuse("name", "name the service as its users call it")
    kind = reader.text("kind", 20) or "other"
    if kind not in KINDS:
        reader.refuse("kind", f"choose one of {', '.join(KINDS)}")
    breaks_from = reader.text("breaks_from", 20) or Severity.CRITICAL.value
    if breaks_from not in [one.value for one in BREAKS_FROM]:
        reader.refuse("breaks_from", "choose critical or major")
    found: dict[str, Any] = {
        "key": reader.text("key", KEY_MAX),
        "note": reader.text("note", NOTE_MAX),
        "rests_on": reader.needs(),
        "hops": reader.hops(),
        "agreement": reader.agreement(),
        "watched_from": reader.instant("watched_from"),
    }
    if not found["key"]:
        reader.refuse("key", "write a key that no other service has: alarms may name it")
    if reader.problems or zone is None:
        raise InvalidError("the service cannot be kept as it is", problems=reader.problems)
    severity = Severity(breaks_from)
    return Service(name=name, kind=kind, zone=zone, breaks_from=severity, **found)


def service_document(service: Service) -> dict[str, Any]:
    """Write a service as JSON, as `parse_service` reads it."""
    agreed = service.agreement
    return {
        "key": service.key,
        "name": service.name,
        "kind": service.kind,
        "note": service.note,
        "zone": service.zone.key,
        "rests_on": [
            {
                "need": one.how.value,
                **({"share": one.share} if one.how is How.SHARE else {}),
                "keys": list(one.keys),
            }
            for one in service.rests_on
        ],
        "hops": service.hops,
        "breaks_from": service.breaks_from.value,
        "sla": {
            "percent": float(agreed.percent),
            "planned_excluded": agreed.planned_excluded,
            "calendar": agreed.calendar,
        }
        if agreed is not None
        else None,
        "watched_from": format_instant(service.watched_from) if service.watched_from else None,
    }


def spell_out(service: Service, graph: Graph) -> list[dict[str, Any]]:
    """Give the needs with all that can take each resource down, as JSON; at most 2,000 keys."""
    left = FOOTING_MAX
    needs: list[dict[str, Any]] = []
    for need in service.rests_on:
        roots = []
        for key in need.keys:
            near = graph.parents(key, hops=service.hops).near[: left - 1] if left > 1 else ()
            roots.append([key, *(one.key for one in near)])
            left -= len(roots[-1])
        needs.append({"need": need.how.value, "share": need.share, "roots": roots})
    return needs


def footing_of(key: str, document: Mapping[str, Any], needs: Any) -> Footing:
    """Read what `spell_out` wrote."""
    return Footing(
        own_key=key,
        breaks_from=Severity(document["breaks_from"]),
        needs=tuple(
            Need(
                how=How(one["need"]),
                share=one["share"],
                roots=tuple(frozenset(root) for root in one["roots"]),
            )
            for one in needs
        ),
    )


class _Reader:
    """Reads fields and remembers what is wrong with them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def refuse(self, name: str, message: str) -> None:
        self.problems.append(Problem(f"/{name}", f"{name}: {message}"))

    def text(self, name: str, most: int) -> str:
        value = self._document.get(name, "")
        if not isinstance(value, str) or why_not_kept(value, json.dumps(value)):
            self.refuse(name, "must be text that can be kept")
        elif len(value.strip()) > most:
            self.refuse(name, f"write at most {most:,} characters")
        else:
            return value.strip()
        return ""

    def hops(self) -> int:
        value = self._document.get("hops", HOPS)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HOPS_MAX:
            return value
        self.refuse("hops", f"write a whole number from 0 to {HOPS_MAX}")
        return HOPS

    def instant(self, name: str) -> datetime | None:
        value = self._document.get(name)
        if value in (None, ""):
            return None
        try:
            return parse_instant(str(value))
        except (ValueError, OverflowError):
            self.refuse(name, "write an instant with a zone, such as 2026-11-01T00:00:00Z")
            return None

    def needs(self) -> tuple[NeedSaid, ...]:
        said = self._document.get("rests_on", [])
        if not isinstance(said, list) or len(said) > NEEDS_MAX:
            self.refuse("rests_on", f"send a list of at most {NEEDS_MAX} needs")
            return ()
        found = [self._need(index, one) for index, one in enumerate(said)]
        needs = tuple(one for one in found if one is not None)
        if sum(len(one.keys) for one in needs) > KEYS_MAX:
            self.refuse("rests_on", f"name at most {KEYS_MAX} resources in all")
        return needs

    def _need(self, index: int, said: Any) -> NeedSaid | None:
        where = f"rests_on/{index}"
        if not isinstance(said, Mapping):
            self.refuse(where, "a need is an object with need and keys")
            return None
        keys = said.get("keys")
        named = (
            [one.strip() for one in keys if isinstance(one, str)] if isinstance(keys, list) else []
        )
        wanted = tuple(dict.fromkeys(filter(None, named)))
        if not wanted or any(len(one) > KEY_MAX for one in wanted):
            self.refuse(f"{where}/keys", f"name resources by keys of 1 to {KEY_MAX} characters")
        elif why_not_kept(list(wanted), json.dumps(wanted)):
            self.refuse(f"{where}/keys", "must be text that can be kept")
        how, share = said.get("need", How.ALL.value), said.get("share", _HUNDRED)
        if how not in [one.value for one in How]:
            self.refuse(f"{where}/need", "choose all, any or share")
            return None
        if how == How.SHARE.value and not _is_percent(share):
            self.refuse(f"{where}/share", "write how many percent must work, from 1 to 100")
            return None
        return NeedSaid(how=How(how), share=share if _is_percent(share) else _HUNDRED, keys=wanted)

    def agreement(self) -> Agreement | None:
        said = self._document.get("sla")
        if said is None:
            return None
        if not isinstance(said, Mapping):
            self.refuse("sla", "send an object with percent, or null")
            return None
        percent = _percent(said.get("percent"))
        calendar = said.get("calendar") or ""
        if percent is None:
            self.refuse("sla/percent", "write a number from 1 to 100 with at most 4 places")
        if not isinstance(calendar, str) or len(calendar) > CALENDAR_MAX:
            self.refuse("sla/calendar", "name a business calendar, or leave it empty")
        if percent is None or not isinstance(calendar, str):
            return None
        excluded = said.get("planned_excluded", True) is not False
        return Agreement(percent=percent, planned_excluded=excluded, calendar=calendar.strip())


def _is_percent(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _HUNDRED


def _percent(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_PLACES or not 1 <= found <= _HUNDRED:
        return None
    return found
