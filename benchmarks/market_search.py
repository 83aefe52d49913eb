"""How long a search of the marketplace takes among 10,000 listings, on SQLite and on PostgreSQL.

Each search is a request's work without HTTP: a session, the words, facets with counts, and the
first page's fifty listings. It is asked what people type, as they type it, with and without slips,
narrowed and in every order; and the same by a customer below a CSP that refuses a third of them and
calls a hundred otherwise. `benchmarks/market_search.py 2000` takes another number of listings.
The machine's load is printed: on a busy one the clock says little, and the processor's time of this
process, without that of PostgreSQL's, says more.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from _setup import database, know_sizes, open_sessions, row, title
from sqlalchemy import insert, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.catalogue.curating import set_offer, set_rule
from marketplace.catalogue.documents import VALUES_MAX
from marketplace.releases._tables import MarketListing, MarketRelease
from marketplace.releases.states import Channel, ReleaseState
from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.finding import find
from marketplace.search.model import Query, Sort, entry_document
from marketplace.search.seeing import visible_to
from marketplace.search.store import index, remove
from marketplace.search.words import READ_AS, words_in
from tenancy.scope import as_tenant, system
from tests.factories.listings import made_up_entries, real_entries
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import make_csp

LISTINGS, ROUNDS, PAGE, RENAMED = 10_000, 5, 50, 100
TYPED = (
    *(
        "link down",
        "servicenow",
        "srvice now",
        "service now",
        "snmp walk",
        "send email",
        "e-mail",
    ),
    *("cisco", "cicso", "sms", "text message", "open ticket", "close incident", "jira", "wait"),
    *("approval", "acknowledge alarm", "flapping", "http request", "api call", "csv", "read json"),
    *(
        "teams message",
        "backup config",
        "interface status",
        "kubrnets",
        "k8s",
        "optical power",
    ),
    *("maintenance window", "for each", "prometeus alerts", "decision table", "zzzzqq", "alarm"),
    "find the ticket of a customer",
)


def main() -> None:
    """Measure both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LISTINGS
    rows = list(rows_of(count))
    title(f"Search among {count:,} listings", "median ms", "p95 ms", "p95 CPU ms", "slowest ms")
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url:
            measure(kind, url, rows)
    print(f"load of the last minute: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")


def rows_of(count: int) -> Iterator[dict[str, Any]]:
    """Make the rows of so many listings, the real ones first, as `index` would write them."""
    made_up = made_up_entries(max(0, count - len(real_entries())))
    for one in itertools.islice(itertools.chain(real_entries(), made_up), count):
        yield {
            "listing_id": one.listing_id,
            "entry": entry_document(replace(one, docs="")),
            "words": json.dumps(words_in(one), ensure_ascii=False),
            "docs": one.docs,
            "read_as": READ_AS,
            "revision": 1,
            "is_listed": True,
            "changed_at": utc_now(),
        }


def measure(kind: str, url: str, rows: list[dict[str, Any]]) -> None:
    """Fill a database and search it."""
    sessions = open_sessions(url)
    with sessions() as session, session.begin(), system(session):
        session.execute(insert(MarketSearchEntry), rows)
        session.execute(update(MarketSearchState).values(revision=1))
        release(session, rows)
        customer_id = curate(session, rows)
    know_sizes(url)
    first, worked = timed(sessions, Query(text="alarm"))
    row(f"{kind}: the first search of a process", first, "", worked, "")
    for name, queries in asked().items():
        tell(f"{kind}: {name}", [timed(sessions, one) for _ in range(ROUNDS) for one in queries])
    tell(f"{kind}: a search after a listing changed", list(changes(sessions)))
    first, worked = timed(sessions, Query(text="alarm"), customer_id)
    row(f"{kind}: the first search through a catalogue", first, "", worked, "")
    for name, queries in asked().items():
        took = [timed(sessions, one, customer_id) for _ in range(ROUNDS) for one in queries]
        tell(f"{kind}: through a catalogue, {name}", took)
    took = list(changes(sessions, customer_id))
    tell(f"{kind}: through a catalogue, after a listing changed", took)


