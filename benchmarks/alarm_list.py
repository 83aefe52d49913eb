"""What the alarm list costs with 100,000 active alarms, and a million cleared ones behind them.

Each line is one thing a person asks for, in milliseconds: median and worst of 7, and CPU time of
this process, which a busy machine lengthens less (SQLite works in it, PostgreSQL beside it). The
pages are whole requests through the web application; the others are what is asked of the store.
`benchmarks/alarm_list.py [postgresql] [--cleared N]`.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from _setup import database, know_sizes, log_to_nowhere
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

import garland.tables  # noqa: F401  completes the metadata
from garland.app import create_app
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from kernel.ids import new_id
from kernel.secrets import new_key
from runtime.alarms import store
from runtime.alarms._tables import AlarmRow, ConditionRow
from runtime.alarms.console._tables import AlarmHour
from runtime.alarms.console.listing import count_fitting
from runtime.alarms.console.trends import (
    CLEARED,
    EVENTS,
    HOUR,
    RAISED,
    STANDING,
    last_day,
    start_of,
    top_of,
)
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import PASSWORD, make_customer, make_member

ACTIVE = 100_000
CLEARED_ALARMS = 1_000_000
CHUNK = 10_000
LOOKS = 7
SITES = ("ZRH", "BRN", "GEN", "BSL", "LUG", "STG")
PROBLEMS = (
    "Loss of signal",
    "High temperature",
    "BGP session down",
    "Fan failure",
    "Link degraded",
)


def main() -> None:
    """Fill a database and print the table."""
    log_to_nowhere()
    kind = "postgresql" if "postgresql" in sys.argv else "sqlite"
    cleared = (
        int(sys.argv[sys.argv.index("--cleared") + 1])
        if "--cleared" in sys.argv
        else CLEARED_ALARMS
    )
    with database(kind) as url:
        engine = make_engine(url)
        tenant_id = tenant_in(engine)
        fill(engine, tenant_id, active=ACTIVE, cleared=cleared)
        print(f"{kind}: {ACTIVE:,} active and {cleared:,} cleared alarms")
        print(f"  {'ms':<52} {'median':>8} {'worst':>8} {'CPU':>8}")
        measure_pages(url, engine, tenant_id)
        measure(engine, tenant_id)
        engine.dispose()


def measure(engine: Engine, tenant_id: UUID) -> None:
    """Ask for each thing several times and print how long it took."""
    sessions = guarded(make_sessions(engine))
    for name, ask in questions(tenant_id):
        with sessions() as session, as_tenant(session, tenant_id):
            tell(name, partial(ask, session))


def measure_pages(url: str, engine: Engine, tenant_id: UUID) -> None:
    """Ask for the list as a browser does: page, later page, refresh, held refresh."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                data_dir=Path(folder),
                database_url=url,
                redis_url="redis://127.0.0.1:1/0",
                secret_key="a secret of benchmarks",  # noqa: S106  of nobody
                encryption_keys=new_key(),
                public_url="http://localhost",
            )
        )
        app.config.update(WTF_CSRF_ENABLED=False)
        with guarded(make_sessions(engine)).begin() as session:
            tenant = get_organisation(session, tenant_id)
            person = make_member(session, tenant, "admin")
        browser = app.test_client()
        browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        at = f"/t/{tenant.slug}/alarms"
        first = browser.get(f"{at}?state=active").text
        shown = ",".join(re.findall(r'data-alarm="([^"]+)"', first))
        more = re.findall(r'data-more="([^"]+)"', first)[0]
        for name, query, part in (
            ("whole page", "state=active", False),
            ("next page", f"state=active&cursor={more}", False),
            ("a live refresh", "state=active", True),
            (
                "a live refresh that holds the rows",
                f"state=active&shown={shown}&as_of=2026-01-01T00:00:00Z",
                True,
            ),
            ("search without a hit", "state=active&q=no+such+words", True),
        ):
            headers = {"HX-Request": "true"} if part else {}
            tell(name, lambda q=query, h=headers: browser.get(f"{at}?{q}", headers=h))


def tell(name: str, ask: Callable[[], Any]) -> None:
    """Ask several times and print how long it took."""
    ask()
    times = [timed(ask) for _ in range(LOOKS)]
    walls, cpus = zip(*times, strict=True)
    print(f"  {name:<52} {median(walls):8.1f} {max(walls):8.1f} {median(cpus):8.1f}", flush=True)


