"""A month of invented alarms that know the network: cuts, flapping, power and maintenance.

Pure and seeded: the same seed and end give the same events. Each incident raises what it would
raise in a real network, and clears it again; the last few stay open.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from garland.demo.world import SITES, Link, make_links, node_of, services_on
from kernel.clock import format_instant

DAYS = 30
INCIDENTS_A_DAY = 6
CUT_NOW = "link-lsn-gva"
CUT_SINCE = timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class Said:
    """One event and when it was received."""

    at: datetime
    event: dict[str, Any]


def make_history(*, seed: int, ends_at: datetime) -> list[Said]:
    """Make the events of the month that ends at an instant, in the order they came."""
    dice = random.Random(seed)  # noqa: S311  an invented world, not a secret
    begins = ends_at - timedelta(days=DAYS)
    kinds: list[Callable[[random.Random, datetime], Iterator[Said]]] = [
        _fibre_cut,
        _flapping_link,
        _site_power,
        _maintenance,
        _capacity,
    ]
    said: list[Said] = []
    for _ in range(DAYS * INCIDENTS_A_DAY):
        at = begins + timedelta(seconds=dice.uniform(0, DAYS * 86_400))
        kind = dice.choices(kinds, weights=(2, 3, 1, 2, 4))[0]
        said.extend(kind(dice, at))
    cut_at = ends_at - CUT_SINCE
    said = [one for one in said if one.at < cut_at or one.event["managed_object"] != CUT_NOW]
    said.extend(_trouble_now(ends_at))
    return sorted((one for one in said if one.at <= ends_at), key=lambda one: one.at)


def _trouble_now(ends_at: datetime) -> Iterator[Said]:
    """What stands when the month ends: a cut fibre with all that follows, and small things."""
    cut = next(link for link in make_links() if link.key == CUT_NOW)
    yield from _cut(cut, ends_at - CUT_SINCE, ends_at + timedelta(days=1))
    for minutes, problem, severity, managed_object in (
        (170, "Fan failed", "minor", "acc-lug-1"),
        (95, "High temperature", "warning", "core-luz"),
        (40, "Does not answer", "indeterminate", "acc-stg-2"),
    ):
        site = managed_object.split("-")[1].upper()
        event = _event(
            site, "equipmentAlarm", "equipmentMalfunction", problem, severity, managed_object
        )
        at = ends_at - timedelta(minutes=minutes)
        yield from _pair(event, at, ends_at + timedelta(days=1))


def _fibre_cut(dice: random.Random, at: datetime) -> Iterator[Said]:
    """Somewhere, for some hours."""
    link = dice.choice(make_links())
    yield from _cut(link, at, at + timedelta(minutes=dice.uniform(40, 400)))


def _cut(link: Link, at: datetime, until: datetime) -> Iterator[Said]:
    """Both ends lose the signal, then the services that rode on it."""
    yield from _pair(_signal_lost(link), at, until)
    for delay, site in enumerate(link.ends, start=1):
        first = at + timedelta(seconds=2 * delay)
        yield from _pair(_neighbour_lost(site, link), first, until)
        for service in services_on(site):
            affected = _service_hit(service, site)
            yield from _pair(affected, first + timedelta(seconds=20), until)


def _flapping_link(dice: random.Random, at: datetime) -> Iterator[Said]:
    """A bad connector: up and down within seconds, many times."""
    link = dice.choice(make_links())
    for _ in range(dice.randint(4, 12)):
        until = at + timedelta(seconds=dice.uniform(5, 40))
        yield from _pair(_signal_lost(link, severity="major"), at, until)
        at = until + timedelta(seconds=dice.uniform(5, 60))


def _site_power(dice: random.Random, at: datetime) -> Iterator[Said]:
    """Mains fail, the battery drains, the router goes, and so do the links on it."""
    site = dice.choice(SITES)[0]
    until = at + timedelta(minutes=dice.uniform(30, 180))
    power = _event(site, "equipmentAlarm", "powerProblem", "Mains failed", "major", node_of(site))
    yield from _pair(power, at, until)
    dark = at + timedelta(minutes=dice.uniform(10, 25))
    gone = _event(
        site, "equipmentAlarm", "equipmentMalfunction", "Unreachable", "critical", node_of(site)
    )
    yield from _pair(gone, dark, until)
    for link in make_links():
        if site in link.ends:
            yield from _pair(_signal_lost(link), dark + timedelta(seconds=3), until)


def _maintenance(dice: random.Random, at: datetime) -> Iterator[Said]:
    """Planned work at night: short and announced."""
    night = at.replace(hour=2, minute=dice.randint(0, 50))
    link = dice.choice(make_links())
    event = _signal_lost(link, severity="minor")
    event["attributes"]["planned"] = "yes"
    yield from _pair(event, night, night + timedelta(minutes=dice.uniform(5, 30)))


def _capacity(dice: random.Random, at: datetime) -> Iterator[Said]:
    """A link runs full in the evening."""
    link = dice.choice(make_links())
    event = _event(
        link.ends[0],
        "qualityOfServiceAlarm",
        "thresholdCrossed",
        "Utilisation over 90 %",
        dice.choice(["warning", "minor"]),
        link.key,
    )
    event["attributes"]["utilisation"] = dice.randint(90, 99)
    yield from _pair(event, at, at + timedelta(minutes=dice.uniform(10, 120)))


def _signal_lost(link: Link, *, severity: str = "critical") -> dict[str, Any]:
    site = link.ends[0]
    found = _event(
        site, "communicationsAlarm", "lossOfSignal", "Loss of signal", severity, link.key
    )
    found["attributes"]["far_end"] = link.ends[1]
    return found


def _neighbour_lost(site: str, link: Link) -> dict[str, Any]:
    problem = f"Neighbour lost on {link.key}"
    return _event(
        site, "communicationsAlarm", "communicationsSubsystemFailure", problem, "major",
        node_of(site),
    )  # fmt: skip


def _service_hit(service: str, site: str) -> dict[str, Any]:
    found = _event(
        site, "qualityOfServiceAlarm", "degradedSignal", "Service degraded", "minor", service
    )
    found["affected_services"] = [service]
    return found


def _event(
    site: str, event_type: str, cause: str, problem: str, severity: str, managed_object: str
) -> dict[str, Any]:
    return {
        "managed_object": managed_object,
        "perceived_severity": severity,
        "event_type": event_type,
        "probable_cause": cause,
        "specific_problem": problem,
        "text": f"{problem}: {managed_object} at {site}",
        "source": "network",
        "attributes": {"site": site},
    }


def _pair(event: dict[str, Any], at: datetime, until: datetime) -> Iterator[Said]:
    yield Said(at, {**event, "raised_at": format_instant(at)})
    clear = {**event, "perceived_severity": "cleared", "cleared_at": format_instant(until)}
    yield Said(until, clear)
