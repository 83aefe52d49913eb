"""Sign-in and sign-out, and the pages of an organisation's members and API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, limiter, render, require, see_other
from tenancy import members, people, policies, tokens
from tenancy.sessions import SignedIn

bp = Blueprint("tenancy", __name__)

WRONG = "E-mail address or password is not right. Check both and try again."
EXPIRIES = (("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("", "Never"))


def _email_asked_for() -> str:
    return "email:" + request.form.get("email", "").strip().lower()


@bp.get("/sign-in")
def sign_in() -> Response:
    """Show the sign-in form."""
    return render("tenancy/sign_in.html", email="", error=None, next=request.args.get("next", ""))


@bp.post("/sign-in")
@limiter.limit("20 per minute")
@limiter.limit("10 per minute", key_func=_email_asked_for)
def check_sign_in() -> Response:
    """Sign a person in; a wrong try never says what was wrong."""
    email = request.form.get("email", "")
    wanted = request.form.get("next", "")
    password = request.form.get("password", "")
    person = people.sign_in(db_session(), email=email, password=password, now=utc_now())
    if person is None:
        form = {"email": email, "error": WRONG, "next": wanted}
        return render("tenancy/sign_in.html", status=422, **form)
    session.clear()  # nothing of before the sign-in survives it
    login_user(SignedIn(str(person.id)))
    return see_other(safe_next(wanted))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    logout_user()
    session.clear()
    return see_other(url_for("tenancy.sign_in"))


def safe_next(wanted: str) -> str:
    """Give an address of this site: the one wanted, or the first page.

    >>> from flask import Flask
    >>> app = Flask("x"); app.add_url_rule("/", "home.index")
    >>> with app.test_request_context(): safe_next("/t/a/runs?q=1"), safe_next("//evil.example/")
    ('/t/a/runs?q=1', '/')
    """
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return url_for("home.index")
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if inside and not parts.path.startswith(("//", "/\\")) and "\\" not in wanted:
        return wanted
    return url_for("home.index")


@bp.get("/t/<tenant>/members")
@require("members.view")
def list_members() -> Response:
    """Show who belongs to the organisation."""
    return _members_page()


@bp.post("/t/<tenant>/members")
@require("members.edit")
def add_member() -> Response:
    """Give somebody who signs in already a role here."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    try:
        person = people.get_by_email(db_session(), email)
        members.add_member(db_session(), acting().tenant_id, person.id, role, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _members_page(error=error, email=email, role=role)
    flash(f"{person.name} is now a member.", "good")
    return see_other(url_for("tenancy.list_members"))


@bp.post("/t/<tenant>/members/<uuid:person_id>/role")
@require("members.edit")
def change_role(person_id: UUID) -> Response:
    """Change what a member may do."""
    role = request.form.get("role", "")
    try:
        members.change_role(db_session(), acting().tenant_id, person_id, role, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _members_page(error=error)
    flash("The role is changed.", "good")
    return see_other(url_for("tenancy.list_members"))


@bp.post("/t/<tenant>/members/<uuid:person_id>/remove")
@require("members.edit")
def remove_member(person_id: UUID) -> Response:
    """End a membership; whoever removes themselves is sent to where they still belong."""
    try:
        members.remove_member(db_session(), acting().tenant_id, person_id, now=utc_now())
    except ConflictError as error:
        return _members_page(error=error)
    flash("The member is removed.", "good")
    left = person_id == acting().person_id
    return see_other(url_for("home.index" if left else "tenancy.list_members"))


@bp.post("/t/<tenant>/members/two-people")
@require("members.edit")
def set_two_people() -> Response:
    """Say whether what one member changed has to be put live by another."""
    needed = request.form.get("needed") == "yes"
    policies.set_two_people(
        db_session(), acting().tenant_id, needed=needed, by=acting().person_name, now=utc_now()
    )
    flash("From now on it takes two." if needed else "One person may do both again.", "good")
    return see_other(url_for("tenancy.list_members"))


def _members_page(
    *, error: InvalidError | ConflictError | None = None, email: str = "", role: str = "viewer"
) -> Response:
    where = (db_session(), acting().tenant_id)
    return render(
        "tenancy/members.html",
        status=error.status if error else 200,
        members=members.list_members(*where),
        roles=members.roles_of(*where),
        needs_two_people=policies.needs_two_people(*where),
        email=email,
        role=role,
        **_refused(error),
    )


@bp.get("/t/<tenant>/tokens")
@require("tokens.edit")
def list_tokens() -> Response:
    """Show the organisation's API tokens."""
    return _tokens_page()


@bp.post("/t/<tenant>/tokens")
@require("tokens.edit")
def create_token() -> Response:
    """Make a token and show its secret, this once; it is kept nowhere, so there is no redirect."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    days, now, who = request.form.get("days", ""), utc_now(), acting()
    until = now + timedelta(days=int(days)) if days in dict(EXPIRIES) and days else None
    facts: dict[str, Any] = {"name": name, "role": role, "expires_at": until, "by": who.person_id}
    try:
        secret = tokens.create_token(db_session(), who.tenant_id, now=now, **facts)
    except InvalidError as error:
        return _tokens_page(error=error, name=name, role=role, days=days)
    return _tokens_page(secret=secret)


@bp.post("/t/<tenant>/tokens/<uuid:token_id>/revoke")
@require("tokens.edit")
def revoke_token(token_id: UUID) -> Response:
    """End a token at once."""
    tokens.revoke_token(db_session(), acting().tenant_id, token_id, now=utc_now())
    flash("The token is revoked: whatever used it is refused from now on.", "good")
    return see_other(url_for("tenancy.list_tokens"))


def _tokens_page(
    *, error: InvalidError | None = None, secret: str | None = None, **form: str
) -> Response:
    where = (db_session(), acting().tenant_id)
    typed: dict[str, Any] = {"name": "", "role": "operator", "days": "90", **form}
    return render(
        "tenancy/tokens.html",
        status=error.status if error else 200,
        tokens=tokens.list_tokens(*where),
        roles=members.roles_of(*where),
        secret=secret,
        expiries=EXPIRIES,
        now=utc_now(),
        **typed,
        **_refused(error),
    )


def _refused(error: InvalidError | ConflictError | None) -> dict[str, Any]:
    """Split a refusal into what stands beside fields, by name, and what stands above the form."""
    problems = error.problems if isinstance(error, InvalidError) else ()
    beside = {one.pointer.lstrip("/"): one.message for one in problems}
    return {"problems": beside, "failure": error.message if error and not beside else None}
