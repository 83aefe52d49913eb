"""What people do with the list as a whole: actions on many, saved views, columns, files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.cursors import decode_cursor, encode_cursor
from kernel.errors import GarlandError, InvalidError, NotFoundError
from kernel.http import (
    acting,
    address_with,
    db_session,
    reading_session,
    render,
    require,
    see_other,
    wants_part,
    writing_apart,
)
from runtime.alarms import store
from runtime.alarms.console import many, saved
from runtime.alarms.console.export import EXPORT_MAX, as_csv, as_json
from runtime.alarms.console.listing import count_fitting, every_alarm
from runtime.alarms.console.look import COOKIE, look_of, write_look
from runtime.alarms.console.related import related_to
from runtime.alarms.console.trends import last_day
from runtime.alarms.console.undoing import note_deed, undo_deed
from runtime.alarms.documents import AlarmView
from runtime.alarms.filters import read_filter, read_id, read_instant, read_sort
from runtime.alarms.journal import raw_of
from tenancy.audit.trail import note

bp = Blueprint("alarm_list", __name__)

LOOK_KEPT = timedelta(days=365)
HOURS_MAX = 24 * 365
_FORMATS: Mapping[str, tuple[Callable[[Iterable[AlarmView]], Iterator[str]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}


@bp.post("/t/<tenant>/alarms")
@require("alarms.operate")
def act_on_many() -> AnyResponse:
    """Do something to the alarms that are ticked, or begin to do it to all that fit the filter."""
    wish, who = _wish(), acting()
    if request.form.get("all"):
        return _as_page(_progress_page(wish, many.Progress(), is_page=True))
    chosen = [_id_of(one) for one in request.form.getlist("alarm")]
    where, now = (db_session(), who.tenant_id), utc_now()
    done = many.act_on(*where, wish, chosen, by=who.person_name, now=now)
    deed = note_deed(db_session(), who, wish.verb, done.before, owner=wish.text, now=now)
    return _told(many.summary(wish, done), deed=deed, is_good=not done.reasons)


def _as_page(response: AnyResponse) -> AnyResponse:
    """Let a whole page take the place of the one that is there, also where htmx asked."""
    response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#content"
    response.headers["HX-Reswap"] = "outerHTML"
    response.headers["HX-Push-Url"] = address_with()
    return response


@bp.post("/t/<tenant>/alarms/undo")
@require("alarms.operate")
def undo() -> AnyResponse:
    """Undo what the person did last."""
    deed = read_id(request.args.get("deed", ""))
    try:
        return _told(undo_deed(db_session(), acting(), deed, now=utc_now()))
    except InvalidError as error:
        return _told(error.message, is_good=False)


def _told(text: str, *, deed: UUID | None = None, is_good: bool = True) -> AnyResponse:
    """Say what was done: in a toast where the page stays, else above the list."""
    if not wants_part():
        flash(text, "success" if is_good else "warning")
        return see_other(_after_deed(deed))
    toast: dict[str, str] = {"text": text, "tone": "neutral" if is_good else "bad"}
    if deed is not None:
        toast["undo"] = url_for("alarm_list.undo", deed=deed)
    response = Response(status=204)
    response.headers["HX-Trigger"] = json.dumps({"toast": toast, "deed": {}})
    return response


@bp.post("/t/<tenant>/alarms/many")
@require("alarms.operate")
def go_on() -> AnyResponse:
    """Do it to the next of all that fit; the page asks again until none is left."""
    who, wish = acting(), _wish()
    where, wanted = (db_session(), who.tenant_id), read_filter(request.args)
    done = many.bite(*where, wish, wanted, _read_progress(), by=who.person_name, now=utc_now())
    return _progress_page(wish, done)


def _after_deed(deed: UUID | None) -> str:
    """Give where a person goes on: the alarm's page where they were on it, else the list."""
    alarm_id = read_id(request.args.get("alarm", ""))
    if alarm_id is not None:
        return url_for("alarms.show_alarm", alarm_id=alarm_id)
    return address_with(url_for("alarms.list_alarms"), deed=str(deed) if deed else None)


def _progress_page(
    wish: many.Wish, progress: many.Progress, *, is_page: bool = False
) -> AnyResponse:
    counted = count_fitting(db_session(), acting().tenant_id, read_filter(request.args))
    total = request.form.get("total", type=int) or counted.count
    return render(
        "runtime/alarms/many.html",
        None if is_page else "runtime/alarms/_many.html",
        wish=wish,
        progress=progress,
        total=max(total, progress.seen),
        after=encode_cursor(*progress.after) if progress.after else "",
        reasons=json.dumps(dict(progress.reasons)),
        summary=many.summary(wish, progress),
        back=_list_address(),
        next_url=address_with(url_for("alarm_list.go_on")),
        done_word=wish.done,
    )


def _read_progress() -> many.Progress:
    """Read back what the page was given; it is the person's own and only ever shown to them."""
    form = request.form
    try:
        said = json.loads(form.get("reasons", "{}"))
        reasons = {str(reason)[:300]: int(count) for reason, count in said.items()}
    except (ValueError, AttributeError, TypeError):
        raise InvalidError("the page is out of date: start again from the list") from None
    after = decode_cursor(form.get("after"), parts=store.parts_of_place(store.SORTS[0]))
    return many.Progress(went=form.get("went", 0, type=int), reasons=reasons, after=after)


def _wish() -> many.Wish:
    form = request.form
    verb = form.get("verb", "")
    text = form.get(f"{verb}_text", form.get("comment", ""))
    return many.Wish(verb=verb, text=text.strip(), until=_until())


