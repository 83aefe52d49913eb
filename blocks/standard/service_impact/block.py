"""Service impact: which services and customers depend on what is disturbed, and how they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._alarm_lists import listed, named_in, number_of, objects_of

ASKED_MAX = 1_000
LISTED_MAX = 200
_WORDS = {"down": "down", "degraded": "degraded", "planned": "in planned work"}


def run(ctx: Context) -> Outcome:
    """End by `impacted`, or by `none` when nothing depends on it."""
    items = ctx.input["items"]
    objects = list(dict.fromkeys([*objects_of(items), *named_in(items, "affected_services")]))
    asked = objects[:ASKED_MAX]
    found = ctx.inventory.services_over(asked)
    services = found["services"]
    if ctx.config["only_disturbed"]:
        services = [one for one in services if one["state"] in _WORDS]
    customers = _customers(found["customers"], named_in(items, "affected_customers"))
    told: dict[str, Any] = {
        "objects": len(objects),
        "unknown": found["unknown"],
        "left_out": len(objects) - len(asked),
        "more": found["more"] or len(customers) > LISTED_MAX,
    }
    if not services and not customers:
        return ctx.emit("none", {**told, "text": "No service or customer depends on it."})
    agreed = [one["percent"] for one in services if one.get("percent") is not None]
    told |= {
        "services": services,
        "service_count": len(services),
        "down": sum(one["state"] == "down" for one in services),
        "degraded": sum(one["state"] == "degraded" for one in services),
        "customers": customers[:LISTED_MAX],
        "customer_count": len(customers),
        "agreed_percent": max(agreed, default=None),
        "text": _sentence(services, customers),
    }
    return ctx.emit("impacted", told)


def _customers(known: Sequence[Mapping[str, Any]], named: Sequence[str]) -> list[Mapping[str, Any]]:
    """Give the customers of the inventory, and those that only the alarms name."""
    keys = {one["key"] for one in known}
    return [*known, *({"key": key, "name": key} for key in named if key not in keys)]


def _sentence(services: Sequence[Mapping[str, Any]], customers: Sequence[Any]) -> str:
    states = [(sum(one["state"] == state for one in services), _WORDS[state]) for state in _WORDS]
    parts = [f"{count:,} {words}" for count, words in states if count]
    text = number_of(len(services), "service", "services")
    text += f" ({listed(parts)})" if parts else ""
    return f"{text} and {number_of(len(customers), 'customer', 'customers')} depend on it."
