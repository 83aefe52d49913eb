"""Signing up under a CSP, and the page where a CSP opens and closes that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError
from kernel.http import acting, db_session, limiter, render, require, see_other
from tenancy.brand.views import speak_for
from tenancy.key_links.views import begin_session, end_session, held_key, hold_key, let_go, link_to
from tenancy.mails.office import office_of
from tenancy.membership.refusing import words_of
from tenancy.plans.store import list_plans
from tenancy.sign_ups import policy, store

bp = Blueprint("sign_ups", __name__)
PAGE = "welcome"
HTTP_OK = 200
FIELDS = ("organisation", "name", "email")


def _is_taken(answer: Any) -> bool:
    """Count only what was asked for in earnest: a form that was refused cost nobody a mail."""
    return bool(answer.status_code == HTTP_OK)


@bp.get("/t/<tenant>/sign-up")
@require("members.edit")
def show_policy() -> Response:
    """Show whether organisations may sign up by themselves."""
    return _policy_page()


@bp.post("/t/<tenant>/sign-up")
@require("members.edit")
def set_open() -> Response:
    """Open or close sign-up."""
    where, who = (db_session(), acting().tenant_id), acting().person_name
    is_open = request.form.get("open") == "yes"
    try:
        plan_id = _plan_id() if is_open else policy.policy_of(*where).plan_id
        policy.set_open(*where, is_open=is_open, plan_id=plan_id, by=who, now=utc_now())
    except ConflictError as error:
        return _policy_page(error)
    flash("Sign-up is open." if is_open else "Sign-up is closed.", "good")
    return see_other(url_for("sign_ups.show_policy"))


@bp.get("/sign-up/<slug>")
@limiter.limit("60 per minute")
def show_form(slug: str) -> Response:
    """Show the form, where the CSP lets organisations sign up."""
    return _form_page(slug)


@bp.post("/sign-up/<slug>")
@limiter.limit("60 per hour")
@limiter.limit("10 per day", deduct_when=_is_taken)
def ask(slug: str) -> Response:
    """Mail the link that goes on; what is answered is the same for every address."""
    form = {name: request.form.get(name, "") for name in FIELDS}
    try:
        store.ask(db_session(), slug, now=utc_now(), **form)
    except InvalidError as error:
        return _form_page(slug, error, **form)
    return render("sign_ups/asked.html", email=form["email"].strip())


@bp.get("/welcome/<key>")
@limiter.limit("30 per minute")
def take_key(key: str) -> Response:
    """Put the link's key away and lead on to the page."""
    return hold_key(PAGE, key)


@bp.get("/welcome")
@limiter.limit("60 per minute")
def show_last_step() -> Response:
    """Show what will be made, and ask for a password where the person is new."""
    return _last_page()


@bp.post("/welcome")
@limiter.limit("20 per minute")
def finish() -> Response:
    """Make the organisation; a new person is signed in, a known one signs in by themselves."""
    where, password = (db_session(), held_key(PAGE)), request.form.get("password", "")
    try:
        made = store.finish(*where, password=password, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _last_page(error)
    except NotFoundError as error:
        return _gone(error)
    end_session()
    if made.is_new:
        begin_session(made.person_id)
    flash(f"{made.organisation.name} is there: you are its admin.", "good")
    return let_go(PAGE, see_other(url_for("home.tenant_home", tenant=made.organisation.slug)))


def _plan_id() -> UUID | None:
    said = request.form.get("plan", "")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise NotFoundError("no such plan") from None


def _policy_page(error: ConflictError | None = None) -> Response:
    found, office = policy.policy_of(db_session(), acting().tenant_id), office_of(db_session())
    facts: dict[str, Any] = {
        "policy": found,
        "sends_mail": office is not None,
        "address": link_to(f"/sign-up/{acting().tenant_slug}") if office else "",
        "plans": [one for one in list_plans(db_session(), acting()) if one.retired_at is None],
        **words_of(error),
    }
    return render("sign_ups/policy.html", status=error.status if error else 200, **facts)


def _form_page(slug: str, error: InvalidError | None = None, **form: str) -> Response:
    csp = policy.open_csp(db_session(), slug)
    speak_for(csp.id)
    facts = {**dict.fromkeys(FIELDS, ""), **form, **words_of(error), "csp": csp}
    return render("sign_ups/form.html", status=error.status if error else 200, **facts)


def _last_page(error: GarlandError | None = None) -> Response:
    try:
        asked = store.find_asked(db_session(), held_key(PAGE), now=utc_now())
    except NotFoundError as gone:
        return _gone(gone)
    speak_for(asked.csp_id)
    facts = {"asked": asked, **words_of(error)}
    return render("sign_ups/welcome.html", status=error.status if error else 200, **facts)


def _gone(error: NotFoundError) -> Response:
    facts = {"title": "This link cannot be used", "message": error.message}
    return render("key_links/gone.html", status=404, **facts)
