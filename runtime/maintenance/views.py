"""The pages of maintenance windows: the list, one window, its form, and imports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.cursors import read_number, read_place
from kernel.errors import ConflictError, InvalidError
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
from kernel.numbers import whole_number
from kernel.zones import zone_names
from runtime.alarms.holding.holds import held_by
from runtime.maintenance import forms, windows
from runtime.maintenance.conditions import Offer, make_offer, read_when
from runtime.maintenance.ics import import_windows
from runtime.maintenance.model import parse_window
from runtime.maintenance.scope import CONDITION, parse_scope
from runtime.rules.condition_rows import GroupRow, field_name, first_condition
from runtime.rules.words import OPERATOR_WORDS

bp = Blueprint("maintenance", __name__)

ZONE = "Europe/Berlin"
STATES = ("now", "coming", "past")
HELD_SHOWN = 50


@bp.get("/t/<tenant>/maintenance")
@require("maintenance.view")
def list_windows() -> Response:
    """Show the windows that are now, coming or past."""
    return _list_page()


@bp.get("/t/<tenant>/maintenance/new")
@require("maintenance.edit")
def new_window() -> Response:
    """Show the form of a window that is not planned yet."""
    given = {name: request.args[name] for name in ("scope", "keys") if name in request.args}
    return _form_page(forms.blank_form(utc_now(), ZONE, **given), first_condition())


@bp.post("/t/<tenant>/maintenance")
@require("maintenance.edit")
def plan_window() -> Response:
    """Plan work, or show when it would be."""
    form, when = request.form, _when()
    if _is_asked_anew():
        return _form_page(form, when)
    if "preview" in form:
        return _preview(form, when)
    try:
        made = _plan(forms.document_of(form, when))
    except (InvalidError, ConflictError) as error:
        return _form_page(form, when, error=error, status=422)
    return _planned(made)


@bp.post("/t/<tenant>/maintenance/now")
@require("maintenance.edit")
def start_now() -> Response:
    """Begin work now, for some hours."""
    try:
        made = _plan(forms.document_from_now(request.form, utc_now()))
    except (InvalidError, ConflictError) as error:
        return _list_page(error=error, status=422)
    return _planned(made)


@bp.post("/t/<tenant>/maintenance/import")
@require("maintenance.edit")
def import_file() -> Response:
    """Plan what an iCalendar file says."""
    sent, form = request.files.get("file"), request.form
    try:
        done = import_windows(
            db_session(),
            acting().tenant_id,
            sent.read() if sent is not None else b"",
            zone=form.get("zone", ""),
            scope=forms.scope_of(form),
            by=acting().person_name,
            now=utc_now(),
        )
    except InvalidError as error:
        return _list_page(error=error, status=422)
    flash(f"{done.planned} planned, {done.changed} changed, {done.removed} removed.", "success")
    for problem in done.problems:
        flash(f"Left out: {problem}", "warning")
    return see_other(url_for("maintenance.list_windows", state="coming"))


@bp.get("/t/<tenant>/maintenance/<uuid:window_id>")
@require("maintenance.view")
def show_window(window_id: UUID) -> Response:
    """Show one window: when it is next, and which alarms it holds."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    found = windows.get_window(*where, window_id, now=now)
    return render(
        "runtime/maintenance/show.html",
        found=found,
        state=found.state(now),
        times=windows.upcoming_times(found.window, now=now),
        about=forms.scope_words(found.window.scope.document),
        repeats=forms.repeat_words(found.window.rrule),
        held=held_by(*where, window_id, limit=HELD_SHOWN),
        now=now,
    )


@bp.get("/t/<tenant>/maintenance/<uuid:window_id>/edit")
@require("maintenance.edit")
def edit_window(window_id: UUID) -> Response:
    """Show a window's form."""
    found = windows.get_window(db_session(), acting().tenant_id, window_id, now=utc_now())
    when = forms.condition_of(found.window)
    return _form_page(forms.form_of(found.window), when, found=found)


