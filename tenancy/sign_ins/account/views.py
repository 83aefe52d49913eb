"""The account pages: name, password, authenticator app, passkeys, and the sessions that are open.

What changes how a person signs in takes their password once more: a browser left open is not
enough to lock its person out. The password is checked before anything is written.
"""

from __future__ import annotations

from typing import Any, NoReturn
from uuid import UUID

from flask import Blueprint, flash, jsonify, request, session, url_for
from flask_login import current_user, logout_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import (
    ConflictError,
    GarlandError,
    InvalidError,
    Problem,
    TooManyError,
    UnauthorizedError,
)
from kernel.http import db_session, only_reads, own_transaction, render, see_other, vault
from tenancy import people
from tenancy.brand.views import current_brand
from tenancy.identity.opened import is_whole
from tenancy.people import PersonView
from tenancy.sign_ins import apps, passkeys, sessions
from tenancy.sign_ins.account import changing
from tenancy.sign_ins.sessions import SessionView
from tenancy.sign_ins.views import (
    hold,
    new_challenge,
    origin_counted,
    parts,
    safe_next,
    site_or_404,
    take_challenge,
    was_right,
    with_wait,
)
from tenancy.sign_ins.waits import person_subject

bp = Blueprint("account", __name__, url_prefix="/account")

NOT_WHOLE = (
    "You signed in by an organisation's identity provider, which opens that organisation alone. "
    "Your account belongs to others too: sign in with your password, or a passkey, to open it."
)
SETUP = "app_setup"
NOT_BEGUN = (
    "No authenticator app waits to be confirmed in this browser: it was begun elsewhere, or more "
    "than 15 minutes ago. Begin again."
)
NOT_YOURS = "password: this is not your password; nothing was changed"


@bp.get("")
def show_account() -> Response:
    """Show who the person is and how they sign in."""
    return _page()


@bp.post("/name")
@only_reads
def change_name() -> Response:
    """Call the person something else."""
    person = _person()
    with own_transaction() as writing:
        people.change_name(writing, person.id, request.form.get("name", ""))
    flash("Your name is changed.", "good")
    return see_other(url_for("account.show_account"))


@bp.post("/password")
@only_reads
def change_password() -> Response:
    """Change the password; all other sessions end."""
    person, held = _proven(), _held()
    kept = changing.hash_of_new(person, request.form.get("new_password", ""))
    if request.form.get("new_password") != request.form.get("again"):
        _refuse("again", "again: the two differ: type the new password twice")
    with own_transaction() as writing:
        hold(changing.change_password(writing, person, held, kept, now=utc_now()))
    flash("Your password is changed, and every other session is ended.", "good")
    return see_other(url_for("account.show_account"))


@bp.get("/second-factor")
def show_needed() -> Response:
    """Say that an organisation asks for a second factor, and lead to setting it up."""
    _person()
    wanted = safe_next(request.args.get("next", ""))
    return render("tenancy/account/needed.html", next=wanted, is_strong=_held().is_strong)


@bp.post("/app")
@only_reads
def begin_app() -> Response:
    """Begin to set up an authenticator app."""
    person = _proven()
    with own_transaction() as writing:
        session[SETUP] = apps.begin_setup(writing, vault(), person.id, now=utc_now())
    return see_other(url_for("account.show_app"))


@bp.get("/app")
def show_app() -> Response:
    """Show what the app has to scan, until it is confirmed."""
    return _app_page()


@bp.post("/app/confirm")
@only_reads
def confirm_app() -> Response:
    """Let the app count, proven by a code; the recovery codes are shown this once."""
    person, code = _person(), request.form.get("code", "")
    if not _is_begun(person):
        raise ConflictError(NOT_BEGUN)
    try:
        with own_transaction() as writing:
            facts = (vault(), person, _held(), code)
            codes, held = changing.confirm_app(writing, *facts, now=utc_now())
    except InvalidError as error:
        return _app_page(error)
    hold(held)
    return render("tenancy/account/codes.html", codes=codes)


@bp.post("/app/remove")
@only_reads
def remove_app() -> Response:
    """Forget the app and its recovery codes."""
    person = _proven()
    with own_transaction() as writing:
        hold(changing.remove_app(writing, person, _held(), now=utc_now()))
    flash("The authenticator app is removed: your password alone signs you in.", "notice")
    return see_other(url_for("account.show_account"))


@bp.post("/recovery-codes")
@only_reads
def renew_codes() -> Response:
    """Make new recovery codes and show them, this once."""
    person = _proven()
    if not apps.has_app(db_session(), person.id):
        raise ConflictError("There is no authenticator app to recover: set one up first.")
    with own_transaction() as writing:
        codes = changing.renew_codes(writing, person, now=utc_now())
    return render("tenancy/account/codes.html", codes=codes)


