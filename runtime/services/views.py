"""The pages of services: the list, one service, its form, and the month as a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import format_instant, utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    writing_apart,
)
from kernel.zones import zone_names
from runtime.calendars.store import calendar_names
from runtime.services import export, forms, report, store
from runtime.services.store import ServiceFilter, ServiceView
from runtime.services.timeline import State
from runtime.services.words import KINDS, STATES, WENT
from tenancy.audit.trail import note

bp = Blueprint("services", __name__)
PAGE = 20


@bp.get("/t/<tenant>/services")
@require("services.view")
def list_services() -> Response:
    """Show the services, the worst first."""
    where, now, asked = (db_session(), acting().tenant_id), utc_now(), request.args
    wanted = ServiceFilter(
        q=asked.get("q", "").strip(),
        state=asked.get("state", "") if asked.get("state") in _STATES else "",
        kind=asked.get("kind", "") if asked.get("kind") in KINDS else "",
    )
    shown, more = page_of(
        lambda limit, after: store.list_services(*where, wanted, limit=limit, after=after),
        store.place_of,
        parts=3,
        default=PAGE,
    )
    return render(
        "runtime/services/list.html",
        cards=report.cards_of(*where, shown, now=now),
        counts=store.count_by_state(*where),
        wanted=wanted,
        next_url=address_with(cursor=more) if more else None,
        month=f"{now:%Y-%m}",
        **_WORDS,
    )


@bp.get("/t/<tenant>/services/new")
@require("services.edit")
def new_service() -> Response:
    """Show the form of a service that is not there yet."""
    return _form_page({"zone": "Europe/Zurich", "hops": "3", "kind": "internet"})


@bp.post("/t/<tenant>/services")
@require("services.edit")
def add_service() -> Response:
    """Add a service."""
    form, where = request.form, (db_session(), acting().tenant_id)
    document, by = forms.document_of(form), acting().person_name
    try:
        made = store.add_service(*where, document=document, by=by, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form_page(form, error=error, status=422)
    flash(f"{made.name} is added.", "success")
    return see_other(url_for("services.show_service", service_id=made.id))


@bp.get("/t/<tenant>/services/<uuid:service_id>")
@require("services.view")
def show_service(service_id: UUID) -> Response:
    """Show how one service does and did, and what was agreed."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    found = store.get_service(*where, service_id)
    shown = report.page_of(*where, found, now=now)
    return render("runtime/services/show.html", shown=shown, found=found, now=now, **_WORDS)


@bp.get("/t/<tenant>/services/<uuid:service_id>/edit")
@require("services.edit")
def edit_service(service_id: UUID) -> Response:
    """Show a service's form."""
    found = store.get_service(db_session(), acting().tenant_id, service_id)
    return _form_page(forms.form_of(found.service), found=found)


@bp.post("/t/<tenant>/services/<uuid:service_id>")
@require("services.edit")
def save_service(service_id: UUID) -> Response:
    """Change a service."""
    form, where = request.form, (db_session(), acting().tenant_id)
    found = store.get_service(*where, service_id)
    document = forms.document_of(form, watched_from=format_instant(found.watched_from))
    try:
        store.save_service(
            *where,
            service_id,
            document=document,
            expected_revision=form.get("revision", 0, type=int),
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return _form_page(form, found=found, error=error, status=422)
    flash("Saved. What it rests on counts from now on.", "success")
    return see_other(url_for("services.show_service", service_id=service_id))


@bp.post("/t/<tenant>/services/<uuid:service_id>/delete")
@require("services.edit")
def remove_service(service_id: UUID) -> Response:
    """Remove a service, with all that is known of it."""
    gone = store.remove_service(db_session(), acting().tenant_id, service_id)
    flash(f"{gone.name} is removed.", "success")
    return see_other(url_for("services.list_services"))


@bp.get("/t/<tenant>/services/report.csv")
@require("services.view")
def month_as_csv() -> Response:
    """Give one month of all services as a file."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    month = export.read_month(request.args.get("month", ""), now=now)
    with writing_apart() as session:
        note(session, acting().tenant_id, "services.exported", now=now, facts={"month": f"{month}"})
    response = make_response(export.month_csv(*where, month, now=now))
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="services-{month}.csv"'
    return response


_STATES = tuple(one.value for one in State)
_WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "states": STATES,
    "went": WENT,
    "words_for": forms.words_for,
    "nothing": timedelta(0),
}


def _form_page(
    form: Any,
    *,
    found: ServiceView | None = None,
    error: InvalidError | ConflictError | None = None,
    status: int = 200,
) -> Response:
    problems = getattr(error, "problems", ())
    return render(
        "runtime/services/form.html",
        status=status,
        form=form,
        found=found,
        rows=forms.rows_of(form),
        hows=forms.HOWS,
        breaks=forms.BREAKS,
        planned=forms.PLANNED,
        kinds=list(KINDS.items()),
        zones=zone_names(),
        calendars=calendar_names(db_session(), acting().tenant_id),
        refused=error,
        problems=problems,
        wrong=forms.wrong_by_field(problems),
    )
