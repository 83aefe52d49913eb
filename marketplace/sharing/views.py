"""The pages of shared templates: the gallery, one of them, and sharing a draft once checked."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import GarlandError
from kernel.http import (
    acting,
    address_with,
    db_session,
    only_reads,
    page_of,
    render,
    require,
    see_other,
    vault,
)
from marketplace.money.refusals import at_controls
from marketplace.sharing import offered, offering, store, taking
from marketplace.sharing.checking import fingerprint
from marketplace.sharing.looking import Looked, Wanted, look
from marketplace.sharing.subjects import get_subject
from marketplace.sharing.taken.views import REFUSALS, own_flows, values_sent

bp = Blueprint("shared_templates", __name__, url_prefix="/t/<tenant>/marketplace/shared")
PAGE = 30


@bp.get("")
@require("workflows.view")
def list_shared() -> Response:
    """Show the templates that are shared, and what was taken over."""
    session, tenant_id = db_session(), acting().tenant_id
    q = request.args.get("q", "").strip()

    def fetch(limit: int, after: list[str] | None) -> list[offered.SharedView]:
        return offered.list_shared(session, tenant_id, q=q, limit=limit, after=after)

    found, more = page_of(fetch, offered.place_of, default=PAGE)
    return render(
        "marketplace/sharing/list.html",
        templates=found,
        q=q,
        taken=taking.list_uses(session, tenant_id),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/new")
@require("templates.share")
def choose() -> Response:
    """Choose the draft that is to be shared."""
    q = request.args.get("q", "").strip()
    found = offering.drafts_to_share(db_session(), acting().tenant_id, q=q)
    return render("marketplace/sharing/choose.html", drafts=found, q=q, most=offering.MOST)


@bp.get("/new/<any(workflow, rule, table):kind>/<uuid:thing_id>")
@require("templates.share")
def ask(kind: str, thing_id: UUID) -> Response:
    """Show the form that shares a draft, with what the check finds in it."""
    return _form(kind, thing_id)


@bp.post("/new/<any(workflow, rule, table):kind>/<uuid:thing_id>/check")
@only_reads
@require("templates.share")
def check(kind: str, thing_id: UUID) -> Response:
    """Check once more, with what is filled in."""
    return _form(kind, thing_id)


@bp.post("/new/<any(workflow, rule, table):kind>/<uuid:thing_id>")
@require("templates.share")
def share(kind: str, thing_id: UUID) -> Response:
    """Share it; where something is found that must not be, say so."""
    try:
        wanted = _wanted(kind, thing_id)
        made = store.share(db_session(), acting(), wanted, vault=vault(), now=utc_now())
    except REFUSALS as error:
        db_session().rollback()
        return _form(kind, thing_id, refused=error)
    flash(f"“{made.title}” is shared. Whoever it is for finds it here.", "success")
    return see_other(url_for("shared_templates.show", template_id=made.id))


@bp.get("/<uuid:template_id>")
@require("workflows.view")
def show(template_id: UUID) -> Response:
    """Show one template: what it needs, what is to be filled in, and taking it over."""
    return _page(template_id)


@bp.post("/<uuid:template_id>/take")
@require("workflows.view")
def take(template_id: UUID) -> Response:
    """Make a draft of it."""
    name = request.form.get("name", "")
    try:
        where = (db_session(), acting(), template_id)
        made = taking.take_over(*where, name=name, values=values_sent(), now=utc_now())
    except REFUSALS as error:
        db_session().rollback()
        return _page(template_id, refused=error)
    flash("It is a draft of yours now. Nothing runs before you publish it.", "success")
    return see_other(url_for("taken_templates.show", use_id=made.id))


@bp.post("/<uuid:template_id>/stand")
@require("templates.share")
def stand(template_id: UUID) -> Response:
    """Offer it to nobody any more, or again."""
    is_withdrawn = request.form.get("withdrawn") == "yes"
    where = (db_session(), acting(), template_id)
    store.withdraw(*where, is_withdrawn=is_withdrawn, now=utc_now())
    flash("It is withdrawn." if is_withdrawn else "It is offered again.", "success")
    return see_other(url_for("shared_templates.show", template_id=template_id))


@bp.get("/<uuid:template_id>/versions")
@require("templates.share")
def ask_again(template_id: UUID) -> Response:
    """Show the form of its next version, with what the check finds."""
    kind, subject_id = store.subject_of(db_session(), acting().tenant_id, template_id)
    return _form(kind, subject_id, template_id=template_id)


@bp.post("/<uuid:template_id>/versions/check")
@only_reads
@require("templates.share")
def check_again(template_id: UUID) -> Response:
    """Check the next version once more."""
    kind, subject_id = store.subject_of(db_session(), acting().tenant_id, template_id)
    return _form(kind, subject_id, template_id=template_id)


@bp.post("/<uuid:template_id>/versions")
@require("templates.share")
def share_again(template_id: UUID) -> Response:
    """Share the draft as it is now as the next version."""
    kind, subject_id = store.subject_of(db_session(), acting().tenant_id, template_id)
    where = (db_session(), acting(), template_id, _wanted(kind, subject_id))
    try:
        made = store.share_again(*where, vault=vault(), now=utc_now())
    except REFUSALS as error:
        db_session().rollback()
        return _form(kind, subject_id, template_id=template_id, refused=error)
    flash(f"Version {made.version} is shared. Who has an earlier one is told here.", "success")
    return see_other(url_for("shared_templates.show", template_id=template_id))


def _page(template_id: UUID, *, refused: GarlandError | None = None) -> Response:
    session, tenant_id = db_session(), acting().tenant_id
    uses = taking.list_uses(session, tenant_id)
    return render(
        "marketplace/sharing/show.html",
        status=refused.status if refused else 200,
        template=offered.get_shared(session, tenant_id, template_id),
        uses=[one for one in uses if one.template_id == template_id],
        refused=refused,
        flows=own_flows(),
        sent=request.form,
    )


def _form(
    kind: str,
    subject_id: UUID,
    *,
    template_id: UUID | None = None,
    refused: GarlandError | None = None,
) -> Response:
    session, wanted = db_session(), _wanted(kind, subject_id)
    if request.method == "GET":
        name = get_subject(session, acting().tenant_id, kind, subject_id).name
        wanted = replace(wanted, title="" if template_id else name, is_cleaned=True)
    looked = look(session, acting(), wanted, vault=vault(), now=utc_now())
    is_clean = not (looked.left if wanted.is_cleaned else looked.findings) and not looked.words
    return render(
        "marketplace/sharing/form.html",
        status=refused.status if refused else 200,
        kind=kind,
        subject_id=subject_id,
        template_id=template_id,
        looked=looked,
        wanted=wanted,
        is_clean=is_clean,
        may_stay=_may_stay(looked),
        can_choose=acting().tenant_kind in store.PROVIDERS,
        refused=refused,
        errors={one.pointer: one.message for one in at_controls(refused)},
    )


def _may_stay(looked: Looked) -> dict[int, str]:
    """Give the fingerprints of what may stay once somebody says so, by its place in the list."""
    return {at: fingerprint(one) for at, one in enumerate(looked.findings) if one.may_stay}


def _wanted(kind: str, subject_id: UUID) -> Wanted:
    sent = request.form
    return Wanted(
        kind=kind,
        subject_id=subject_id,
        title=sent.get("title", "").strip(),
        summary=sent.get("summary", "").strip(),
        audience=sent.get("audience") or offered.EVERYONE,
        note=sent.get("note", "").strip(),
        is_cleaned=sent.get("clean") == "true",
        confirmed=tuple(sent.getlist("confirmed")),
    )
