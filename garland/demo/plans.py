"""The plans of Northwind, who is on which, and a month of use to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import sin
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from runtime.use.adding_up import add_up, days_to_add_up, look_at_peaks
from runtime.use.recording import API_CALLS, EVENTS, RUNS, STEPS, day_of, record_use
from tenancy.organisations import get_organisation
from tenancy.plans.assigning import put_on_plan
from tenancy.plans.store import Wanted, make_plan
from tenancy.roles import permissions_of
from tenancy.scope import as_tenant

DAYS = 45
PLANS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Starter": (
        "To try it out, with the built-in blocks",
        {
            "quotas": {"events_a_day": 5_000, "runs_a_day": 200, "members": 3},
            "blocks": ["garland.*"],
            "features": [],
            "support": "community",
        },
    ),
    "Business": (
        "For one network, with support in business hours",
        {
            "quotas": {
                "events_a_day": 200_000,
                "runs_a_day": 10_000,
                "api_calls_a_day": 100_000,
                "members": 25,
            },
            "support": "business_hours",
            "price": {
                "currency": "EUR",
                "monthly_cents": 49_000,
                "metered": {
                    "runs": {"included": 1_500, "per": 100, "cents": 250},
                    "events": {"included": 100_000, "per": 10_000, "cents": 500},
                },
            },
        },
    ),
    "Carrier": (
        "Without quotas of its own, with support around the clock",
        {
            "support": "around_the_clock",
            "price": {"currency": "EUR", "monthly_cents": 390_000},
        },
    ),
}
ON = {"acme": "Business", "lakeside": "Starter", "southgate": "Carrier"}
USE = {"acme": (2_600, 64, 310, 900), "lakeside": (700, 18, 60, 40)}
"""About how many events, runs, steps and calls a day."""


def demo_plans(session: Session, ids: Mapping[str, UUID], *, now: datetime) -> None:
    """Let Northwind have its plans, its customers be on them, and a month have gone by."""
    keeper = keeper_of(session, ids["northwind"])
    with as_tenant(session, keeper.tenant_id):
        made = {
            name: make_plan(
                session, keeper, Wanted(name=name, words=words, document=document), now=now
            )
            for name, (words, document) in PLANS.items()
        }
        for slug, name in ON.items():
            put_on_plan(session, keeper, ids[slug], made[name].id, now=now)
    for slug, usual in USE.items():
        with as_tenant(session, ids[slug]):
            _use(session, ids[slug], usual, now=now)


def _use(session: Session, tenant_id: UUID, usual: tuple[int, ...], *, now: datetime) -> None:
    """Write so many days that look like days: more in the week, less at its end."""
    for back in range(1, DAYS):
        at = now - timedelta(days=back)
        share = (0.55 if at.weekday() in (5, 6) else 1.0) * (1 + 0.2 * sin(back * 1.7))
        for metric, number in zip((EVENTS, RUNS, STEPS, API_CALLS), usual, strict=True):
            record_use(session, tenant_id, metric, "demo", int(number * share), now=at)
    since = day_of(now) - timedelta(days=DAYS)
    for day in days_to_add_up(session, tenant_id, since=since):
        add_up(session, tenant_id, day, now=now)
    look_at_peaks(session, tenant_id, now=now)


def keeper_of(session: Session, organisation_id: UUID) -> Acting:
    """Give who writes in an organisation of the invented world, with all that an admin may."""
    one = get_organisation(session, organisation_id)
    return Acting(
        tenant_id=one.id,
        tenant_slug=one.slug,
        tenant_name=one.name,
        tenant_kind=one.kind,
        person_id=None,
        person_name="demo",
        role="admin",
        permissions=permissions_of("admin"),
    )
