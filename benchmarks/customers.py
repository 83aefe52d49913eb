"""What a CSP's overview costs with 1,000 customers, and whether signing in feels them.

Each customer has people, open alarms, hours of events and runs of the last day. Whole requests
through the web application, in milliseconds: median and worst of 9, and the CPU time of this
process (SQLite works in it, PostgreSQL beside it). The same person's sign-in is measured with 3
customers and with 1,000. `benchmarks/customers.py [postgresql]`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from _setup import database, know_sizes, log_to_nowhere
from flask import Flask
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

import garland.tables  # noqa: F401  completes the metadata
from garland.app import create_app
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from kernel.http import limiter
from kernel.ids import new_id
from kernel.secrets import new_key
from runtime.alarms._tables import AlarmRow, ConditionRow
from runtime.alarms.console._tables import AlarmHour
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from runtime.flows.lookup import startable
from runtime.runs._tables import Run, RunState
from tenancy._tables import Membership, Person
from tenancy.organisations import OrganisationView, create_organisation
from tenancy.roles import Role
from tenancy.scope import as_tenant, guarded, system
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import PASSWORD, make_csp, make_member

FEW, MANY = 3, 1_000
ALARMS, RUNS, PEOPLE, HOURS = 20, 20, 3, 24
LOOKS = 9
AT_ONCE = 100
RANKS = (Severity.WARNING, Severity.MINOR, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


def main() -> None:
    """Fill a database and print the table."""
    log_to_nowhere()
    kind = "postgresql" if "postgresql" in sys.argv else "sqlite"
    with database(kind) as url, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url)
        with guarded(make_sessions(engine)).begin() as session:
            csp = make_csp(session)
            person = make_member(session, csp, "curator")
        app = app_on(url, Path(folder))
        print(f"{kind}: each customer with {ALARMS} open alarms, {RUNS} runs, {PEOPLE} people")
        print(f"  {'ms':<44} {'median':>8} {'worst':>8} {'CPU':>8}")
        add_customers(engine, csp, FEW)
        tell(f"sign-in, {FEW} customers", lambda: sign_in(app, person.email))
        add_customers(engine, csp, MANY - FEW)
        know_sizes(url)
        tell(f"sign-in, {MANY:,} customers", lambda: sign_in(app, person.email))
        measure_pages(app, csp, person.email)
        engine.dispose()


def measure_pages(app: Flask, csp: OrganisationView, email: str) -> None:
    """Ask for the list in each order, filtered and searched."""
    browser = sign_in(app, email)
    for name, query in (
        ("overview by name", ""),
        ("the last page by name", "?page=20"),
        ("the worst first", "?sort=health"),
        ("most events first", "?sort=events"),
        ("last seen first", "?sort=seen"),
        ("those that are critical", "?health=critical"),
        ("search", "?q=customer+77"),
    ):
        at = f"/t/{csp.slug}/customers{query}"
        answer = browser.get(at)
        if answer.status_code != 200:  # noqa: PLR2004  else it measures an error page
            raise RuntimeError(f"{at} answered {answer.status_code}")
        tell(name, lambda at=at: browser.get(at))


def sign_in(app: Flask, email: str) -> Any:
    """Sign a person in and give the browser."""
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    if answer.status_code != 303:  # noqa: PLR2004  else it measures a refusal
        raise RuntimeError(f"sign-in answered {answer.status_code}")
    return browser


def tell(name: str, ask: Callable[[], Any]) -> None:
    """Ask several times and print how long it took."""
    ask()
    walls, cpus = zip(*(timed(ask) for _ in range(LOOKS)), strict=True)
    print(f"  {name:<44} {median(walls):8.1f} {max(walls):8.1f} {median(cpus):8.1f}", flush=True)


def timed(ask: Callable[[], Any]) -> tuple[float, float]:
    """Give the milliseconds something takes, and those of this process."""
    began, worked = time.perf_counter(), time.process_time()
    ask()
    return (time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3


def app_on(url: str, folder: Path) -> Flask:
    """Make the web application over a database, with no limit on signing in."""
    app = create_app(
        Settings(
            data_dir=folder,
            database_url=url,
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret of benchmarks",  # noqa: S106  of nobody
            encryption_keys=new_key(),
            public_url="http://localhost",
        )
    )
    app.config.update(WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    return app


def add_customers(engine: Engine, csp: OrganisationView, number: int) -> None:
    """Add customers with all that the overview counts."""
    sessions, now = guarded(make_sessions(engine)), utc_now()
    with sessions.begin() as session, as_tenant(session, csp.id):
        flow_id = make_flow(session, csp.id, chain_document(1, name=new_id().hex)).id
        version_id = startable(session, csp.id, flow_id).version_id
    for done in range(0, number, AT_ONCE):
        with sessions.begin() as session:
            for _ in range(min(AT_ONCE, number - done)):
                fill_one(session, csp, (flow_id, version_id), now=now)


def fill_one(
    session: Session, csp: OrganisationView, version: tuple[UUID, UUID | None], *, now: datetime
) -> None:
    """Add one customer; its runs are of a version that all share, which nothing here looks at."""
    name = f"Customer {new_id().hex[-6:]}"
    tenant_id = create_organisation(
        session, kind="customer", name=name, slug=f"c-{new_id().hex}", parent_id=csp.id, now=now
    ).id
    with system(session):
        connection = session.connection()
        people = [person(now) for _ in range(PEOPLE)]
        connection.execute(insert(Person), people)
        connection.execute(
            insert(Membership), [member(tenant_id, one["id"], now) for one in people]
        )
        conditions, alarms = zip(*(alarm(tenant_id, at, now) for at in range(ALARMS)), strict=True)
        connection.execute(insert(ConditionRow), list(conditions))
        connection.execute(insert(AlarmRow), list(alarms))
        connection.execute(insert(AlarmHour), list(hours(tenant_id, now)))
        connection.execute(insert(Run), [run(tenant_id, *version, at, now) for at in range(RUNS)])


def person(now: datetime) -> dict[str, Any]:
    """Give somebody who signed in."""
    one = new_id()
    return {
        "id": one,
        "email": f"{one.hex}@example.com",
        "name": "Somebody",
        "password_hash": "none",
        "created_at": now,
        "last_sign_in_at": now,
        "is_active": True,
    }


def member(tenant_id: UUID, person_id: UUID, now: datetime) -> dict[str, Any]:
    """Give a membership."""
    return {
        "id": new_id(),
        "organisation_id": tenant_id,
        "person_id": person_id,
        "role": Role.VIEWER,
        "created_at": now,
    }


def hours(tenant_id: UUID, now: datetime) -> Iterator[dict[str, Any]]:
    """Give the events of the hours of a day."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for back in range(HOURS):
        at = hour - timedelta(hours=back)
        yield {
            "tenant_id": tenant_id,
            "hour_at": at,
            "what": "events",
            "severity": "",
            "number": 40 + back,
        }


