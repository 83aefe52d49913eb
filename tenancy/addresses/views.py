"""A forgotten password, and a person's e-mail address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import (
    ConflictError,
    GarlandError,
    InvalidError,
    NotFoundError,
    UnauthorizedError,
)
from kernel.http import db_session, limiter, render, see_other
from tenancy.addresses import changing, forgotten
from tenancy.brand.views import speak_to
from tenancy.key_links.views import end_session, held_key, hold_key, let_go, signed_in_id
from tenancy.mails.office import sends_mail
from tenancy.membership.refusing import words_of

bp = Blueprint("addresses", __name__)
PASSWORD, ADDRESS = "new-password", "confirm-address"


def _email_asked_for() -> str:
    return "forgotten:" + request.form.get("email", "").strip().lower()


def _person_id() -> UUID:
    found = signed_in_id()
    if found is None:
        raise UnauthorizedError("sign in to see this page")
    return found


def _whose_account() -> str:
    return f"account:{signed_in_id()}"


@bp.get("/forgotten")
def show_forgotten() -> Response:
    """Show the form that asks for a new password."""
    return _forgotten_page()


@bp.post("/forgotten")
@limiter.limit("20 per hour")
@limiter.limit("5 per hour", key_func=_email_asked_for)
def ask_new_password() -> Response:
    """Mail a link; what is answered is the same for every address."""
    email = request.form.get("email", "")
    try:
        forgotten.ask_new_password(db_session(), email, now=utc_now())
    except InvalidError as error:
        return _forgotten_page(error, email=email)
    return render("addresses/asked.html", email=email.strip())


@bp.get("/new-password/<key>")
@limiter.limit("30 per minute")
def take_password_key(key: str) -> Response:
    """Put the link's key away and lead on to the page."""
    return hold_key(PASSWORD, key)


@bp.get("/new-password")
@limiter.limit("60 per minute")
def show_new_password() -> Response:
    """Show the form of a new password."""
    return _new_password_page()


@bp.post("/new-password")
@limiter.limit("20 per minute")
def choose_password() -> Response:
    """Set the new password; every session of the person ends, this one's too."""
    password = request.form.get("password", "")
    try:
        forgotten.choose_password(db_session(), held_key(PASSWORD), password, now=utc_now())
    except InvalidError as error:
        return _new_password_page(error)
    except NotFoundError as error:
        return _gone(error)
    end_session()
    flash("Your new password is set: sign in with it.", "good")
    return let_go(PASSWORD, see_other(url_for("sign_ins.sign_in")))


@bp.get("/account/email")
def show_address() -> Response:
    """Show the address that somebody signs in with, and how to change it."""
    return _address_page()


@bp.post("/account/email")
@limiter.limit("10 per minute", key_func=_whose_account)
def ask_to_change() -> Response:
    """Mail a link to the new address, and a notice to the old one."""
    form = {name: request.form.get(name, "") for name in ("email", "password")}
    try:
        changing.ask_to_change(db_session(), _person_id(), now=utc_now(), **form)
    except InvalidError as error:
        return _address_page(error, email=form["email"])
    flash(f"A link was mailed to {form['email'].strip()}: open it to confirm the change.", "good")
    return see_other(url_for("addresses.show_address"))


@bp.post("/account/email/verify")
@limiter.limit("10 per minute", key_func=_whose_account)
def ask_to_verify() -> Response:
    """Mail a link that proves the address."""
    changing.ask_to_verify(db_session(), _person_id(), now=utc_now())
    flash("A link was mailed to you: open it to confirm your address.", "good")
    return see_other(url_for("addresses.show_address"))


@bp.get("/confirm-address/<key>")
@limiter.limit("30 per minute")
def take_address_key(key: str) -> Response:
    """Put the link's key away and lead on to the page."""
    return hold_key(ADDRESS, key)


@bp.get("/confirm-address")
@limiter.limit("60 per minute")
def show_confirm() -> Response:
    """Show which address the link confirms; mail programs open links, so a button does it."""
    _person_id()
    try:
        email = changing.address_behind(db_session(), held_key(ADDRESS), now=utc_now())
    except NotFoundError as error:
        return _gone(error)
    return render("addresses/confirm.html", email=email)


@bp.post("/confirm-address")
@limiter.limit("20 per minute")
def confirm() -> Response:
    """Make the address the one that its person signs in with."""
    where, now = (db_session(), held_key(ADDRESS)), utc_now()
    try:
        address = changing.confirm(*where, person_id=_person_id(), now=now)
    except (NotFoundError, ConflictError) as error:
        return _gone(error)
    flash(f"{address.email} is confirmed: you sign in with it.", "good")
    return let_go(ADDRESS, see_other(url_for("addresses.show_address")))


def _forgotten_page(error: InvalidError | None = None, email: str = "") -> Response:
    facts = {"email": email, "sends_mail": sends_mail(db_session()), **words_of(error)}
    return render("addresses/forgotten.html", status=error.status if error else 200, **facts)


def _new_password_page(error: InvalidError | None = None) -> Response:
    try:
        email = forgotten.whose_link(db_session(), held_key(PASSWORD), now=utc_now())
    except NotFoundError as gone:
        return _gone(gone)
    speak_to(email)
    facts = {"email": email, **words_of(error)}
    return render("addresses/new_password.html", status=error.status if error else 200, **facts)


def _address_page(error: InvalidError | None = None, email: str = "") -> Response:
    facts: dict[str, Any] = {
        "address": changing.address_of(db_session(), _person_id()),
        "email": email,
        "sends_mail": sends_mail(db_session()),
        **words_of(error),
    }
    return render("addresses/address.html", status=error.status if error else 200, **facts)


def _gone(error: GarlandError) -> Response:
    facts = {"title": "This link cannot be used", "message": error.message}
    return render("key_links/gone.html", status=error.status, **facts)
