"""The page of an organisation's members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from tenancy import members, policies
from tenancy.invitations import store as invitations
from tenancy.mails.office import sends_mail
from tenancy.membership import changing, listing
from tenancy.membership.refusing import words_of

bp = Blueprint("membership", __name__)


@bp.get("/t/<tenant>/members")
@require("members.view")
def list_members() -> Response:
    """Show who belongs to the organisation."""
    return _page()


@bp.post("/t/<tenant>/members/<uuid:person_id>/role")
@require("members.edit")
def change_role(person_id: UUID) -> Response:
    """Change what a member may do."""
    role, where = request.form.get("role", ""), (db_session(), acting().tenant_id)
    try:
        member = changing.change_role(*where, person_id, role, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _page(error)
    flash(f"{member.name} is {member.role_name} now.", "good")
    return see_other(url_for("membership.list_members"))


@bp.post("/t/<tenant>/members/<uuid:person_id>/remove")
@require("members.edit")
def remove_member(person_id: UUID) -> Response:
    """End somebody's membership; whoever removes themselves is sent to where they belong."""
    return _end(person_id)


@bp.post("/t/<tenant>/members/leave")
@require("members.view")
def leave() -> Response:
    """End one's own membership."""
    person_id = acting().person_id
    if person_id is None:
        raise InvalidError("a token is no member: revoke it instead")
    return _end(person_id)


@bp.post("/t/<tenant>/members/two-people")
@require("members.edit")
def set_two_people() -> Response:
    """Say whether what one member changed has to be put live by another."""
    needed = request.form.get("needed") == "yes"
    policies.set_two_people(
        db_session(), acting().tenant_id, needed=needed, by=acting().person_name, now=utc_now()
    )
    flash("From now on it takes two." if needed else "One person may do both again.", "good")
    return see_other(url_for("membership.list_members"))


def _end(person_id: UUID) -> Response:
    where = (db_session(), acting().tenant_id, person_id)
    try:
        member = changing.remove(*where, now=utc_now())
    except ConflictError as error:
        return _page(error)
    left = person_id == acting().person_id
    words = f"You left {acting().tenant_name}." if left else f"{member.name} is removed."
    flash(words, "good")
    return see_other(url_for("home.index" if left else "membership.list_members"))


def _page(error: InvalidError | ConflictError | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    q, role = request.args.get("q", ""), request.args.get("role", "")
    found, more = page_of(
        lambda limit, after: listing.find_members(*where, q=q, role=role, limit=limit, after=after),
        listing.place_of,
    )
    facts: dict[str, Any] = {
        "members": found,
        "next_url": address_with(cursor=more) if more else None,
        "count": listing.count_members(*where),
        "invited": invitations.count_open(*where) if acting().may("members.edit") else None,
        "roles": members.roles_of(*where),
        "needs_two_people": policies.needs_two_people(*where),
        "sends_mail": sends_mail(db_session()),
        "q": q,
        "role": role,
        **words_of(error),
    }
    return render("membership/members.html", status=error.status if error else 200, **facts)
