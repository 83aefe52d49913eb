"""Does one backtest: reads the journal, plays it, notes how far it is, keeps the report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from kernel.errors import GarlandError
from runtime.alarms.past import count_past
from runtime.backtests.running import ROWS_MAX, backtest_rule
from runtime.rules.backtest.jobs import Claim, claim_backtest, end_backtest, note_progress
from runtime.rules.backtest.report import Fired, Report, Tally
from runtime.rules.explain import sentences
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

NOTE_EVERY_S = 0.5
SHOWN = 100
BARS = 60


class _LeftError(Exception):
    """This process does not go on; the next one begins the backtest again."""


def do_next_backtest(
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    *,
    goes_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Do the backtest that waits for longest; False when none does.

    Args:
        sessions: Sessions that write, for short notes.
        reading: Sessions that only read, for as long as it takes.
        goes_on: Whether this process should; where not, its backtest is left to the next.
    """
    with sessions() as session, session.begin(), system(session):
        claim = claim_backtest(session, now=utc_now())
    if claim is None:
        return False
    report, error = None, ""
    try:
        report = _do(claim, reading, _Notes(claim, sessions, goes_on))
    except _LeftError:
        return True
    except GarlandError as failure:
        error = failure.message
    except Exception as failure:
        log.exception("backtest_failed", backtest_id=str(claim.id))
        error = f"it broke: {type(failure).__name__}"
    with sessions() as session, session.begin(), as_tenant(session, claim.tenant_id):
        document = report_document(report) if report is not None else None
        end_backtest(session, claim, report=document, error=error, now=utc_now())
    return True


def report_document(report: Report) -> dict[str, Any]:
    """Write a report as it is kept: counts, a bar for each span of time, the first firings."""
    live = report.live
    return {
        "events": report.events,
        "alarms": report.alarms,
        "since": _instant(report.since),
        "until": _instant(report.until),
        "is_complete": report.is_complete,
        "draft": _tally(report.draft),
        "live": _tally(live) if live is not None else None,
        "only_draft": len(report.only_draft),
        "only_live": len(report.only_live),
        **report.limits_told,
        "bars": _bars(report),
        "firings": [_firing(one, report) for one in report.draft.firings[:SHOWN]],
        "gone": [
            _firing(one, report)
            for one in (live.firings if live else ())
            if one.place in report.only_live
        ][:SHOWN],
    }


def _do(claim: Claim, reading: sessionmaker[Session], notes: _Notes) -> Report:
    with reading() as session, as_tenant(session, claim.tenant_id):
        total = count_past(session, claim.tenant_id, since=claim.since)
        notes.total = min(ROWS_MAX, total)
        notes(0)
        return backtest_rule(
            session,
            claim.tenant_id,
            claim.rule_id,
            since=claim.since,
            now=utc_now(),
            most=ROWS_MAX,
            document=claim.document,
            progress=notes,
        )


class _Notes:
    """Notes how far a backtest is, twice a second at most, and tells whether it goes on."""

    def __init__(
        self, claim: Claim, sessions: sessionmaker[Session], goes_on: Callable[[], bool]
    ) -> None:
        self._claim, self._sessions, self._goes_on = claim, sessions, goes_on
        self.total, self._next = 0, 0.0

    def __call__(self, events: int) -> bool:
        if not self._goes_on():
            raise _LeftError
        if time.monotonic() < self._next:
            return True
        self._next = time.monotonic() + NOTE_EVERY_S
        with (
            self._sessions() as session,
            session.begin(),
            as_tenant(session, self._claim.tenant_id),
        ):
            return note_progress(
                session, self._claim, events=events, total=self.total, now=utc_now()
            )


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "fired": tally.fired,
        "hidden": len(tally.hidden),
        "started": dict(tally.started.most_common(20)),
        "derived": tally.derived,
        "notices": tally.notices,
        "left_out": tally.left_out,
    }


def _firing(fired: Fired, report: Report) -> dict[str, Any]:
    return {
        "at": format_instant(fired.at),
        "managed_object": fired.alarm.get("managed_object", ""),
        "severity": fired.alarm.get("perceived_severity"),
        "alarms": len(fired.alarms),
        "why": sentences(fired.why),
        "is_new": report.live is not None and fired.place in report.only_draft,
    }


def _bars(report: Report) -> list[dict[str, Any]]:
    """Count firings in sixty spans of equal length, by their events' own time."""
    places = [at for _, at in report.draft.places | (report.live.places if report.live else set())]
    if not places:
        return []
    first, last = min(places), max(places)
    span_s = max((last - first).total_seconds() / BARS, 1.0)
    draft = _counted(report.draft.places, first, span_s)
    live = _counted(report.live.places if report.live else (), first, span_s)
    return [
        {
            "at": format_instant(
                datetime.fromtimestamp(first.timestamp() + at * span_s, first.tzinfo)
            ),
            "draft": draft[at],
            "live": live[at],
        }
        for at in range(int((last - first).total_seconds() // span_s) + 1)
    ]


def _counted(
    places: Iterable[tuple[int, datetime]], first: datetime, span_s: float
) -> Mapping[int, int]:
    return Counter(int((at - first).total_seconds() // span_s) for _, at in places)


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
