"""Fills an empty installation with the invented world, once, and writes how to get in."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from garland.demo.announced import demo_announcements
from garland.demo.automation import CALENDARS, FLOWS, RULES
from garland.demo.history import CUT_NOW, make_history
from garland.demo.listened import SNMP_ACCESS, listened_sources
from garland.demo.market import demo_market
from garland.demo.plans import demo_plans
from garland.demo.restarts import RESTART, start_examples
from garland.demo.services import demo_services
from garland.demo.templates import demo_templates
from garland.demo.world import COORDINATES, SITES, access_of, make_links, node_of, services_on
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.secrets import Vault
from runtime.alarms.console.trends import HOUR, count_changes, start_of
from runtime.alarms.journal import JournalRow, append, mark_done, take
from runtime.alarms.model import Severity, parse_event
from runtime.alarms.sources.store import create_source
from runtime.alarms.store import (
    AlarmFilter,
    Change,
    apply_batch,
    group_under,
    list_alarms,
)
from runtime.calendars.store import create_calendar
from runtime.flows.versions import create_flow, publish_flow
from runtime.hooks.store import make_addresses
from runtime.inventory.lookup import put_table
from runtime.inventory.resources import put_relation, put_resource
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.life_cycle.changing import begin_trial
from tenancy.life_cycle.states import TRIAL_DAYS
from tenancy.members import add_member
from tenancy.organisations import create_organisation, find_by_slug
from tenancy.passwords import made_up_password
from tenancy.people import create_person
from tenancy.scope import as_tenant, system
from tenancy.tokens import create_token

log = structlog.get_logger(__name__)

SEED = 7
BATCH = 400
BY = "demo"
ORGANISATIONS = (
    ("vendor", "Garland vendor", "vendor", None),
    ("csp", "Northwind Fibre", "northwind", "vendor"),
    ("customer", "Acme Logistics", "acme", "northwind"),
    ("customer", "Lakeside Clinics", "lakeside", "northwind"),
    ("reseller", "Southgate Networks", "southgate", "northwind"),
    ("customer", "Harbour Foods", "harbour", "southgate"),
    ("customer", "Pinewood School", "pinewood", "southgate"),
    ("integrator", "Baubleworks", "baubleworks", "vendor"),
)
PEOPLE = (
    ("vera@vendor.example", "Vera Vendor", "vendor", "reviewer"),
    ("vito@vendor.example", "Vito Vendor", "vendor", "reviewer"),
    ("nora@northwind.example", "Nora North", "northwind", "curator"),
    ("noah@northwind.example", "Noah North", "northwind", "admin"),
    ("sue@northwind.example", "Sue Support", "northwind", "support"),
    ("ada@acme.example", "Ada Admin", "acme", "admin"),
    ("dan@acme.example", "Dan Designer", "acme", "designer"),
    ("otto@acme.example", "Otto Operator", "acme", "operator"),
    ("liv@lakeside.example", "Liv Lakeside", "lakeside", "admin"),
    ("sam@southgate.example", "Sam South", "southgate", "admin"),
    ("hana@harbour.example", "Hana Harbour", "harbour", "admin"),
    ("ida@baubleworks.example", "Ida Integrator", "baubleworks", "integrator"),
)
NEWCOMER = ("mia@meadow.example", "Mia Meadow", "meadow", "admin")
SOURCES = (
    ("json", "Network"),
    ("alertmanager", "Prometheus"),
    ("grafana", "Grafana"),
    ("cloudevents", "Broker"),
)
HARBOUR_ALARMS = (
    {
        "managed_object": "cold-store-router",
        "perceived_severity": "major",
        "event_type": "communicationsAlarm",
        "specific_problem": "Link flaps",
        "source": "demo",
    },
    {
        "managed_object": "till-switch-3",
        "perceived_severity": "minor",
        "event_type": "equipmentAlarm",
        "specific_problem": "Fan slow",
        "source": "demo",
    },
)
ON_TRIAL = "pinewood"
TOKEN_ROLES = {"vendor": "admin", "baubleworks": "integrator"}


def seed_demo(settings: Settings) -> None:
    """Make the invented world unless it is there; writes `demo.json`, for the owner alone."""
    services = Services(settings)
    try:
        facts = _seed_once(services, now=utc_now())
        if facts is None:
            return
        _write_facts(settings, facts)
        demo_market(services)
    finally:
        services.engine.dispose()
    log.info("demo_seeded", organisations=len(ORGANISATIONS))


def _seed_once(services: Services, *, now: datetime) -> dict[str, Any] | None:
    with services.sessions() as session, session.begin():
        with system(session):
            if find_by_slug(session, "acme") is not None:
                return None
        return _seed(session, services, now=now)


def _seed(session: Session, services: Services, *, now: datetime) -> dict[str, Any]:
    ids = _organisations(session, now=now)
    begin_trial(session, ids[ON_TRIAL], days=TRIAL_DAYS, now=now)
    users = [_person(session, ids, *person, now=now) for person in PEOPLE]
    tokens = {}
    for slug, tenant_id in ids.items():
        with as_tenant(session, tenant_id):
            role = TOKEN_ROLES.get(slug, "admin")
            tokens[slug] = create_token(session, tenant_id, name="demo", role=role, now=now)
    url = services.settings.public_url or "http://127.0.0.1:8000"
    sources = {}
    with as_tenant(session, ids["acme"]):
        _network(session, ids["acme"])
        _history(session, ids["acme"], now=now)
        _automation(session, ids["acme"], now=now)
        _restarts(session, ids["acme"], services.vault, now=now)
        demo_services(session, ids["acme"], by=BY, now=now)
        for kind, name in SOURCES:
            _, key = create_source(
                session, ids["acme"], kind=kind, name=name, vault=services.vault, now=now
            )
            sources[kind] = f"{url}/in/{key}"
        sources |= listened_sources(session, ids["acme"], services, now=now)
    with as_tenant(session, ids["harbour"]):
        events = [parse_event(one) for one in HARBOUR_ALARMS]
        append(session, ids["harbour"], events, now=now)
    with as_tenant(session, ids["lakeside"]):
        _automation(session, ids["lakeside"], now=now)
    demo_plans(session, ids, now=now)
    ids["meadow"] = demo_templates(session, ids, vault=services.vault, now=now)
    users.append(_person(session, ids, *NEWCOMER, now=now))
    demo_announcements(session, ids, now=now)
    return {"url": url, "users": users, "tokens": tokens, "sources": sources, "snmp": SNMP_ACCESS}


def _organisations(session: Session, *, now: datetime) -> dict[str, UUID]:
    ids: dict[str, UUID] = {}
    for kind, name, slug, parent in ORGANISATIONS:
        parent_id = ids[parent] if parent is not None else None
        made = create_organisation(
            session, kind=kind, name=name, slug=slug, parent_id=parent_id, now=now
        )
        ids[slug] = made.id
    return ids


def _person(  # noqa: PLR0913  one row of the table above
    session: Session,
    ids: dict[str, UUID],
    email: str,
    name: str,
    slug: str,
    role: str,
    *,
    now: datetime,
) -> dict[str, str]:
    password = made_up_password(email=email, name=name)
    person = create_person(session, email=email, name=name, password=password, now=now)
    add_member(session, ids[slug], person.id, role, now=now)
    return {"email": email, "password": password, "organisation": slug, "role": role}


def _network(session: Session, tenant_id: UUID) -> None:
    cores: dict[str, UUID] = {}
    for site, city, tier in SITES:
        latitude, longitude = COORDINATES[site]
        facts = {"tier": tier, "latitude": latitude, "longitude": longitude}
        at = put_resource(session, tenant_id, "site", site, city, attributes=facts)
        node = put_resource(
            session, tenant_id, "node", node_of(site), f"{city} core router", parent_id=at
        )
        cores[site] = node
        for number, key in enumerate(access_of(site), start=1):
            name = f"{city} access {number}"
            access = put_resource(session, tenant_id, "node", key, name, parent_id=at)
            put_relation(session, tenant_id, access, node, kind="connects")
        for service in services_on(site):
            put_resource(session, tenant_id, "service", service, service, parent_id=node)
    for link in make_links():
        facts = {"a": link.ends[0], "b": link.ends[1]}
        name = " - ".join(link.ends)
        made = put_resource(session, tenant_id, "link", link.key, name, attributes=facts)
        for end in link.ends:
            put_relation(session, tenant_id, made, cores[end], kind="connects")


def _history(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Let the month pass through the journal and the lifecycle, before any rule is there."""
    for said in make_history(seed=SEED, ends_at=now):
        append(session, tenant_id, [parse_event(said.event)], now=said.at)
    while rows := take(session, BATCH):
        changes = apply_batch(session, tenant_id, rows, now=now)
        _count(session, tenant_id, rows, changes)
        mark_done(session, [row.seq for row in rows], now=now)
    _group_the_cut(session, tenant_id, now=now)