def _until() -> datetime | None:
    """Read until when: `hours` from now, or the instant that was said at the first bite."""
    hours = request.form.get("hours", type=float)
    if hours is not None and 0 < hours <= HOURS_MAX:
        return utc_now() + timedelta(hours=hours)
    return read_instant(request.form, "until")


def _list_address() -> str:
    return address_with(url_for("alarms.list_alarms"))


def _id_of(text: str) -> UUID:
    found = read_id(text)
    if found is None:
        raise NotFoundError("no such alarm")
    return found


@bp.get("/t/<tenant>/alarms/export.<any(csv,json):form>")
@require("alarms.view")
def export(form: str) -> AnyResponse:
    """Give the alarms that fit as a file, in the list's order; see `EXPORT_MAX`."""
    wanted, sort, tenant_id = read_filter(request.args), read_sort(request.args), acting().tenant_id
    write, kind = _FORMATS[form]
    with writing_apart() as session:
        facts = {"format": form, "filter": request.query_string.decode("utf-8", "replace")[:500]}
        note(session, tenant_id, "alarms.exported", now=utc_now(), facts=facts)
    opened = reading_session()

    def lines() -> Iterator[str]:
        with opened as session:
            found = every_alarm(session, tenant_id, wanted, sort=sort, most=EXPORT_MAX)
            yield from write(found)

    response = Response(lines(), content_type=kind)
    stamp = utc_now().strftime("%Y-%m-%d-%H%M")
    response.headers["Content-Disposition"] = f'attachment; filename="alarms-{stamp}.{form}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/t/<tenant>/alarms/look")
@require("alarms.view")
def set_look() -> AnyResponse:
    """Keep which columns a person wants, and how dense, in their browser."""
    look = look_of(request.form.getlist("column"), request.form.get("density", ""))
    response = see_other(_list_address())
    response.set_cookie(
        COOKIE,
        write_look(look),
        max_age=LOOK_KEPT,
        path=request.script_root + "/t/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/t/<tenant>/alarms/<uuid:alarm_id>/panel")
@require("alarms.view")
def show_panel(alarm_id: UUID) -> AnyResponse:
    """Show one alarm beside the list."""
    where = (db_session(), acting().tenant_id)
    alarm = store.get_alarm(*where, alarm_id)
    panels: list[Any] = current_app.extensions["garland.alarm_panels"]
    return render(
        "runtime/alarms/panel.html",
        "runtime/alarms/_panel.html",
        alarm=alarm,
        history=store.history_of(*where, alarm_id)[:20],
        related=related_to(*where, alarm),
        raw=raw_of(*where, alarm.last_seq) if alarm.last_seq is not None else None,
        panels=[panel(*where, alarm_id) for panel in panels],
    )


@bp.get("/t/<tenant>/alarms/trend")
@require("alarms.view")
def show_trend() -> AnyResponse:
    """Show the strip of the last day anew."""
    day = last_day(db_session(), acting().tenant_id, now=utc_now())
    return render("runtime/alarms/_trend.html", day=day)


@bp.post("/t/<tenant>/alarms/views")
@require("alarms.view")
def save_view() -> AnyResponse:
    """Keep the filter and order of the address as a view."""
    query, form = saved.kept_query(request.args), request.form
    try:
        made = saved.save_view(
            db_session(),
            acting(),
            name=form.get("name", ""),
            query=query,
            is_shared=bool(form.get("shared")),
            now=utc_now(),
        )
    except InvalidError as error:
        flash(error.message, "error")
        return see_other(_list_address())
    flash(f"View {made.name} saved.", "success")
    return see_other(_view_address(made))


@bp.post("/t/<tenant>/alarms/views/<uuid:view_id>/<any(left,right,default,plain,keep,rename):deed>")
@require("alarms.view")
def change_view(view_id: UUID, deed: str) -> AnyResponse:
    """Move a view, let the list open with it or not, rename it, or let it keep this filter."""
    try:
        changed = _change(view_id, deed)
    except InvalidError as error:
        flash(error.message, "error")
        return see_other(_list_address())
    return see_other(_view_address(changed))


def _change(view_id: UUID, deed: str) -> saved.SavedView:
    where = (db_session(), acting(), view_id)
    match deed:
        case "left" | "right":
            return saved.move_view(*where, step=-1 if deed == "left" else 1)
        case "default" | "plain":
            return saved.change_view(*where, is_default=deed == "default")
        case "rename":
            return saved.change_view(*where, name=request.form.get("name", ""))
        case _:
            return saved.change_view(*where, query=saved.kept_query(request.args))


@bp.post("/t/<tenant>/alarms/views/<uuid:view_id>/delete")
@require("alarms.view")
def delete_view(view_id: UUID) -> AnyResponse:
    """Delete a view; the list then offers to bring it back."""
    gone = saved.delete_view(db_session(), acting(), view_id, now=utc_now())
    return see_other(url_for("alarms.list_alarms", state="active", deleted=gone.id))


@bp.post("/t/<tenant>/alarms/views/<uuid:view_id>/restore")
@require("alarms.view")
def restore_view(view_id: UUID) -> AnyResponse:
    """Bring a deleted view back."""
    try:
        back = saved.restore_view(db_session(), acting(), view_id)
    except GarlandError as error:
        flash(error.message, "error")
        return see_other(url_for("alarms.list_alarms", state="active"))
    return see_other(_view_address(back))


def _view_address(view: saved.SavedView) -> str:
    query = f"{view.query}&view={view.id}" if view.query else f"view={view.id}"
    return f"{url_for('alarms.list_alarms')}?{query}"
