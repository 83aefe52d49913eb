"""The page behind an invitation's link: a new person, a known one, or somebody else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError, UnauthorizedError
from kernel.http import db_session, limiter, render, see_other
from tenancy import people
from tenancy.brand.views import speak_for
from tenancy.invitations import accepting
from tenancy.invitations.model import Joined
from tenancy.key_links.views import (
    begin_session,
    end_session,
    held_key,
    hold_key,
    let_go,
    signed_in_id,
)
from tenancy.membership.refusing import words_of

bp = Blueprint("joining", __name__)
PAGE = "join"


@bp.get("/join/<key>")
@limiter.limit("30 per minute")
def take_key(key: str) -> Response:
    """Put the link's key away and lead on to the page."""
    return hold_key(PAGE, key)


@bp.get("/join")
@limiter.limit("60 per minute")
def show_offer() -> Response:
    """Show who invites whom, and what accepting takes."""
    return _page()


@bp.post("/join")
@limiter.limit("20 per minute")
def accept_as_new() -> Response:
    """Make a person of the name and the password, and a member of them, and sign them in."""
    facts = {name: request.form.get(name, "") for name in ("name", "password")}
    try:
        joined = accepting.accept_as_new(db_session(), held_key(PAGE), now=utc_now(), **facts)
    except NotFoundError as error:
        return _gone(error)
    except (InvalidError, ConflictError) as error:
        return _page(error, name=facts["name"])
    begin_session(joined.person_id)
    return _welcome(joined)


@bp.post("/join/accept")
@limiter.limit("20 per minute")
def accept() -> Response:
    """Make a member of whoever is signed in."""
    person_id = signed_in_id()
    if person_id is None:
        raise UnauthorizedError("sign in to accept")
    where = (db_session(), held_key(PAGE))
    try:
        joined = accepting.accept_as(*where, person_id=person_id, now=utc_now())
    except NotFoundError as error:
        return _gone(error)
    return _welcome(joined)


@bp.post("/join/other")
def leave() -> Response:
    """Sign out who is signed in with another address, and show the page again."""
    end_session()
    return see_other(url_for("joining.show_offer"))


def _page(error: InvalidError | ConflictError | None = None, name: str = "") -> Response:
    try:
        offer = accepting.find_offer(db_session(), held_key(PAGE), now=utc_now())
    except NotFoundError as gone:
        return _gone(gone)
    speak_for(offer.tenant_id)
    person_id = signed_in_id()
    person = people.find_active_person(db_session(), person_id) if person_id else None
    facts: dict[str, Any] = {"offer": offer, "person": person, "name": name, **words_of(error)}
    return render("joining/join.html", status=error.status if error else 200, **facts)


def _gone(error: NotFoundError) -> Response:
    facts = {"title": "This invitation cannot be accepted", "message": error.message}
    return render("key_links/gone.html", status=404, **facts)


def _welcome(joined: Joined) -> Response:
    words = f"Welcome to {joined.tenant_name}." if joined.is_new else "You are a member already."
    flash(words, "good")
    return let_go(PAGE, see_other(url_for("home.tenant_home", tenant=joined.tenant_slug)))
