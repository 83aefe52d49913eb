"""The pages of who writes announcements: the list, one of them, its form, what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from garland.announcements import forms
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from kernel.numbers import whole_number
from kernel.zones import zone_names
from tenancy.announcements import store, writing
from tenancy.announcements.counting import reached_by
from tenancy.announcements.model import parse_announcement
from tenancy.announcements.store import AnnouncementView
from tenancy.announcements.whom import audience_words, checked_audience, meant_by, resellers_of
from tenancy.announcements.wording import parts_of
from tenancy.customers.charge import require_keeper
from tenancy.mails.office import sends_mail
from tenancy.plans.store import list_plans

bp = Blueprint("announcing", __name__, url_prefix="/t/<tenant>/customers/announcements")

REACHED_SHOWN = 50
PAGES_MAX = 10_000


@bp.get("")
@require("announcements.edit")
def list_all() -> Response:
    """Show what was written, the newest first."""
    session, who, now = db_session(), acting(), utc_now()
    state, q = request.args.get("state", ""), request.args.get("q", "")
    shown, more = page_of(
        lambda limit, after: store.list_written(
            session, who, state=state, q=q, limit=limit, after=after, now=now
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return render(
        "garland/announcements/list.html",
        "garland/announcements/_rows.html",
        found=[(one, audience_words(session, who, one.said.audience)) for one in shown],
        counts=store.count_by_state(session, who, now=now),
        state=state,
        q=q,
        now=now,
        address_with=address_with,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/new")
@require("announcements.edit")
def new() -> Response:
    """Show the form of one that nobody wrote yet."""
    return _form(forms.blank_form(request.args.get("kind", "")))


@bp.post("")
@require("announcements.edit")
def write() -> Response:
    """Write a draft, or show how it would look."""
    form = request.form.to_dict()
    try:
        document = forms.document_of(db_session(), acting(), form)
        if "preview" in form:
            return _preview(form, document)
        made = writing.write_announcement(db_session(), acting(), document, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form(form, error=error)
    flash("The draft is kept. Nobody sees it before it is published.", "good")
    return see_other(url_for("announcing.show", announcement_id=made.id))


@bp.get("/<uuid:announcement_id>")
@require("announcements.edit")
def show(announcement_id: UUID) -> Response:
    """Show one: as a customer sees it, for whom, who saw it, what was added and changed."""
    return _page(announcement_id)


@bp.get("/<uuid:announcement_id>/edit")
@require("announcements.edit")
def edit(announcement_id: UUID) -> Response:
    """Show its form."""
    one = store.get_written(db_session(), acting(), announcement_id)
    return _form(forms.form_of(db_session(), acting(), one.said), found=one)


@bp.post("/<uuid:announcement_id>")
@require("announcements.edit")
def change(announcement_id: UUID) -> Response:
    """Change one, or show how it would look."""
    form, where = request.form.to_dict(), (db_session(), acting())
    found = store.get_written(*where, announcement_id)
    revision = whole_number(form.get("revision", "")) or 0
    try:
        document = forms.document_of(*where, form)
        if "preview" in form:
            return _preview(form, document, found=found)
        writing.change_announcement(
            *where, announcement_id, document, revision=revision, now=utc_now()
        )
    except (InvalidError, ConflictError) as error:
        return _form(form, found=found, error=error)
    flash("Saved.", "good")
    return see_other(url_for("announcing.show", announcement_id=announcement_id))


@bp.post("/<uuid:announcement_id>/publish")
@require("announcements.edit")
def publish(announcement_id: UUID) -> Response:
    """Publish a draft."""
    return _do(announcement_id, writing.publish, "Published.")


@bp.post("/<uuid:announcement_id>/withdraw")
@require("announcements.edit")
def withdraw(announcement_id: UUID) -> Response:
    """Withdraw one: nobody sees it any more."""
    return _do(announcement_id, writing.withdraw, "Withdrawn: nobody sees it any more.")


@bp.post("/<uuid:announcement_id>/bring-back")
@require("announcements.edit")
def bring_back(announcement_id: UUID) -> Response:
    """Undo that one was withdrawn."""
    return _do(announcement_id, writing.bring_back, "It is back as it was.")


@bp.post("/<uuid:announcement_id>/end")
@require("announcements.edit")
def end(announcement_id: UUID) -> Response:
    """End what is live."""
    return _do(announcement_id, writing.end_now, "Ended. It stands among the earlier ones.")


@bp.post("/<uuid:announcement_id>/updates")
@require("announcements.edit")
def add_update(announcement_id: UUID) -> Response:
    """Add to what is live, and say that it is resolved where it is."""
    form = request.form
    try:
        writing.add_update(
            db_session(),
            acting(),
            announcement_id,
            form.get("text", ""),
            mails=form.get("mails") == "true",
            resolves=form.get("resolves") == "true",
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return _page(announcement_id, error=error, typed=form.get("text", ""))
    flash("Added. Open pages show it in a moment.", "good")
    return see_other(url_for("announcing.show", announcement_id=announcement_id))


@bp.post("/<uuid:announcement_id>/copy")
@require("announcements.edit")
def copy(announcement_id: UUID) -> Response:
    """Make a draft that says the same."""
    where = (db_session(), acting())
    try:
        made = writing.copy_announcement(*where, announcement_id, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _page(announcement_id, error=error)
    return see_other(url_for("announcing.edit", announcement_id=made.id))


@bp.post("/<uuid:announcement_id>/delete")
@require("announcements.edit")
def delete(announcement_id: UUID) -> Response:
    """Delete a draft."""
    try:
        title = writing.delete_draft(db_session(), acting(), announcement_id)
    except ConflictError as error:
        return _page(announcement_id, error=error)
    flash(f"The draft {title} is deleted.", "good")
    return see_other(url_for("announcing.list_all"))


def _do(announcement_id: UUID, verb: Callable[..., AnnouncementView], told: str) -> Response:
    try:
        verb(db_session(), acting(), announcement_id, now=utc_now())
    except ConflictError as error:
        db_session().rollback()
        return _page(announcement_id, error=error)
    flash(told, "good")
    return see_other(url_for("announcing.show", announcement_id=announcement_id))


def _page(
    announcement_id: UUID, *, error: InvalidError | ConflictError | None = None, typed: str = ""
) -> Response:
    session, who, now = db_session(), acting(), utc_now()
    one = store.get_written(session, who, announcement_id)
    page = whole_number(request.args.get("page", ""), most=PAGES_MAX) or 1
    reached = reached_by(
        session, one.id, limit=REACHED_SHOWN + 1, offset=(page - 1) * REACHED_SHOWN
    )
    return render(
        "garland/announcements/show.html",
        status=error.status if error else 200,
        one=one,
        state=one.state(now).value,
        whom=audience_words(session, who, one.said.audience),
        meant=len(meant_by(session, who.tenant_id, one.said.audience)),
        updates=store.updates_of(session, one.id),
        history=store.history_of(session, who, one.id),
        reached=reached[:REACHED_SHOWN],
        page_number=page,
        has_more=len(reached) > REACHED_SHOWN,
        parts_of=parts_of,
        has_mail=sends_mail(session),
        error=error,
        typed=typed,
        address_with=address_with,
    )


def _preview(
    form: dict[str, str], document: dict[str, Any], *, found: AnnouncementView | None = None
) -> Response:
    said = parse_announcement(document)
    checked_audience(db_session(), acting(), said.audience)
    meant = meant_by(db_session(), acting().tenant_id, said.audience)
    return _form(form, found=found, said=said, meant=len(meant))


def _form(
    form: dict[str, str],
    *,
    found: AnnouncementView | None = None,
    error: InvalidError | ConflictError | None = None,
    said: Any = None,
    meant: int = 0,
) -> Response:
    session, who = db_session(), acting()
    require_keeper(who)
    plans = [(str(one.id), one.name) for one in list_plans(session, who)]
    return render(
        "garland/announcements/form.html",
        status=error.status if error else 200,
        form=form,
        found=found,
        said=said,
        meant=meant,
        error=error,
        beside=forms.beside_of(error) if isinstance(error, InvalidError) else {},
        kinds=forms.KINDS,
        zones=zone_names(),
        plans=plans,
        resellers=[(str(key), name) for key, name in resellers_of(session, who)],
        has_mail=sends_mail(session),
        now=utc_now(),
        parts_of=parts_of,
    )