@bp.get("/passkeys/options")
def ask_passkey() -> Response:
    """Give what the browser needs to make a passkey."""
    person, site = _person(), site_or_404()
    challenge = new_challenge("register")
    return jsonify(passkeys.registration_options(db_session(), site, person, challenge))


@bp.post("/passkeys")
@only_reads
def add_passkey() -> Response:
    """Keep the passkey that the browser made."""
    person = _proven()
    asked = (take_challenge("register"), request.form.get("answer", ""))
    facts = (site_or_404(), person, _held(), asked)
    with own_transaction() as writing:
        name = request.form.get("name", "")
        hold(changing.add_passkey(writing, *facts, name=name, now=utc_now()))
    flash("The passkey is added: you can sign in by it.", "good")
    return see_other(url_for("account.show_account"))


@bp.post("/passkeys/<uuid:passkey_id>/remove")
@only_reads
def remove_passkey(passkey_id: UUID) -> Response:
    """Forget a passkey."""
    person = _proven()
    with own_transaction() as writing:
        changing.remove_passkey(writing, person, passkey_id, now=utc_now())
    flash("The passkey is removed.", "good")
    return see_other(url_for("account.show_account"))


@bp.post("/sessions/<uuid:session_id>/end")
@only_reads
def end_session(session_id: UUID) -> Response:
    """End one session; this one is left by signing out."""
    person, is_this = _person(), session_id == _held().id
    with own_transaction() as writing:
        changing.end_session(writing, person, session_id, now=utc_now())
    if is_this:
        logout_user()
        session.clear()
    flash("The session is ended.", "good")
    return see_other(url_for("sign_ins.sign_in" if is_this else "account.show_account"))


@bp.post("/sessions/end-others")
@only_reads
def end_others() -> Response:
    """End all sessions but this one."""
    person = _person()
    with own_transaction() as writing:
        ended = changing.end_other_sessions(writing, person, _held(), now=utc_now())
    flash("There was no other session." if not ended else f"Ended: {ended}.", "good")
    return see_other(url_for("account.show_account"))


@bp.errorhandler(InvalidError)
@bp.errorhandler(ConflictError)
@bp.errorhandler(TooManyError)
def show_refusal(error: GarlandError) -> Response:
    """Show the account page again, with what was refused where it was typed."""
    if not current_user.is_authenticated:
        raise UnauthorizedError("sign in to see this page")
    response = _page(error)
    return with_wait(response, error) if isinstance(error, TooManyError) else response


def _person() -> PersonView:
    """Give who is signed in; raises UnauthorizedError, which leads to the sign-in."""
    if current_user.is_authenticated:
        found = people.find_active_person(db_session(), current_user.person_id)
        if found is not None and is_whole(db_session(), _held()):
            return found
        flash(NOT_WHOLE, "notice")
    raise UnauthorizedError("sign in to see this page")


def _held() -> SessionView:
    found: SessionView = current_user.session
    return found


def _proven() -> PersonView:
    """Give who is signed in, if the form holds their password; wrong tries are counted as ever."""
    person, password = _person(), request.form.get("password", "")
    who = person_subject(person.email)
    parts().waits.take(who, origin_counted())
    if people.check_password(db_session(), email=person.email, password=password) is None:
        _refuse("password", NOT_YOURS)
    was_right(who)
    return person


def _is_begun(person: PersonView) -> bool:
    """Tell whether this very session began to set an app up, and not long ago."""
    return apps.is_begun(db_session(), person.id, session.get(SETUP, ""), now=utc_now())


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidError(message, problems=[Problem(f"/{field}", message)])


def _page(error: GarlandError | None = None) -> Response:
    person, now = _person(), utc_now()
    problems = getattr(error, "problems", ())
    lifetimes = parts().lifetimes
    return render(
        "tenancy/account/account.html",
        status=error.status if error is not None else 200,
        person=person,
        app=apps.app_of(db_session(), person.id),
        passkeys=passkeys.list_passkeys(db_session(), person.id),
        takes_passkeys=parts().takes_passkeys,
        sessions=sessions.list_open(db_session(), person.id, lifetimes=lifetimes, now=now),
        this=_held().id,
        refused=request.endpoint if error is not None else None,
        typed_name=request.form.get("name", ""),
        problems={one.pointer.lstrip("/"): one.message for one in problems},
        failure=error.message if error is not None and not problems else None,
    )


def _app_page(error: InvalidError | None = None) -> Response:
    person = _person()
    if not _is_begun(person):
        return see_other(url_for("account.show_account"))
    facts: dict[str, Any] = {"account": person.email, "issuer": current_brand().name}
    setup = apps.setup_of(db_session(), vault(), person.id, **facts)
    if setup is None:
        return see_other(url_for("account.show_account"))
    return render(
        "tenancy/account/app.html",
        status=error.status if error is not None else 200,
        secret=setup.secret,
        picture=Markup(setup.picture),  # noqa: S704  drawn by us from our own text
        error=error.message if error is not None else None,
    )
