"""What it costs to put many alarms under one parent: does the last cost more than the first?

Usage: python benchmarks/grouping.py [children]. A root and so many nodes that depend on it are
imported; each node raises one alarm, in batches of 500 on SQLite, for which a rule acknowledges it
(to compare with) or puts it under the root's alarm. `later` lets the root's alarm come last.
Seconds are the processor's, since the clock's depend on who else is at work.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from _setup import log_to_nowhere
from sqlalchemy.orm import Session, sessionmaker

from garland.database import upgrade
from kernel.clock import format_instant, utc_now
from kernel.db import make_engine, make_sessions
from runtime.alarms.family import count_children
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.correlation import BATCH, correlate_batch
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, guarded
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import make_customer

ROOT = "root"
ABOVE = {"do": "correlate", "parent": "above", "max_children": 10_000}
MATCHING = ABOVE | {"parent": "matching", "where": make_leaf("managed_object", "is", ROOT)}
CASES: Mapping[str, dict[str, Any]] = {
    "acknowledge": {"do": "acknowledge"},
    "matching": MATCHING,
    "above": ABOVE,
    "above, later": ABOVE,
}


def main() -> None:
    """Group once in each way."""
    children = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print("| action | put under it | ms each | first batch, s | last batch, s | the parent's, s |")
    print("|---|---|---|---|---|---|")
    for name, action in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'bench.db'}"
            upgrade(url)
            _row(guarded(make_sessions(make_engine(url))), name, action, children)


def _row(sessions: sessionmaker[Session], name: str, action: dict[str, Any], children: int) -> None:
    now = utc_now()
    nodes = [f"n{number}" for number in range(children)]
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            _prepare(session, tenant_id, nodes, action)
    took: dict[bool, list[float]] = {}
    with Matcher() as matcher:
        for is_root in (False, True) if name.endswith("later") else (True, False):
            at = now - timedelta(minutes=2 if is_root else 1)
            _send(sessions, tenant_id, [ROOT] if is_root else nodes, at=at)
            took[is_root] = _correlate(sessions, matcher, now=now)
    with sessions() as session, as_tenant(session, tenant_id):
        (root,) = list_alarms(session, tenant_id, AlarmFilter(managed_object=ROOT))
        under = count_children(session, tenant_id, root.id, most=children)
    batches = took[False]
    each_ms = sum(batches) / children * 1_000
    figures = f"{under:,} | {each_ms:.2f} | {batches[0]:.2f} | {batches[-1]:.2f}"
    print(f"| {name} | {figures} | {sum(took[True]):.2f} |", flush=True)


def _prepare(
    session: Session, tenant_id: UUID, nodes: Sequence[str], action: dict[str, Any]
) -> None:
    where, now = (session, tenant_id), utc_now()
    resources = "key\n" + "".join(f"{one}\n" for one in (ROOT, *nodes))
    relations = "from,to,relation\n" + "".join(f"{one},{ROOT},depends_on\n" for one in nodes)
    files = [resources.encode(), relations.encode()]
    staged = stage_import(*where, files, origin="x", naming=Naming(), by="x", now=now)
    apply_import(*where, staged.id, remove_gone=False, now=now)
    document = make_rule_document(
        when=make_leaf("managed_object", "starts_with", "n"), then=[action]
    )
    rule = create_rule(*where, document=document, by="x", now=now)
    publish_rule(*where, rule.id, mode=Mode.LIVE, by="x", now=now)


def _send(
    sessions: sessionmaker[Session], tenant_id: UUID, names: Sequence[str], *, at: datetime
) -> None:
    raised = {"perceived_severity": "major", "raised_at": format_instant(at)}
    events = [parse_event({"managed_object": name, **raised}) for name in names]
    with sessions.begin() as session, as_tenant(session, tenant_id):
        append(session, tenant_id, events, now=utc_now())


def _correlate(sessions: sessionmaker[Session], matcher: Matcher, *, now: datetime) -> list[float]:
    """Take all there is; give the processor's seconds of each full batch, and of the rest."""
    took: list[float] = []
    while True:
        began = time.process_time()
        with sessions.begin() as session:
            done = correlate_batch(session, matcher=matcher, now=now, limit=BATCH)
        if not done:
            return took
        took.append(time.process_time() - began)


if __name__ == "__main__":
    log_to_nowhere()
    main()