def alarm(tenant_id: UUID, at: int, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give an open alarm and its condition; a tenth of the customers has none that is critical."""
    alarm_id, condition_id, object_ = new_id(), new_id(), f"link-{at}"
    ranks = RANKS if tenant_id.int % 10 == 0 else RANKS[:3]
    severity = ranks[at % len(ranks)]
    condition = {
        "id": condition_id,
        "tenant_id": tenant_id,
        "dedup_key": f"{condition_id.hex}{at:032d}"[:64],
        "current_alarm_id": alarm_id,
        "raise_count": 1,
        "flap_count": 0,
        "ignored_clear_count": 0,
        "first_seen_at": now,
        "last_seen_at": now,
    }
    row = {
        "id": alarm_id,
        "tenant_id": tenant_id,
        "condition_id": condition_id,
        "source": "bench",
        "external_id": "",
        "event_type": "communicationsAlarm",
        "probable_cause": "",
        "specific_problem": "Loss of signal",
        "text": "",
        "managed_object": object_,
        "affected_services": [],
        "affected_customers": [],
        "attributes": {},
        "overrides": {},
        "perceived_severity": severity,
        "reported_severity": severity,
        "original_severity": severity,
        "severity_rank": severity.rank,
        "is_active": True,
        "first_raised_at": now,
        "last_raised_at": now,
        "changed_at": now,
        "reported_at": now,
        "count": 1,
        "flap_count": 0,
        "ack_state": AckState.UNACKNOWLEDGED,
    }
    return condition, row


def run(
    tenant_id: UUID, flow_id: UUID, version_id: UUID | None, at: int, now: datetime
) -> dict[str, Any]:
    """Give a run of the last day."""
    has_failed = at == 0 and tenant_id.int % 7 == 0
    begun = now - timedelta(minutes=10 * at)
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "flow_id": flow_id,
        "version_id": version_id,
        "state": RunState.FAILED if has_failed else RunState.SUCCEEDED,
        "trigger_id": "rule",
        "trigger_kind": "rule",
        "trigger": {"kind": "rule"},
        "started_at": begun,
        "ended_at": begun,
    }


if __name__ == "__main__":
    main()
