"""What Acme bought: services on the invented network, what was agreed, and work that is planned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from garland.demo.history import DAYS
from garland.demo.world import node_of
from kernel.clock import format_instant
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.inventory.resources import put_resource
from runtime.maintenance.windows import plan_window
from runtime.services.store import add_service

ZONE = "Europe/Zurich"
_DAY = timedelta(days=1)


def _need(how: str, *keys: str, share: int = 100) -> dict[str, Any]:
    return {"need": how, "keys": list(keys), **({"share": share} if how == "share" else {})}


def _sla(percent: float, *, planned_excluded: bool = True, calendar: str = "") -> dict[str, Any]:
    return {"percent": percent, "planned_excluded": planned_excluded, "calendar": calendar}


SERVICES: tuple[dict[str, Any], ...] = (
    {
        "key": "internet-head-office",
        "name": "Internet, head office Zürich",
        "kind": "internet",
        "note": "Two lines into the building; either carries all.",
        "rests_on": [_need("any", "link-zrh-brn", "link-zrh-stg")],
        "hops": 1,
        "sla": _sla(99.9),
    },
    {
        "key": "internet-geneva",
        "name": "Internet, shop Geneva",
        "kind": "internet",
        "rests_on": [_need("all", "link-lsn-gva")],
        "hops": 1,
        "sla": _sla(99.5),
    },
    {
        "key": "phones-bern",
        "name": "Telephones, Bern",
        "kind": "telephone",
        "rests_on": [_need("all", "voice-brn")],
        "sla": _sla(99.5, calendar="Business hours"),
    },
    {
        "key": "company-network",
        "name": "Company network, all shops",
        "kind": "network",
        "note": "The shops reach head office as long as most of the ring stands.",
        "rests_on": [
            _need("all", node_of("ZRH")),
            _need(
                "share", "link-zrh-stg", "link-luz-brn", "link-lsn-gva", "link-gva-bsl", share=50
            ),
        ],
        "hops": 1,
        "sla": _sla(99.0, planned_excluded=False),
    },
    {
        "key": "cash-desks-lugano",
        "name": "Cash desks, Lugano",
        "kind": "cloud",
        "rests_on": [_need("any", "link-stg-lug", "link-lug-luz")],
        "hops": 1,
        "sla": None,
    },
)
WORK: tuple[dict[str, Any], ...] = (
    {
        "name": "New fibre between Lausanne and Geneva",
        "note": "Splicing at night; the line is off for about two hours.",
        "scope": {"kind": "resources", "keys": ["link-lsn-gva"]},
    },
    {
        "name": "Software of the core router in Zürich",
        "note": "",
        "scope": {"kind": "resources", "keys": [node_of("ZRH")]},
    },
)


DISTURBED: dict[str, Any] = {
    "managed_object": "pbx-brn",
    "perceived_severity": "minor",
    "event_type": "qualityOfServiceAlarm",
    "probable_cause": "degradedSignal",
    "specific_problem": "Voice quality low",
    "text": "Voice quality low: pbx-brn at BRN",
    "source": "network",
    "affected_services": ["phones-bern"],
    "attributes": {"site": "BRN"},
}
"""What is wrong right now, so that the list has something to tell; the correlator takes it up."""


def demo_services(session: Session, tenant_id: UUID, *, by: str, now: datetime) -> None:
    """Plan the work, then add the services: how they went follows from the month of alarms."""
    night = now.replace(hour=0, minute=0, second=0, microsecond=0) + 2 * _DAY
    for number, work in enumerate(WORK):
        begins = night + 4 * number * _DAY
        times = {
            "starts_at": format_instant(begins),
            "ends_at": format_instant(begins + timedelta(hours=4)),
        }
        plan_window(session, tenant_id, document={"zone": ZONE, **work, **times}, by=by, now=now)
    began = now - timedelta(minutes=40)
    put_resource(session, tenant_id, "node", "pbx-brn", "Bern telephone exchange")
    said = {**DISTURBED, "raised_at": format_instant(began)}
    append(session, tenant_id, [parse_event(said)], now=began)
    since = format_instant(now - DAYS * _DAY)
    for service in SERVICES:
        document = {"zone": ZONE, "watched_from": since, **service}
        add_service(session, tenant_id, document=document, by=by, now=now)
