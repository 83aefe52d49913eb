"""Who is chosen on the list of customers, what is to be done with them, and the list as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from garland.customers.forms import asked_of, id_of
from garland.customers.overview import Row, ids_that_fit
from kernel.acting import Acting
from kernel.clock import format_instant
from tenancy.customers.many.choosing import MANY_MAX
from tenancy.life_cycle.states import State

FILTERS = ("q", "state", "kind", "health")
PLAN, ANNOUNCE = "plan", "announce"
WHAT = (*(one.value for one in State), PLAN, ANNOUNCE)
COLUMNS = (
    "name",
    "short_name",
    "kind",
    "under",
    "state",
    "state_since",
    "health",
    "critical",
    "major",
    "minor",
    "warning",
    "failed_runs",
    "events",
    "runs",
    "people",
    "last_seen",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def chosen_of(session: Session, who: Acting, form: Any, *, now: datetime) -> list[UUID]:
    """Give the ids of those that are chosen, or of all that fit the filter where that is said."""
    if form.get("all") == "true":
        return ids_that_fit(session, who, asked_of(form), most=MANY_MAX, now=now)
    return [id_of(one) for one in form.getlist("id")[:MANY_MAX]]


def chosen_fields(form: Any) -> list[tuple[str, str]]:
    """Give the fields that choose the same ones again, by the filter where it was one."""
    if form.get("all") == "true":
        kept = [(name, form[name]) for name in FILTERS if form.get(name)]
        return [("all", "true"), *kept]
    return [("id", one) for one in form.getlist("id")[:MANY_MAX]]


def as_csv(rows: Iterable[Row]) -> str:
    """Write customers as CSV; no cell is taken for a formula by a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = _cells(row)
        told = [str(cells[name]) for name in COLUMNS]
        writer.writerow([f"'{one}" if one.startswith(_FORMULA) else one for one in told])
    return written.getvalue()


def _cells(row: Row) -> Mapping[str, object]:
    one, figures = row.organisation, row.figures
    alarms = {str(getattr(key, "value", key)): number for key, number in figures.alarms.items()}
    return {
        "name": one.name,
        "short_name": one.slug,
        "kind": one.kind,
        "under": row.under,
        "state": one.state,
        "state_since": _at(one.state_since),
        "health": figures.health,
        **{word: alarms.get(word, 0) for word in ("critical", "major", "minor", "warning")},
        "failed_runs": figures.failed,
        "events": figures.events,
        "runs": figures.runs,
        "people": row.crowd.number,
        "last_seen": _at(row.crowd.last_seen_at),
    }


def _at(at: datetime | None) -> str:
    return format_instant(at) if at is not None else ""
