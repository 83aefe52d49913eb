"""The pages of delegated operation: the customer's, and the provider's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from tenancy.delegation import glass, granting, reading, rules
from tenancy.delegation.acting import USE, reachable

bp = Blueprint("delegation", __name__)

GRANT = "support.grant"
LASTS = (
    ("15", "15 minutes"),
    ("60", "1 hour"),
    ("240", "4 hours"),
    ("480", "8 hours"),
    ("1440", "1 day"),
    ("4320", "3 days"),
    ("10080", "7 days"),
)
GLASS_LASTS = (("15", "15 minutes"), ("30", "30 minutes"), ("60", "1 hour"))
Refused = InvalidError | ConflictError


@bp.get("/t/<tenant>/support-access")
@require(GRANT)
def show_access() -> Response:
    """Show a customer who of its provider acts, acted or asks to."""
    return _customer_page()


@bp.post("/t/<tenant>/support-access")
@require(GRANT)
def offer() -> Response:
    """Let the support of a provider in."""
    try:
        provider = UUID(request.form.get("provider", ""))
    except ValueError:
        provider = UUID(int=0)
    try:
        granting.offer_access(db_session(), acting(), provider, _terms(), now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _customer_page(error)
    return _done("They may operate here now. End it at any moment.", "show_access")


@bp.post("/t/<tenant>/support-access/<uuid:grant_id>/grant")
@require(GRANT)
def grant(grant_id: UUID) -> Response:
    """Give what was asked for, or less."""
    terms = _terms()
    given: dict[str, Any] = {"role": terms.role, "minutes": terms.minutes, "now": utc_now()}
    try:
        granting.grant_access(db_session(), acting(), grant_id, **given)
    except (InvalidError, ConflictError) as error:
        return _customer_page(error)
    return _done("They may operate here now. End it at any moment.", "show_access")


@bp.post("/t/<tenant>/support-access/<uuid:grant_id>/refuse")
@require(GRANT)
def refuse(grant_id: UUID) -> Response:
    """Say no."""
    try:
        granting.refuse_access(db_session(), acting(), grant_id, now=utc_now())
    except ConflictError as error:
        return _customer_page(error)
    return _done("Refused: nobody was let in.", "show_access")


@bp.post("/t/<tenant>/support-access/<uuid:grant_id>/end")
def end(grant_id: UUID) -> Response:
    """End an access at once: the customer's admin, or who acts by it."""
    try:
        granting.end_access(db_session(), acting(), grant_id, now=utc_now())
    except ConflictError as error:
        flash(error.message, "notice")
    else:
        flash("The access is ended.", "good")
    if acting().delegated is not None:
        return see_other(url_for("home.index"))
    return see_other(url_for("delegation.show_access" if acting().may(GRANT) else "home.index"))


@bp.post("/t/<tenant>/support-access/<uuid:grant_id>/seen")
@require(GRANT)
def mark_seen(grant_id: UUID) -> Response:
    """Note that a break-glass was looked at."""
    glass.mark_seen(db_session(), acting(), grant_id, now=utc_now())
    return _done("Noted that you have looked at it.", "show_access")


@bp.post("/t/<tenant>/support-access/break-glass")
@require(GRANT)
def set_glass() -> Response:
    """Allow break-glass, or say no to it."""
    allowed = request.form.get("allowed") == "yes"
    glass.set_glass_allowed(db_session(), acting(), allowed=allowed, now=utc_now())
    told = "In an emergency two of them may let one in." if allowed else "Only you let them in now."
    return _done(told, "show_access")


@bp.get("/t/<tenant>/support")
@require(USE)
def show_support() -> Response:
    """Show a provider's person where they may act, and what is asked."""
    return _provider_page()