def release(session: Session, rows: list[dict[str, Any]]) -> None:
    """Let each listing have the release that it was made of."""
    owner_id, now = new_id(), utc_now()
    listings, releases = [], []
    for one in rows:
        entry = one["entry"]
        said = {"listing_id": one["listing_id"], "owner_id": owner_id, "kind": entry["kind"]}
        words = {"title": entry["title"], "summary": entry["summary"], "support": ""}
        changed = {"namespace": entry["publisher"], "changed_at": now, "changed_by": "x"}
        listings.append(said | words | changed)
        manifest = {"version": entry["version"], "licence": entry["licence"], **words}
        manifest["publisher"] = entry["publisher"]
        releases.append(
            said
            | {"id": new_id(), "version": entry["version"], "digest": f"sha256:{new_id().hex}"}
            | {"manifest": manifest, "archive": b"", "size_bytes": 0, "changelog": ""}
            | {"state": ReleaseState.LISTED, "channel": Channel.STABLE, "level": ""}
            | {"submitted_at": now, "submitted_by": "x", "listed_at": now}
        )
    session.execute(insert(MarketListing), listings)
    session.execute(insert(MarketRelease), releases)


def curate(session: Session, rows: list[dict[str, Any]]) -> UUID:
    """Make a CSP that refuses a third and calls a hundred otherwise; give a customer of it."""
    csp = make_csp(session)
    ids = [one["listing_id"] for one in rows]
    with as_tenant(session, csp.id):
        for place in range(0, len(ids) // 3, VALUES_MAX):
            values = ids[: len(ids) // 3][place : place + VALUES_MAX]
            document = {"effect": "refuse", "about": "block", "values": values}
            set_rule(session, admin_of(csp), f"no-{place}", document, now=utc_now())
        for number, one in enumerate(ids[-RENAMED:]):
            document = {"title": f"House name {number}", "summary": "As we call it."}
            set_offer(session, admin_of(csp), one, document, now=utc_now())
    return make_below(session, csp).id


def tell(name: str, took: list[tuple[float, float]]) -> None:
    """Print a line: by the clock, and what this process worked of it."""
    clock, worked = [one for one, _ in took], [one for _, one in took]
    row(name, clock, p95(clock), p95(worked), max(clock))


def asked() -> dict[str, list[Query]]:
    """Give what is asked, by kind."""
    dice = random.Random(8)  # noqa: S311  the same each time
    narrowed = {"kind": frozenset({"block"}), "quality": frozenset({"gold", "silver"})}
    return {
        "whole words": [Query(text=one) for one in TYPED],
        "as one types": [
            Query(text=one[:length])
            for one in dice.sample(TYPED, 12)
            for length in range(1, len(one) + 1)
        ],
        "narrowed by facets": [Query(text=one, chosen=narrowed) for one in TYPED],
        "no words, every order": [
            Query(sort=sort, chosen=chosen) for sort in Sort for chosen in ({}, narrowed)
        ],
    }


def changes(
    sessions: sessionmaker[Session], customer_id: UUID | None = None
) -> Iterator[tuple[float, float]]:
    """Change one listing before each search, so that the process has to take it in."""
    for one in made_up_entries(20, seed=9):
        with sessions() as session, session.begin():
            index(session, one, now=utc_now())
        yield timed(sessions, Query(text="servicenow"), customer_id)
        with sessions() as session, session.begin():
            remove(session, one.listing_id, now=utc_now())


def timed(
    sessions: sessionmaker[Session], query: Query, customer_id: UUID | None = None
) -> tuple[float, float]:
    """Give how many milliseconds a search took, and how many of them this process worked."""
    began, worked = time.perf_counter(), time.process_time()
    with sessions() as session:
        if customer_id is None:
            find(session, query, limit=PAGE)
        else:
            with as_tenant(session, customer_id):
                find(session, query, visible=visible_to(session, customer_id), limit=PAGE)
    return (time.perf_counter() - began) * 1_000, (time.process_time() - worked) * 1_000


def p95(took: list[float]) -> float:
    """Give what 95 of 100 stay under."""
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
