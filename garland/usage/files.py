"""Files of use: what is taken out is noted in the audit first."""

from __future__ import annotations

from flask import Response

from garland.usage.figures import Month
from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, writing_apart
from runtime.use.recording import day_of
from runtime.use.tmf635.month import FORMATS, month_file
from tenancy.audit.trail import note


def file_of(text: str, month: Month, *, kind: str, content_type: str) -> Response:
    """Answer with a file of a month."""
    who = acting()
    with writing_apart() as noting:
        note(noting, who.tenant_id, "usage.exported", now=utc_now(), facts={"month": month.word})
    response = Response(text, content_type=content_type)
    name = f"usage-{who.tenant_slug}-{month.word}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def billing_file(month: Month, form: str) -> Response:
    """Answer with a whole month for billing; `form` is a word of `FORMATS`, "" for CSV.

    Raises:
        InvalidError: there is no such format.
        ConflictError: the month is not counted to its end yet.
    """
    form = form or "csv"
    if form not in FORMATS:
        message = f"format: choose of {', '.join(FORMATS)}"
        raise InvalidError(message, problems=[Problem("/format", message)])
    span, today = (month.first, month.last), day_of(utc_now())
    text = month_file(db_session(), acting(), *span, form=form, today=today)
    return file_of(text, month, kind=form, content_type=FORMATS[form])
