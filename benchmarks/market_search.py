"""How long a search of the marketplace takes among 10,000 listings, on SQLite and on PostgreSQL.

Each search is a request's work without HTTP: a session, the words, facets with counts, and the
first page's fifty listings. It is asked what people type, as they type it, with and without slips,
narrowed and in every order. `benchmarks/market_search.py 2000` takes another number of listings.
The machine's load is printed, since a busy one shows in the last hundredths.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator

from _setup import database, know_sizes, open_sessions, row, title
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.search.finding import find
from marketplace.search.model import Query, Sort
from marketplace.search.store import index, remove
from tests.factories.listings import made_up_entries, real_entries

LISTINGS, ROUNDS, PAGE = 10_000, 5, 50
TYPED = (
    *("link down", "servicenow", "servise now", "service now", "snmp walk", "send email", "e-mail"),
    *("cisco", "cicso", "sms", "text message", "open ticket", "close incident", "jira", "wait"),
    *("approval", "acknowledge alarm", "flapping", "http request", "api call", "csv", "read json"),
    *("teams message", "backup config", "interface status", "kubernets", "k8s", "optical power"),
    *("maintenance window", "for each", "prometeus alerts", "decision table", "zzzzqq", "alarm"),
    "find the ticket of a customer",
)


def main() -> None:
    """Measure both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LISTINGS
    title(f"Search among {count:,} listings", "median ms", "p95 ms", "slowest ms")
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url:
            measure(kind, url, open_sessions(url), count)
    print(f"load of the last minute: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")


def measure(kind: str, url: str, sessions: sessionmaker[Session], count: int) -> None:
    """Fill a database and search it."""
    with sessions() as session, session.begin():
        for one in (*real_entries(), *made_up_entries(max(0, count - len(real_entries())))):
            index(session, one, now=utc_now())
    know_sizes(url)
    first = timed(sessions, Query(text="alarm"))
    row(f"{kind}: the first search of a process", first, "", "")
    for name, queries in asked().items():
        took = [timed(sessions, one) for _ in range(ROUNDS) for one in queries]
        row(f"{kind}: {name}", took, p95(took), max(took))
    changed = list(changes(sessions))
    row(f"{kind}: a search after a listing changed", changed, p95(changed), max(changed))


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


def changes(sessions: sessionmaker[Session]) -> Iterator[float]:
    """Change one listing before each search, so that the process has to take it in."""
    for one in made_up_entries(20, seed=9):
        with sessions() as session, session.begin():
            index(session, one, now=utc_now())
        yield timed(sessions, Query(text="servicenow"))
        with sessions() as session, session.begin():
            remove(session, one.listing_id, now=utc_now())


def timed(sessions: sessionmaker[Session], query: Query) -> float:
    """Give how many milliseconds a search took."""
    began = time.perf_counter()
    with sessions() as session:
        find(session, query, limit=PAGE)
    return (time.perf_counter() - began) * 1_000


def p95(took: list[float]) -> float:
    """Give what 95 of 100 stay under."""
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
