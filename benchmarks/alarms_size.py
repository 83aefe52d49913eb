"""What rules and alarms take of memory: many rules, many tenants, many events.

`--only rules|tenants|events`; `--events N` and `--plot FILE` (SVG) for the last. Memory is what the
process holds (RSS, megabytes), that of the matching process beside it. SQLite throughout.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from _alarms import BATCH, add_rules, as_networks_send, correlate, new_alarms, take_in
from _setup import database, log_to_nowhere, new_tenant, open_sessions, row, title
from sqlalchemy.orm import Session, sessionmaker

from garland.memory import settle
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant

RULES = 1_000
TENANTS = 1_000
RULES_EACH = 20
ROUNDS = 5
EVENTS = 1_000_000
STEPS = 100  # looks at memory over all events
MB = 1 << 20
WIDTH, HEIGHT, EDGE = 720, 240, 48

Look = tuple[int, float, float]  # events so far, megabytes of the correlator and of its child


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=PARTS)
    options.add_argument("--events", type=int, default=EVENTS)
    options.add_argument("--plot", type=Path)
    chosen = options.parse_args()
    log_to_nowhere()
    for name, part in PARTS.items():
        if chosen.only in (None, name):
            part(chosen)
    return 0


def _many_rules(_options: argparse.Namespace) -> None:
    title(f"{RULES:,} rules in one tenant", "MB", "of the child", "ms")
    with database("sqlite") as url, Matcher() as matcher:
        sessions = open_sessions(url)
        tenant_id = _tenant(sessions, RULES)
        settle()
        row("before any event", *_memory(matcher), 0)
        row(
            "first batch: read, compile, load",
            *_batch(sessions, [tenant_id], matcher, first=0, rules=RULES),
        )
        for number in range(1, ROUNDS):
            figures = _batch(sessions, [tenant_id], matcher, first=number * BATCH, rules=RULES)
        row(f"batch {ROUNDS} of {BATCH}", *figures)


def _many_tenants(_options: argparse.Namespace) -> None:
    title(f"{TENANTS:,} tenants of {RULES_EACH} rules", "MB", "of the child", "ms a tenant")
    with database("sqlite") as url, Matcher() as matcher:
        sessions = open_sessions(url)
        tenants = [_tenant(sessions, RULES_EACH) for _ in range(TENANTS)]
        settle()
        row("before any event", *_memory(matcher), 0)
        for number in range(ROUNDS):
            own, child, spent = _batch(
                sessions, tenants, matcher, first=number * 10, rules=RULES_EACH, each=10
            )
            row(f"round {number + 1}, ten events each", own, child, spent / TENANTS)


def _many_events(options: argparse.Namespace) -> None:
    title(f"{options.events:,} events through {RULES_EACH} rules", "MB", "of the child", "events/s")
    looks: list[Look] = []
    with database("sqlite") as url, Matcher() as matcher:
        sessions = open_sessions(url)
        tenant_id = _tenant(sessions, RULES_EACH)
        settle()
        part = options.events // STEPS
        for first in range(0, options.events, part):
            take_in(sessions, tenant_id, as_networks_send(part, RULES_EACH, first=first))
            began = time.perf_counter()
            correlate(sessions, matcher)
            rate = part / (time.perf_counter() - began)
            looks.append((first + part, *_memory(matcher)))
            if len(looks) % (STEPS // 10) == 0:
                row(f"after {first + part:,}", *looks[-1][1:], rate)
    if options.plot:
        options.plot.write_text(_plot(looks))


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "rules": _many_rules,
    "tenants": _many_tenants,
    "events": _many_events,
}


def _tenant(sessions: sessionmaker[Session], rules: int) -> UUID:
    tenant_id = new_tenant(sessions)
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        add_rules(session, tenant_id, rules)
    return tenant_id


def _batch(
    sessions: sessionmaker[Session],
    tenants: Sequence[UUID],
    matcher: Matcher,
    *,
    first: int,
    rules: int,
    each: int = BATCH,
) -> tuple[float, float, float]:
    """Correlate new events of every tenant; give memory after it and milliseconds."""
    for tenant_id in tenants:
        take_in(sessions, tenant_id, new_alarms(each, rules, first=first))
    began = time.perf_counter()
    correlate(sessions, matcher)
    spent = (time.perf_counter() - began) * 1000
    return (*_memory(matcher), spent)


def _memory(matcher: Matcher) -> tuple[float, float]:
    return _resident("self"), _resident(str(matcher.pid)) if matcher.pid else 0.0


def _resident(process: str) -> float:
    """Give the megabytes that a process holds; see proc(5), `statm`."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 / MB


def _plot(looks: Sequence[Look]) -> str:
    """Draw both lines over the events."""
    most = max(max(own, child) for _, own, child in looks) * 1.1
    total = looks[-1][0]
    lines = []
    for name, at, colour in (("correlator", 1, "#1f6feb"), ("matching process", 2, "#bc4c00")):
        points = " ".join(
            f"{EDGE + one[0] / total * WIDTH:.1f},{EDGE + HEIGHT - one[at] / most * HEIGHT:.1f}"
            for one in looks
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
        last = looks[-1][at]
        height = EDGE + HEIGHT - last / most * HEIGHT - 6
        lines.append(
            f'<text x="{EDGE + WIDTH - 4}" y="{height:.1f}" text-anchor="end" fill="{colour}">'
            f"{name}: {last:.0f} MB</text>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * EDGE}"'
        f' height="{HEIGHT + 2 * EDGE}" font-family="sans-serif" font-size="13">'
        '<rect width="100%" height="100%" fill="#fff"/>'
        f'<path d="M{EDGE} {EDGE}v{HEIGHT}h{WIDTH}" fill="none" stroke="#57606a"/>'
        f'<text x="{EDGE}" y="{EDGE - 12}">Memory held, MB (0 to {most:.0f})</text>'
        f'<text x="{EDGE + WIDTH}" y="{EDGE + HEIGHT + 20}" text-anchor="end">'
        f"{total:,} events</text>{''.join(lines)}</svg>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
