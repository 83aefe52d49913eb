"""How long a search of the marketplace takes among 10,000 listings, on SQLite and on PostgreSQL.

Each search is a request's work without HTTP: a session, the words, facets with counts, and the
first page's fifty listings. It is asked what people type, as they type it, with and without slips,
narrowed and in every order. `benchmarks/market_search.py 2000` takes another number of listings.
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

from _setup import database, know_sizes, open_sessions, row, title
from sqlalchemy import insert, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.finding import find
from marketplace.search.model import Query, Sort, entry_document
from marketplace.search.store import index, remove
from marketplace.search.words import READ_AS, words_in
from tests.factories.listings import made_up_entries, real_entries

LISTINGS, ROUNDS, PAGE = 10_000, 5, 50
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
    with sessions() as session, session.begin():
        session.execute(insert(MarketSearchEntry), rows)
        session.execute(update(MarketSearchState).values(revision=1))
    know_sizes(url)
    first, worked = timed(sessions, Query(text="alarm"))
    row(f"{kind}: the first search of a process", first, "", worked, "")
    for name, queries in asked().items():
        tell(f"{kind}: {name}", [timed(sessions, one) for _ in range(ROUNDS) for one in queries])
    tell(f"{kind}: a search after a listing changed", list(changes(sessions)))


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


def changes(sessions: sessionmaker[Session]) -> Iterator[tuple[float, float]]:
    """Change one listing before each search, so that the process has to take it in."""
    for one in made_up_entries(20, seed=9):
        with sessions() as session, session.begin():
            index(session, one, now=utc_now())
        yield timed(sessions, Query(text="servicenow"))
        with sessions() as session, session.begin():
            remove(session, one.listing_id, now=utc_now())


def timed(sessions: sessionmaker[Session], query: Query) -> tuple[float, float]:
    """Give how many milliseconds a search took, and how many of them this process worked."""
    began, worked = time.perf_counter(), time.process_time()
    with sessions() as session:
        find(session, query, limit=PAGE)
    return (time.perf_counter() - began) * 1_000, (time.process_time() - worked) * 1_000


def p95(took: list[float]) -> float:
    """Give what 95 of 100 stay under."""
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
