"""Sign-in and sign-out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import db_session, limiter, render, see_other
from tenancy import people
from tenancy.sessions import SignedIn

bp = Blueprint("tenancy", __name__)

WRONG = "E-mail address or password is not right. Check both and try again."


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
    parts = urlsplit(wanted)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if inside and not parts.path.startswith(("//", "/\\")) and "\\" not in wanted:
        return wanted
    return url_for("home.index")
