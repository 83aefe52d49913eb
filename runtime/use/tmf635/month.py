"""A whole month for a billing system: every usage, in one order, and the same bytes each time.

Only a month that is counted to its end is given. What could read otherwise another day, as a name
or when it was asked, is left out: organisations are told by their ids.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError
from runtime.use.reading import DAY
from runtime.use.tmf635.documents import TITLES, Used, usage_document
from runtime.use.tmf635.listing import usages_between

FORMATS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
COLUMNS = ("id", "day", "organisation_id", "metric", "unit", "quantity")


def final_on(last: date) -> date:
    """Give the day from which on a month that ends with `last` is counted to its end.

    >>> final_on(date(2026, 11, 30)).isoformat()
    '2026-12-02'
    """
    return last + 2 * DAY


def month_file(
    session: Session, who: Acting, first: date, last: date, *, form: str, today: date
) -> str:
    """Write a month of all whose use who acts may see; `form` is one of `FORMATS`.

    Raises:
        ConflictError: the month is not counted to its end yet; it says from when on it is.
    """
    if today < final_on(last):
        raise ConflictError(
            f"{first:%Y-%m} is not counted to its end yet: ask again from "
            f"{final_on(last):%d %b %Y} on, UTC, or take the days so far from TMF635 or as CSV by "
            "the day"
        )
    found = usages_between(session, who, since=first, until=last)
    return _as_csv(found) if form == "csv" else _as_lines(found, today=today)


def _as_lines(found: Sequence[Used], *, today: date) -> str:
    documents = (usage_document(one, today=today, named=False) for one in found)
    return "".join(
        json.dumps(one, sort_keys=True, separators=(",", ":")) + "\n" for one in documents
    )


def _as_csv(found: Sequence[Used]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in found:
        unit = TITLES[one.metric][1]
        day = one.day.isoformat()
        writer.writerow([one.id, day, str(one.party_id), one.metric, unit, one.number])
    return written.getvalue()