@bp.post("/t/<tenant>/maintenance/<uuid:window_id>")
@require("maintenance.edit")
def save_window(window_id: UUID) -> Response:
    """Change a window, or show when it would be."""
    form, when, where = request.form, _when(), (db_session(), acting().tenant_id)
    found = windows.get_window(*where, window_id, now=utc_now())
    if _is_asked_anew():
        return _form_page(form, when, found=found)
    if "preview" in form:
        return _preview(form, when, found=found)
    try:
        windows.save_window(
            *where,
            window_id,
            document=forms.document_of(form, when, before=found.window),
            expected_revision=whole_number(form.get("revision", "")) or 0,
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return _form_page(form, when, found=found, error=error, status=422)
    flash("Saved. What it no longer covers is let go.", "success")
    return see_other(url_for("maintenance.show_window", window_id=window_id))


@bp.post("/t/<tenant>/maintenance/<uuid:window_id>/end")
@require("maintenance.edit")
def end_window(window_id: UUID) -> Response:
    """End the work that is under way."""
    by = acting().person_name
    try:
        windows.end_window(db_session(), acting().tenant_id, window_id, by=by, now=utc_now())
    except ConflictError as error:
        flash(f"{error.message[0].upper()}{error.message[1:]}.", "warning")
    else:
        flash("Ended. What still stands is shown again in a moment.", "success")
    return see_other(url_for("maintenance.show_window", window_id=window_id))


@bp.post("/t/<tenant>/maintenance/<uuid:window_id>/delete")
@require("maintenance.edit")
def remove_window(window_id: UUID) -> Response:
    """Remove a window."""
    gone = windows.remove_window(db_session(), acting().tenant_id, window_id, now=utc_now())
    flash(f"{gone.name} is removed. What it held is shown again in a moment.", "success")
    return see_other(url_for("maintenance.list_windows"))


def _plan(document: dict[str, Any]) -> windows.WindowView:
    by = acting().person_name
    where = (db_session(), acting().tenant_id)
    return windows.plan_window(*where, document=document, by=by, now=utc_now())


def _planned(made: windows.WindowView) -> Response:
    flash(f"{made.window.name} is planned.", "success")
    return see_other(url_for("maintenance.show_window", window_id=made.id))


def _when() -> GroupRow:
    return read_when(request.form.items(multi=True), request.form.get("_op", ""))


def _is_asked_anew() -> bool:
    """Tell whether the form alone is wanted, as it is now: a button of a row, or a change."""
    return "_op" in request.form or (wants_part() and not {"_save", "preview"} & set(request.form))


def _preview(form: Any, when: GroupRow, *, found: windows.WindowView | None = None) -> Response:
    try:
        before = found.window if found else None
        window = parse_window(forms.document_of(form, when, before=before))
    except InvalidError as error:
        return _form_page(form, when, found=found, error=error, status=422)
    times = windows.upcoming_times(window, now=utc_now())
    return _form_page(form, when, found=found, times=times)


def _form_page(
    form: Any,
    when: GroupRow,
    *,
    found: windows.WindowView | None = None,
    error: InvalidError | ConflictError | None = None,
    times: Any = None,
    status: int = 200,
) -> Response:
    problems = getattr(error, "problems", ())
    return render(
        "runtime/maintenance/form.html",
        "runtime/maintenance/_form.html",
        status=status,
        form=form,
        when=when,
        offer=_offer(form, when),
        words=OPERATOR_WORDS,
        found=found,
        times=times,
        zones=zone_names(),
        repeats=forms.REPEATS,
        scopes=forms.SCOPES,
        refused=error,
        problems=problems,
        wrong={one.pointer.split("/")[1]: one.message for one in problems if one.pointer},
        errors={field_name(one.pointer.removeprefix("/scope")): one.message for one in problems},
    )


def _offer(form: Any, when: GroupRow) -> Offer | None:
    """Give what the condition's rows offer, where the work is about one."""
    if form.get("scope") != CONDITION:
        return None
    scope = parse_scope(forms.scope_of(form, when), [])
    return make_offer(db_session(), acting().tenant_id, when, scope)


def _list_page(*, error: InvalidError | ConflictError | None = None, status: int = 200) -> Response:
    where, now, asked = (db_session(), acting().tenant_id), utc_now(), request.args
    state = asked.get("state", "") if asked.get("state") in STATES else "now"
    found = windows.list_windows(*where, q=asked.get("q", "").strip(), now=now)
    counts = {one: sum(each.state(now) == one for each in found) for one in STATES}
    mine = [one for one in found if one.state(now) == state]
    shown, more = page_of(
        lambda limit, after: mine[read_place(after, read_number)[0] if after else 0 :][:limit],
        lambda one: [str(mine.index(one) + 1)],
        parts=1,
    )
    return render(
        "runtime/maintenance/list.html",
        status=status,
        windows=[(one, forms.scope_words(one.window.scope.document)) for one in shown],
        counts=counts,
        state=state,
        q=asked.get("q", ""),
        form=request.form,
        scopes=forms.SCOPES,
        zones=zone_names(),
        zone=ZONE,
        refused=error,
        problems=getattr(error, "problems", ()),
        next_url=address_with(cursor=more) if more else None,
    )