def _group_the_cut(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Put what follows from the fibre that is cut now under its alarm."""
    critical = AlarmFilter(managed_object=CUT_NOW, severities=frozenset({Severity.CRITICAL}))
    (cut,) = list_alarms(session, tenant_id, critical, limit=1)
    wanted = AlarmFilter(since=cut.last_raised_at)
    follows = [
        one.id for one in list_alarms(session, tenant_id, wanted) if one.managed_object != CUT_NOW
    ]
    group_under(session, tenant_id, cut.id, follows, by=BY, now=now)


def _count(
    session: Session, tenant_id: UUID, rows: Sequence[JournalRow], changes: Sequence[Change]
) -> None:
    """Add events to the trends, each in its own hour."""
    for hour, received in groupby(rows, key=lambda row: start_of(row.received_at, HOUR)):
        seqs = [row.seq for row in received]
        mine = [one for one in changes if one.seq in seqs]
        count_changes(session, tenant_id, mine, events=len(seqs), by_hand=0, now=hour)


def _automation(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    rows = {site: {"city": city, "tier": tier} for site, city, tier in SITES}
    put_table(session, tenant_id, "sites", ["city", "tier"], rows)
    for document in CALENDARS:
        create_calendar(session, tenant_id, document=document, by=BY, now=now)
    for document in FLOWS:
        _publish(session, tenant_id, document, now=now)
    for document in RULES:
        rule = create_rule(session, tenant_id, document=document, by=BY, now=now)
        publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by=BY, now=now)


def _restarts(session: Session, tenant_id: UUID, vault: Vault, *, now: datetime) -> None:
    """Add the workflow that asks people, with its address and its first runs."""
    flow_id = _publish(session, tenant_id, RESTART, now=now)
    make_addresses(session, tenant_id, flow_id, vault=vault, now=now)
    start_examples(session, tenant_id, flow_id, now=now)


def _publish(session: Session, tenant_id: UUID, document: dict[str, Any], *, now: datetime) -> UUID:
    name = document["name"]
    flow = create_flow(session, tenant_id, name=name, document=document, now=now, by=BY)
    publish_flow(session, tenant_id, flow.id, note="The demo's", by=BY, now=now)
    return flow.id


def _write_facts(settings: Settings, facts: dict[str, Any]) -> None:
    path = settings.data_dir / "demo.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
