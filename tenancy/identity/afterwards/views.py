"""After a sign-in by a provider: a code as the second factor, and signing out at the provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from kernel.errors import GarlandError, InvalidError, NotFoundError, TooManyError, UnauthorizedError
from kernel.http import db_session, limiter, only_reads, own_transaction, render, see_other, vault
from tenancy.identity import judging, offering
from tenancy.identity.metadata import Metadata
from tenancy.identity.opened import opened_by
from tenancy.identity.views import asking, code_is_right
from tenancy.sign_ins import apps, sessions
from tenancy.sign_ins.views import (
    LEFT,
    WRONG_CODE,
    hold,
    origin_counted,
    parts,
    safe_next,
    was_right,
    with_wait,
)
from tenancy.sign_ins.waits import PERSON, Subject

bp = Blueprint("identity_after", __name__)


@bp.get("/sign-in/code-too")
def ask_code() -> Response:
    """Ask for a code where the provider's sign-in is no second factor and one is needed."""
    return _code_page()


@bp.post("/sign-in/code-too")
@limiter.limit("30 per minute")
@only_reads
def check_code() -> Response:
    """Count a code of the person's own app as the second factor of this session."""
    person_id, held = _person_id(), current_user.session
    who = Subject(kind="code", name=str(person_id), pace=PERSON)
    try:
        parts().waits.take(who, origin_counted())
    except TooManyError as error:
        return with_wait(_code_page(error), error)
    if held.how != judging.BY_PROVIDER or not code_is_right(person_id, needed=True):
        return _code_page(InvalidError(WRONG_CODE))
    was_right(who)
    with own_transaction() as writing:
        renewed = sessions.renew(writing, held.id, how=judging.WITH_CODE)
    hold(renewed)
    return see_other(safe_next(request.form.get("next", "")))


@bp.get("/sign-in/left")
def show_left() -> Response:
    """Say that somebody is signed out here, and offer to sign out at the provider as well."""
    left = _left()
    return render("tenancy/identity/left.html", provider=left[1]) if left else _to_sign_in()


@bp.get("/sign-in/left/there")
@limiter.limit("30 per minute")
def leave_there() -> Response:
    """Send a browser to where its provider signs people out (RP-Initiated Logout 1.0, 2)."""
    left = _left()
    if left is None:
        return _to_sign_in()
    session.pop(LEFT, None)
    back_to = url_for("sign_ins.sign_in", _external=True)
    facts: dict[str, Any] = {"back_to": back_to, "vault": vault()}
    address = offering.leaving(db_session(), _metadata_of, left[0], **facts)
    return redirect(address, code=303) if address else _to_sign_in(left[1])


def _metadata_of(issuer: str) -> Metadata:
    return asking().metadata(issuer)


def _person_id() -> UUID:
    if not current_user.is_authenticated:
        raise UnauthorizedError("sign in to see this page")
    found: UUID = current_user.person_id
    return found


def _code_page(error: GarlandError | None = None) -> Response:
    person_id, by = _person_id(), opened_by(db_session(), current_user.session)
    if by is None:
        raise NotFoundError("There is nothing at this address, or it is not yours to see.")
    return render(
        "tenancy/identity/code.html",
        status=error.status if error is not None else 200,
        error=error.message if error is not None else None,
        provider=by.provider,
        has_app=apps.has_app(db_session(), person_id),
        next=safe_next(request.values.get("next", "")),
    )


def _left() -> tuple[UUID, str] | None:
    left = session.get(LEFT)
    return (UUID(left[0]), left[1]) if isinstance(left, list) else None


def _to_sign_in(provider: str = "") -> Response:
    if provider:
        flash(f"{provider} offers no sign-out from here. Close the browser to be safe.", "notice")
    return see_other(url_for("sign_ins.sign_in"))