@bp.post("/t/<tenant>/support")
@require(USE)
def ask() -> Response:
    """Ask a customer for access, or a colleague for a break-glass."""
    is_glass = request.form.get("how") == "break_glass"
    asks = glass.ask_glass if is_glass else granting.ask_access
    slug = request.form.get("customer", "")
    try:
        asks(db_session(), acting(), slug, _terms(), now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _provider_page(error)
    whom = "A second person has 15 minutes to confirm." if is_glass else "The customer is asked."
    return _done(whom, "show_support")


@bp.post("/t/<tenant>/support/<uuid:grant_id>/withdraw")
@require(USE)
def withdraw(grant_id: UUID) -> Response:
    """Take back what oneself asked."""
    try:
        granting.withdraw_ask(db_session(), acting(), grant_id, now=utc_now())
    except ConflictError as error:
        return _provider_page(error)
    return _done("Withdrawn.", "show_support")


@bp.get("/t/<tenant>/break-glass")
@require(glass.CONFIRMS)
def show_glass() -> Response:
    """Show who may confirm what waits for a second person."""
    return _glass_page()


@bp.post("/t/<tenant>/break-glass/<uuid:grant_id>/confirm")
@require(glass.CONFIRMS)
def confirm(grant_id: UUID) -> Response:
    """Confirm as the second person."""
    try:
        glass.confirm_glass(db_session(), acting(), grant_id, now=utc_now())
    except ConflictError as error:
        return _glass_page(error)
    return _done("Your colleague may operate there now; the customer is told.", "show_glass")


def _terms() -> rules.Terms:
    minutes = whole_number(request.form.get("minutes", ""), most=rules.MINUTES_MOST) or 0
    role, reason = request.form.get("role", ""), request.form.get("reason", "")
    return rules.Terms(role=role, minutes=minutes, reason=reason)


def _done(told: str, page: str) -> Response:
    flash(told, "good")
    return see_other(url_for(f"delegation.{page}"))


def _customer_page(error: Refused | None = None) -> Response:
    where, now = (db_session(), acting().tenant_id), utc_now()
    grants = reading.grants_of_customer(*where)
    return render(
        "tenancy/support/access.html",
        status=error.status if error else 200,
        asked=[one for one in reading.open_asks(grants, now=now) if not one.is_glass],
        providers=[(str(one.id), one.name) for one in reading.providers_of(*where)],
        allows_glass=reading.allows_glass(*where),
        **_shared(grants, error),
    )


def _provider_page(error: Refused | None = None) -> Response:
    session, who, now = db_session(), acting(), utc_now()
    grants = reading.grants_of_provider(session, who.tenant_id)
    mine = reachable(session, who.person_id, now=now) if who.person_id is not None else []
    return render(
        "tenancy/support/support.html",
        status=error.status if error else 200,
        mine=[one for one in mine if one.provider_id == who.tenant_id],
        asked=[one for one in reading.open_asks(grants, now=now) if one.person_id == who.person_id],
        customers=reading.customers_below(session, who.tenant_id),
        glass_lasts=GLASS_LASTS,
        **_shared(grants, error),
    )


def _glass_page(error: Refused | None = None) -> Response:
    grants = reading.grants_of_provider(db_session(), acting().tenant_id)
    asked = [one for one in reading.open_asks(grants, now=utc_now()) if one.is_glass]
    return render(
        "tenancy/support/glass.html",
        status=error.status if error else 200,
        asked=asked,
        **_shared([one for one in grants if one.is_glass], error),
    )


def _shared(grants: list[rules.GrantView], error: Refused | None) -> dict[str, Any]:
    now = utc_now()
    problems = error.problems if isinstance(error, InvalidError) else ()
    beside = {one.pointer.lstrip("/"): one.message for one in problems}
    active = reading.holding(grants, now=now)
    waiting = {one.id for one in (*active, *reading.open_asks(grants, now=now))}
    return {
        "active": active,
        "earlier": [
            (one, rules.state_word(one, now=now)) for one in grants if one.id not in waiting
        ],
        "lasts": LASTS,
        "roles": rules.ROLES,
        "typed": request.form,
        "problems": beside,
        "failure": error.message if error and not beside else None,
    }
