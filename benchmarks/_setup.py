"""What benchmarks share: databases as an installation has them, workers, tables of figures."""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import _path  # noqa: F401  before anything of Garland is imported
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.installs.registry import SHELF, Shelf
from garland.database import upgrade
from garland.logs import set_up_logs
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from runtime.limits.book import BOOK, LimitsBook
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import make_customer
from tests.support.postgresql import running_server

STARTED_AT_ONCE = 100


def log_to_nowhere() -> None:
    """Log as a process of an installation does, so that it costs what it costs there; unread."""
    set_up_logs("json", process="benchmark")
    for handler in logging.root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115  for good


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of a fresh database that loses nothing: `sqlite` or `postgresql`."""
    if kind == "postgresql":
        with running_server(is_durable=True) as url:
            upgrade(url)
            yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'garland.db'}"
        upgrade(url)
        yield url


def open_sessions(url: str, *, is_patient: bool = False) -> sessionmaker[Session]:
    """Give sessions that keep to a tenant, as every process of an installation has them.

    Workers' are patient: they let others write first.
    """
    engine = make_engine(url).execution_options(garland_patient=is_patient)
    sessions = guarded(make_sessions(engine))
    sessions.configure(info={BOOK: LimitsBook(), SHELF: Shelf(Path())})
    return sessions


def new_tenant(sessions: sessionmaker[Session]) -> UUID:
    """Add a customer."""
    with sessions() as session, session.begin():
        return make_customer(session).id


def start_runs(sessions: sessionmaker[Session], tenant_id: UUID, flow_id: UUID, count: int) -> None:
    """Start runs by hand, a hundred in each transaction, as the correlator does in its batches."""
    start = Start(trigger={"kind": "manual", "input": {}})
    for first in range(0, count, STARTED_AT_ONCE):
        with sessions() as session, session.begin(), as_tenant(session, tenant_id):
            for _ in range(min(STARTED_AT_ONCE, count - first)):
                start_run(session, tenant_id, flow_id, start, now=utc_now())


def make_drain(sessions: sessionmaker[Session]) -> Drain:
    """Make what advances runs in a worker."""
    return Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
    )


def execute(url: str, *statements: str) -> None:
    """Run statements on the bare database, each on its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def know_sizes(url: str) -> None:
    """Let PostgreSQL's planner know at once what it would find out by itself after a minute.

    On SQLite an installation plans by its own estimates (`kernel.estimates`), and so do benchmarks.
    """
    if url.startswith("postgresql"):
        execute(url, "ANALYZE")


def title(name: str, *columns: str) -> None:
    """Print the head of a table."""
    print(f"\n{name}\n{'':<44}" + "".join(f"{column:>14}" for column in columns), flush=True)


def row(name: str, *figures: Any) -> None:
    """Print a line of a table; lists of figures are shown by their median."""
    shown = [_shown(one) for one in figures]
    print(f"{name:<44}" + "".join(f"{one:>14}" for one in shown), flush=True)


def _shown(figure: Any) -> str:
    if isinstance(figure, str):
        return figure
    value = statistics.median(figure) if isinstance(figure, Iterable) else figure
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"  # noqa: PLR2004  digits to read
