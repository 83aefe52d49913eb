"""How many traps and syslog lines a second the listener decodes, and how many it journals.

Prints a table, by the clock and by the processor's time. Decoding is one thread without a database;
journaling is the writer's transaction of 500 messages on SQLite: routes, catalogue or rules, and
the journal's rows. Run by `make bench`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from uuid import UUID

from _setup import database, log_to_nowhere, new_tenant, open_sessions, row, title
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.sources.listened.inbox import Waiting
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.snmp.message import read_message
from runtime.alarms.sources.syslog.message import read_syslog
from runtime.alarms.sources.syslog.rules import Judge
from runtime.alarms.sources.syslog.starter import starter_rules
from runtime.limits.book import BOOK, LimitsBook
from tenancy.scope import as_tenant
from tests.factories.listening import make_listened, make_writer

DECODED = 20_000
JOURNALLED = 10_000
BATCH = 500
ROUNDS = 3
SENDER = "192.0.2.7"
TRAP = bytes.fromhex(
    "30819a02010104067075626c6963a7818c02046fdf8c16020100020100307e300e06082b06010201010300430230393017"
    "060a2b06010603010104010006092b0601060301010503300f060a2b060102010202010107020107300f060a2b06010201"
    "0202010707020101300f060a2b0601020102020108070201023020060a2b06010201020201020704124769676162697445"
    "746865726e6574302f37"
)
LINE = (
    b"<189>1432: test-switch1: Jun  1 12:50:26.172: %LINEPROTO-5-UPDOWN: Line protocol on "
    b"Interface FastEthernet0/2, changed state to down"
)


def rates(number: int, work: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Give how many a second, and how many a second of the processor: others may use it too."""
    by_clock, by_processor = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        work()
        by_clock.append(number / (time.perf_counter() - began))
        by_processor.append(number / (time.process_time() - used))
    return by_clock, by_processor


def decode(read: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Measure decoding alone."""

    def work() -> None:
        for _ in range(DECODED):
            read()

    return rates(DECODED, work)


def journal(
    sessions: sessionmaker[Session], kind: str, data: bytes
) -> tuple[list[float], list[float]]:
    """Measure the whole way from a datagram to committed rows."""
    writer, _ = make_writer(sessions)
    batch = [Waiting(Arrived(kind=kind, data=data, sender=SENDER), len(data))] * BATCH

    def work() -> None:
        for _ in range(JOURNALLED // BATCH):
            writer.take(batch)

    return rates(JOURNALLED, work)


def add_sources(sessions: sessionmaker[Session], tenant_id: UUID) -> None:
    """Let the tenant have a source of each kind."""
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        for kind in (SNMP, SYSLOG):
            make_listened(session, tenant_id, kind)


def main() -> int:
    """Measure and print."""
    log_to_nowhere()
    judge = Judge({"rules": starter_rules()})
    title("Listener, messages a second", "decoded", "by CPU", "journalled", "by CPU")
    with database("sqlite") as url:
        sessions = open_sessions(url)
        sessions.configure(info={BOOK: LimitsBook(journal_max=10_000_000)})
        add_sources(sessions, new_tenant(sessions))
        traps = *decode(lambda: read_message(TRAP)), *journal(sessions, SNMP, TRAP)
        row("SNMP v2c traps (linkDown, 4 variables)", *traps)
        lines = (
            *decode(lambda: judge.judge(read_syslog(LINE), sender=SENDER)),
            *journal(sessions, SYSLOG, LINE),
        )
        row(f"syslog lines ({len(starter_rules())} rules)", *lines)
    print(f"at {utc_now():%Y-%m-%d %H:%M} UTC, medians of {ROUNDS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
