"""One month of all services as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number
from runtime.alarms.console.export import defused
from runtime.services.availability import MonthReport
from runtime.services.report import months_of
from runtime.services.spans import Month
from runtime.services.store import SERVICES_MAX, ServiceFilter, ServiceView, list_services
from runtime.services.words import KINDS, STATES

COLUMNS = (
    "key", "service", "kind", "month", "time_zone", "agreed_percent", "available_percent", "kept",
    "agreed_minutes", "down_minutes", "degraded_minutes", "planned_minutes_left_out",
    "allowed_minutes", "minutes_left", "state_now",
)  # fmt: skip
_YEARS = range(2000, 2200)
_MINUTE = timedelta(minutes=1)


def read_month(text: str, *, now: datetime) -> Month:
    """Read a month such as 2026-11; "" is the present one in UTC.

    Raises:
        InvalidError: it is none.
    """
    if not text:
        return Month(now.year, now.month)
    said, _, rest = text.partition("-")
    year, number = whole_number(said) or 0, whole_number(rest) or 0
    if year in _YEARS and number in range(1, 13):
        return Month(year, number)
    message = f"month: {text[:20]} is no month: write one such as {now:%Y-%m}"
    raise InvalidError(message, problems=[Problem("/month", message)])


def month_csv(session: Session, tenant_id: UUID, month: Month, *, now: datetime) -> str:
    """Write a header and a line for each service, with a byte order mark for spreadsheets."""
    views = list_services(session, tenant_id, ServiceFilter(), limit=SERVICES_MAX)
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for view, found in months_of(session, tenant_id, views, month, now=now):
        writer.writerow([defused(cell) for cell in _cells(view, month, found)])
    return buffer.getvalue()


def _cells(view: ServiceView, month: Month, found: MonthReport) -> list[str | float | None]:
    agreed = view.service.agreement
    return [
        view.service.key,
        view.name,
        KINDS[view.service.kind],
        str(month),
        view.service.zone.key,
        float(agreed.percent) if agreed else None,
        float(found.percent) if found.percent is not None else None,
        None if found.is_kept is None else ("yes" if found.is_kept else "no"),
        _minutes(found.agreed),
        _minutes(found.down),
        _minutes(found.degraded),
        _minutes(found.planned),
        _minutes(found.budget),
        _minutes(found.left),
        STATES[view.state],
    ]


def _minutes(length: timedelta | None) -> float | None:
    return None if length is None else round(length / _MINUTE, 2)
