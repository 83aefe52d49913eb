"""What an organisation is told: on its first page, above every page, and all of it in a list."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from garland.announced import windows
from garland.announced.seen import note_shown
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    wants_part,
)
from runtime.maintenance.forms import SCOPES, scope_of
from tenancy.announcements import reading
from tenancy.announcements.calendar import Entry, write_calendar
from tenancy.announcements.reading import ReceivedView
from tenancy.announcements.wording import parts_of
from tenancy.brand.store import brand_for

bp = Blueprint("announced", __name__, url_prefix="/t/<tenant>/announcements")


@bp.get("")
def list_all() -> Response:
    """Show all that was told, the newest first."""
    who, now, q = acting(), utc_now(), request.args.get("q", "")
    shown, more = page_of(
        lambda limit, after: reading.list_received(
            db_session(), who.tenant_id, who.person_id, q=q, limit=limit, after=after, now=now
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return render(
        "garland/announced/list.html",
        "garland/announced/_rows.html",
        found=shown,
        q=q,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with(cursor=None) if request.args.get("cursor") else None,
    )


@bp.get("/now")
def show_now() -> Response:
    """Show what is told now: a part of the first page."""
    who = acting()
    found = reading.live_for(db_session(), who.tenant_id, who.person_id, now=utc_now())
    note_shown(found)
    return render("garland/announced/_now.html", announced=found, parts_of=parts_of)


@bp.get("/line")
def show_line() -> Response:
    """Show the disruptions that go on: the line above every page."""
    who, found = acting(), list[ReceivedView]()
    if who.person_id is not None:
        found = reading.disruptions_for(db_session(), who.tenant_id, who.person_id, now=utc_now())
        note_shown(found)
    return render("ui/shell/_announced.html", disruptions=found, me=who)


@bp.get("/<uuid:announcement_id>")
def show(announcement_id: UUID) -> Response:
    """Show one, with what was added to it."""
    return _page(announcement_id)


@bp.get("/<uuid:announcement_id>/calendar.ics")
def give_calendar(announcement_id: UUID) -> Response:
    """Give a planned maintenance as a file for calendars."""
    one = _received(announcement_id)
    said = one.said
    if said.work_starts is None or said.work_ends is None:
        raise NotFoundError(reading.NOT_THERE)
    entry = Entry(
        uid=f"{one.id}@announcements",
        sequence=one.revision,
        title=said.title,
        text=said.text,
        link=url_for("announced.show", announcement_id=one.id, _external=True),
        starts=said.work_starts,
        ends=said.work_ends,
        changed_at=one.changed_at,
    )
    product = brand_for(db_session(), acting().tenant_id).name
    answer = make_response(write_calendar(entry, product=product))
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="maintenance.ics"'
    return answer


@bp.post("/<uuid:announcement_id>/dismiss")
def dismiss(announcement_id: UUID) -> Response:
    """Put one away for the reader alone."""
    who = acting()
    if who.person_id is None or who.delegated is not None:
        raise NotFoundError(reading.NOT_THERE)
    try:
        reading.dismiss(db_session(), who.tenant_id, who.person_id, announcement_id, now=utc_now())
    except ConflictError as error:
        return _page(announcement_id, error=error)
    if wants_part():
        return show_line() if request.form.get("from") == "line" else show_now()
    flash("Put away. It stands among the announcements.", "good")
    return see_other(url_for("home.tenant_home"))


@bp.post("/<uuid:announcement_id>/window")
@require("maintenance.edit")
def plan_window(announcement_id: UUID) -> Response:
    """Plan a maintenance window of one's own at the same times, or let the one there is follow."""
    one, who = _received(announcement_id), acting()
    form, where = request.form, (db_session(), who.tenant_id)
    try:
        made = windows.plan_along(*where, one, scope_of(form), by=who.person_name, now=utc_now())
    except (InvalidError, ConflictError) as error:
        db_session().rollback()
        return _page(announcement_id, error=error)
    flash("Planned. Alarms of that work are held back until it ends.", "good")
    return see_other(url_for("maintenance.show_window", window_id=made.id))


def _received(announcement_id: UUID) -> ReceivedView:
    who = acting()
    return reading.get_received(
        db_session(), who.tenant_id, who.person_id, announcement_id, now=utc_now()
    )


def _page(announcement_id: UUID, *, error: InvalidError | ConflictError | None = None) -> Response:
    one, who, now = _received(announcement_id), acting(), utc_now()
    note_shown([one])
    window = None
    if who.may("maintenance.view"):
        window = windows.window_of(db_session(), who.tenant_id, one, now=now)
    return render(
        "garland/announced/show.html",
        status=error.status if error else 200,
        one=one,
        window=window,
        has_moved=window is not None and windows.has_moved(window, one),
        is_to_come=one.said.work_ends is not None and one.said.work_ends > now,
        scopes=SCOPES,
        form=request.form,
        error=error,
        parts_of=parts_of,
    )
