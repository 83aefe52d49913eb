"""The pages of an organisation's open invitations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    limiter,
    page_of,
    render,
    require,
    see_other,
)
from kernel.numbers import whole_number
from tenancy import members
from tenancy.invitations import many, store
from tenancy.invitations.model import DAYS, DAYS_MAX, Invited
from tenancy.key_links.views import link_to
from tenancy.mails.office import sends_mail
from tenancy.membership import listing
from tenancy.membership.refusing import words_of

bp = Blueprint("invitations", __name__, url_prefix="/t/<tenant>/members/invitations")
LASTS = (("1", "1 day"), ("7", "7 days"), ("30", "30 days"))


@bp.get("")
@require("members.edit")
def list_invitations() -> Response:
    """Show the open invitations."""
    return _page()


@bp.post("")
@limiter.limit("60 per minute")
@require("members.edit")
def invite() -> Response:
    """Invite one person; a link that nobody mails is shown, this once, so there is no redirect."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    facts: dict[str, Any] = {"email": email, "role": role, "days": _days(), "now": utc_now()}
    try:
        invited = store.invite(*_where(), **facts)
    except (InvalidError, ConflictError) as error:
        return _page(error, email=email, role=role)
    return _told([invited])


@bp.get("/many")
@require("members.edit")
def ask_many() -> Response:
    """Show the form that takes many addresses."""
    return _form_of_many()


@bp.post("/many")
@limiter.limit("10 per minute")
@require("members.edit")
def invite_many() -> Response:
    """Invite everybody whose address was pasted, or nobody and say why."""
    text, role = request.form.get("text", ""), request.form.get("role", "")
    facts: dict[str, Any] = {"text": text, "role": role, "days": _days(), "now": utc_now()}
    try:
        invited = many.invite_many(*_where(), **facts)
    except many.FaultyLinesError as error:
        return _form_of_many(error, text=text, role=role)
    return _told(invited)


@bp.post("/<uuid:invitation_id>/send-again")
@limiter.limit("60 per minute")
@require("members.edit")
def send_again(invitation_id: UUID) -> Response:
    """Make a new link, which ends the one before."""
    try:
        invited = store.send_again(*_where(), invitation_id, now=utc_now())
    except ConflictError as error:
        return _page(error)
    return _told([invited])


@bp.post("/<uuid:invitation_id>/revoke")
@require("members.edit")
def revoke(invitation_id: UUID) -> Response:
    """Take an invitation back."""
    email = store.revoke(*_where(), invitation_id, now=utc_now())
    flash(f"The invitation of {email} is taken back: its link opens nothing any more.", "good")
    return see_other(url_for("invitations.list_invitations"))


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id


def _days() -> int:
    return whole_number(request.form.get("days", ""), most=DAYS_MAX) or DAYS


def _told(invited: list[Invited]) -> Response:
    """Say who was invited; links that have to be handed over stand on the page."""
    by_hand = [one for one in invited if not one.is_mailed]
    if by_hand:
        links = [(one.email, link_to(one.path)) for one in by_hand]
        return render("invitations/links.html", links=links)
    one = len(invited) == 1
    flash(f"{invited[0].email if one else len(invited)} invited: the mail is on its way.", "good")
    return see_other(url_for("invitations.list_invitations"))


def _page(error: GarlandError | None = None, *, email: str = "", role: str = "viewer") -> Response:
    now, q = utc_now(), request.args.get("q", "")
    found, more = page_of(
        lambda limit, after: store.list_open(*_where(), now=now, q=q, limit=limit, after=after),
        lambda one: (one.email,),
        parts=1,
    )
    facts: dict[str, Any] = {
        "invitations": found,
        "next_url": address_with(cursor=more) if more else None,
        "q": q,
        "count": listing.count_members(*_where()),
        "invited": store.count_open(*_where()),
        "email": email,
        "role": role,
        **_common(),
        **words_of(error),
    }
    return render("invitations/list.html", status=error.status if error else 200, **facts)


def _form_of_many(
    error: many.FaultyLinesError | None = None, *, text: str = "", role: str = "viewer"
) -> Response:
    facts = {"faults": error.faults if error else [], "text": text, "role": role, **_common()}
    return render("invitations/many.html", status=error.status if error else 200, **facts)


def _common() -> dict[str, Any]:
    return {
        "roles": members.roles_of(*_where()),
        "lasts": LASTS,
        "days": request.form.get("days", str(DAYS)),
        "sends_mail": sends_mail(db_session()),
    }
