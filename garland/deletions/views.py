"""The pages of deleting a customer for good: asked after a look ahead, called off, certified."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.http import acting, address_with, db_session, render, require, see_other
from kernel.numbers import whole_number
from runtime.deleting import asking
from runtime.deleting.certificate import STAYS, file_of
from runtime.deleting.listing import SHOWN, get_deletion, list_deletions, verdict_on
from runtime.deleting.model import DAYS, DAYS_CHOICES, Stage, Wish
from runtime.deleting.outline import outline_of
from tenancy.customers.charge import NOT_THERE, get_customer
from tenancy.organisations import get_organisation

bp = Blueprint("deletions", __name__, url_prefix="/t/<tenant>")

PAGES_MAX = 10_000


@bp.get("/deletions")
@require("customers.view")
def list_all() -> AnyResponse:
    """Show what was asked for, what goes on, and the certificates of what is deleted."""
    args = request.args
    page = whole_number(args.get("page", ""), most=PAGES_MAX) or 1
    asked = {"q": args.get("q", ""), "stage": args.get("stage", "")}
    found, total = list_deletions(db_session(), acting(), **asked, page=page)
    return render(
        "garland/deletions/list.html",
        found=found,
        total=total,
        asked=asked,
        stages=list(Stage),
        first=(page - 1) * SHOWN,
        number=page,
        last_page=max(1, -(-total // SHOWN)),
        address_with=address_with,
    )


@bp.get("/customers/<uuid:customer_id>/deletion")
@require("customers.edit")
def ask(customer_id: UUID) -> AnyResponse:
    """Say what deleting a customer would do, and ask; one that is asked for already is shown."""
    one = get_customer(db_session(), acting(), customer_id)
    known = asking.find_open(db_session(), one.id)
    if known is not None:
        return see_other(url_for("deletions.show", deletion_id=known))
    return _ask(customer_id, {})


@bp.post("/customers/<uuid:customer_id>/deletion")
@require("customers.edit")
def ask_for(customer_id: UUID) -> AnyResponse:
    """Ask that a customer be deleted after the chosen days."""
    one, form = get_customer(db_session(), acting(), customer_id), request.form.to_dict()
    by, session = asking.Asker.of(acting()), db_session()
    try:
        made = asking.ask_deletion(session, one.id, _wish_of(form), by=by, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _ask(customer_id, form, error)
    flash(f"{one.name} will be deleted. Until it begins you can call it off here.", "notice")
    return see_other(url_for("deletions.show", deletion_id=made))


@bp.get("/deletions/<uuid:deletion_id>")
@require("customers.view")
def show(deletion_id: UUID) -> AnyResponse:
    """Show one deletion: when it begins, how far it is, or the certificate that it left."""
    one = get_deletion(db_session(), acting(), deletion_id)
    said = json.loads(one.certificate) if one.certificate else None
    return render(
        "garland/deletions/show.html",
        "garland/deletions/_progress.html",
        one=one,
        under=get_organisation(db_session(), one.owner_id),
        said=said,
        verdict=verdict_on(db_session(), one) if said else None,
        stays=STAYS,
    )


@bp.post("/deletions/<uuid:deletion_id>/cancel")
@require("customers.edit")
def cancel(deletion_id: UUID) -> AnyResponse:
    """Call a deletion off before it begins."""
    one = get_deletion(db_session(), acting(), deletion_id)
    by = asking.Asker.of(acting())
    try:
        asking.cancel_deletion(db_session(), one.id, by=by, now=utc_now())
    except ConflictError as error:
        flash(error.message, "bad")
    else:
        flash(f"Called off: {one.name} stays closed, and nothing of it is deleted.", "good")
    return see_other(url_for("deletions.show", deletion_id=deletion_id))


@bp.get("/deletions/<uuid:deletion_id>/certificate.json")
@require("customers.view")
def take_certificate(deletion_id: UUID) -> AnyResponse:
    """Give the certificate as a file, with its digest."""
    one = get_deletion(db_session(), acting(), deletion_id)
    if not one.certificate:
        raise NotFoundError(NOT_THERE)
    answer = Response(file_of(one.certificate), mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=deletion-{one.slug}.json"
    return answer


def _wish_of(form: dict[str, str]) -> Wish:
    """Read the form; days that are none of those to choose from are refused as such."""
    days = whole_number(form.get("days", ""))
    chosen = days if days in DAYS_CHOICES else -1
    return Wish(name=form.get("name", ""), reason=form.get("reason", ""), days=chosen)


def _ask(
    customer_id: UUID, form: dict[str, str], error: InvalidError | ConflictError | None = None
) -> AnyResponse:
    session = db_session()
    one = get_customer(session, acting(), customer_id)
    problems = error.problems if isinstance(error, InvalidError) else ()
    typed: dict[str, Any] = {"name": "", "reason": "", "days": str(DAYS), **form}
    return render(
        "garland/deletions/ask.html",
        status=error.status if error else 200,
        one=one,
        form=typed,
        why_not=asking.why_not(session, one.id),
        outline=outline_of(session, one.id),
        days=DAYS_CHOICES,
        stays=STAYS,
        beside={one.pointer.lstrip("/"): one.message for one in problems},
        refused=error is not None,
    )