def questions(tenant_id: UUID) -> Iterator[tuple[str, Callable[[Session], Any]]]:
    """Give what is asked, by name."""
    wanted = {
        "first page": AlarmFilter(),
        "critical": AlarmFilter(severities=frozenset({Severity.CRITICAL})),
        "unacknowledged": AlarmFilter(ack="unacknowledged"),
        "one object": AlarmFilter(managed_object="link-zrh-00017"),
        "one source": AlarmFilter(source="nms"),
        "one cause, none": AlarmFilter(probable_cause="fanStuck"),
        "one owner, none": AlarmFilter(owner="Night desk"),
        "search, many hits": AlarmFilter(q="signal"),
        "search, few hits": AlarmFilter(q="link-zrh-00017"),
        "search, no hit": AlarmFilter(q="no such words"),
        "cleared": AlarmFilter(state="cleared"),
        "all": AlarmFilter(state=""),
        "search in all, no hit": AlarmFilter(state="", q="no such words"),
    }
    for name, one in wanted.items():
        yield name, lambda session, one=one: store.list_alarms(session, tenant_id, one, limit=51)
    for sort in ("-severity", "managed_object", "-count"):
        yield (
            f"first page by {sort}",
            lambda session, sort=sort: store.list_alarms(
                session, tenant_id, AlarmFilter(), sort=sort, limit=51
            ),
        )
    yield (
        "an attribute, few hits",
        lambda session: store.list_alarms(
            session, tenant_id, AlarmFilter(attributes=(("port", "77"),)), limit=51
        ),
    )
    yield "count of all that fit", lambda session: count_fitting(session, tenant_id, AlarmFilter())
    yield (
        "top objects of a week",
        lambda session: top_of(
            session, tenant_id, "managed_object", since=utc_now() - timedelta(days=7)
        ),
    )
    yield "the last day in short", lambda session: last_day(session, tenant_id, now=utc_now())
    yield "counts by severity", lambda session: store.count_active(session, tenant_id)


def timed(do: Callable[[], Any]) -> tuple[float, float]:
    """Give how many milliseconds something took, and how many of them this process worked."""
    began, worked = time.perf_counter(), time.process_time()
    do()
    return (time.perf_counter() - began) * 1_000, (time.process_time() - worked) * 1_000


def tenant_in(engine: Engine) -> UUID:
    """Make a tenant."""
    with guarded(make_sessions(engine)).begin() as session:
        return make_customer(session).id


def fill(engine: Engine, tenant_id: UUID, *, active: int, cleared: int) -> None:
    """Write alarms, the cleared ones first, spread over the last thirty days."""
    dice, now = random.Random(7), utc_now()  # noqa: S311  the same alarms each time
    for count, is_active in ((cleared, False), (active, True)):
        for first in range(0, count, CHUNK):
            rows = [
                alarm(dice, tenant_id, now, is_active=is_active)
                for _ in range(min(CHUNK, count - first))
            ]
            conditions = [condition_of(row) for row in rows]
            with engine.begin() as connection:
                connection.execute(insert(ConditionRow), conditions)
                connection.execute(insert(AlarmRow), rows)
    with engine.begin() as connection:
        connection.execute(insert(AlarmHour), list(hours(tenant_id, now)))
    know_sizes(engine.url.render_as_string(hide_password=False))


def hours(tenant_id: UUID, now: datetime) -> Iterator[dict[str, Any]]:
    """Make what was counted in each hour of a week: the strip of the last day reads of it."""
    kinds = [(EVENTS, ""), *((what, one.value) for what in (RAISED, CLEARED) for one in STANDING)]
    for back in range(24 * 7):
        at = start_of(now, HOUR) - HOUR * back
        for what, severity in kinds:
            row = {"hour_at": at, "what": what, "severity": severity, "number": 100 + back}
            yield {"tenant_id": tenant_id, **row}


def alarm(
    dice: random.Random, tenant_id: UUID, now: datetime, *, is_active: bool
) -> dict[str, Any]:
    """Make an alarm's row."""
    site, severity = dice.choice(SITES), dice.choice(STANDING)
    age = timedelta(seconds=dice.random() * 86_400 * (3 if is_active else 30))
    name, problem = f"link-{site.lower()}-{dice.randrange(20_000):05}", dice.choice(PROBLEMS)
    shown = severity if is_active else Severity.CLEARED
    is_acked = dice.random() < 0.3  # noqa: PLR2004  a share
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "condition_id": new_id(),
        "source": dice.choice(("nms", "alertmanager", "syslog")),
        "external_id": "",
        "event_type": "communicationsAlarm",
        "probable_cause": "lossOfSignal",
        "specific_problem": problem,
        "text": f"{problem} on {name} at {site}, port {dice.randrange(48)}, seen by the poller",
        "managed_object": name,
        "affected_services": [],
        "attributes": {"site": site, "vendor": "acme", "port": dice.randrange(48)},
        "overrides": {},
        "perceived_severity": shown,
        "reported_severity": shown,
        "original_severity": severity,
        "severity_rank": shown.rank,
        "is_active": is_active,
        "first_raised_at": now - age,
        "last_raised_at": now - age,
        "changed_at": now - age,
        "cleared_at": None if is_active else now - age + timedelta(minutes=9),
        "cleared_by": "",
        "reported_at": now - age,
        "count": dice.randrange(1, 50),
        "flap_count": 0,
        "ack_state": AckState.ACKNOWLEDGED if is_acked else AckState.UNACKNOWLEDGED,
        "acked_at": now if is_acked else None,
        "acked_by": "Anna" if is_acked else "",
        "suppressed_by": "",
        "affected_customers": [],
    }


def condition_of(row: dict[str, Any]) -> dict[str, Any]:
    """Make the condition of an alarm's row."""
    return {
        "id": row["condition_id"],
        "tenant_id": row["tenant_id"],
        "dedup_key": str(row["condition_id"]),
        "raise_count": 1,
        "flap_count": 0,
        "ignored_clear_count": 0,
        "first_seen_at": row["first_raised_at"],
        "last_seen_at": row["last_raised_at"],
    }


if __name__ == "__main__":
    main()
