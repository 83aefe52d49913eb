"""Signing in by password, code or passkey, and signing out; and what an organisation asks for."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, current_app, flash, g, jsonify, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError, TooManyError
from kernel.http import (
    acting,
    after_answer,
    db_session,
    limiter,
    only_reads,
    own_transaction,
    render,
    require,
    see_other,
    vault,
)
from tenancy import people
from tenancy.brand.views import current_brand, hosts
from tenancy.identity.offering import ways_in
from tenancy.identity.opened import opened_by
from tenancy.people import PersonView
from tenancy.sessions import SignedIn
from tenancy.sign_ins import apps, entering, passkeys, policy
from tenancy.sign_ins.browsers import Origin, network_of, origin_of
from tenancy.sign_ins.parts import PARTS, SignInParts
from tenancy.sign_ins.passkeys import CHALLENGE_LASTS, Challenge, Site, site_of
from tenancy.sign_ins.sessions import Held
from tenancy.sign_ins.waits import PERSON, Subject, origin_subject, person_subject

bp = Blueprint("sign_ins", __name__)

WRONG = "E-mail address or password is not right. Check both and try again."
WRONG_CODE = (
    "This code is not right, or was used already. Wait for the next one and try again, or use a "
    "recovery code."
)
TOO_LATE = "That took too long. Sign in again."
SECOND_STEP_LASTS = timedelta(minutes=10)
MOST_AT_ONCE = "60 per minute"
CHALLENGE_BYTES = 32
SECOND, ASKED, LEFT = "second_step", "passkey", "identity_left"
READ_OTHERWISE = re.compile(r"[\\\x00-\x1f]")
"""What browsers leave out of an address, or read as a slash: “/<tab>//evil” leads away, too."""


def parts() -> SignInParts:
    """Give what signing in needs of the installation."""
    found: SignInParts = current_app.extensions[PARTS]
    return found


def origin() -> Origin:
    """Give where this request comes from."""
    return origin_of(request.remote_addr, request.headers.get("User-Agent", ""))


def origin_counted() -> Subject:
    """Give what wrong tries from here are counted by."""
    return origin_subject(network_of(request.remote_addr or ""))


def was_right(who: Subject) -> None:
    """Count nothing for a try that was right."""
    parts().waits.forget(who)
    parts().waits.give_back(origin_counted())


@bp.get("/sign-in")
def sign_in() -> Response:
    """Show the sign-in form."""
    return _form("", wanted=request.args.get("next", ""))


@bp.post("/sign-in")
@only_reads
def check_sign_in() -> Response:
    """Check a password; a wrong try never says what was wrong, nor how it was found out."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    wanted, who = request.form.get("next", ""), person_subject(email)
    try:
        tries = parts().waits.take(who, origin_counted())
    except TooManyError as error:
        return with_wait(_form(email, error=error, wanted=wanted), error)
    person = people.check_password(db_session(), email=email, password=password)
    if person is None:
        return note_refused(_form(email, error=InvalidError(WRONG), wanted=wanted), email, tries)
    was_right(who)
    if apps.has_app(db_session(), person.id):
        return _ask_for_code(person, wanted)
    return _let_in(person, "password", wanted, password=password)


@bp.get("/sign-in/code")
def ask_code() -> Response:
    """Ask for the second step of a sign-in."""
    return _code_form() if _waiting_person() is not None else _begin_again()


@bp.post("/sign-in/code")
@only_reads
def check_code() -> Response:
    """Check a code of the app, or a recovery code; each opens once."""
    person, wanted = _waiting_person(), session.get(SECOND, {}).get("next", "")
    if person is None:
        return _begin_again()
    who = Subject(kind="code", name=str(person.id), pace=PERSON)
    try:
        tries = parts().waits.take(who, origin_counted())
    except TooManyError as error:
        return with_wait(_code_form(error), error)
    with own_transaction() as writing:
        code = request.form.get("code", "")
        used = apps.use_code(writing, vault(), person.id, code, now=utc_now())
    if used is None:
        return note_refused(_code_form(InvalidError(WRONG_CODE)), person.email, tries, why="code")
    was_right(who)
    return _let_in(person, f"password_{used}", wanted)


@bp.get("/sign-in/passkey")
@limiter.limit(MOST_AT_ONCE)
def ask_passkey() -> Response:
    """Give what the browser needs to ask for a passkey."""
    return jsonify(passkeys.sign_in_options(site_or_404(), new_challenge("sign-in")))


@bp.post("/sign-in/passkey")
@limiter.limit(MOST_AT_ONCE)
@only_reads
def check_passkey() -> Response:
    """Sign in whoever a passkey belongs to."""
    wanted, answer = request.form.get("next", ""), request.form.get("answer", "")
    try:
        with own_transaction() as writing:
            asked = take_challenge("sign-in")
            person = passkeys.sign_in(writing, site_or_404(), asked, answer, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form("", error=error, wanted=wanted)
    return _let_in(person, "passkey", wanted)


@bp.post("/sign-out")
@only_reads
def sign_out() -> Response:
    """End the session: a copy of the cookie opens nothing either."""
    if not current_user.is_authenticated:
        return _signed_out(None)
    person = people.find_active_person(db_session(), current_user.person_id)
    by = opened_by(db_session(), current_user.session)
    if person is not None:
        with own_transaction() as writing:
            where = by.tenant_id if by is not None else None
            entering.leave(writing, person, current_user.session.id, only=where, now=utc_now())
    left = [str(current_user.session.id), by.provider] if by is not None and by.provider else None
    return _signed_out(left)


@bp.get("/t/<tenant>/sign-in-rules")
@require("members.view")
def show_rules() -> Response:
    """Show how members have to sign in, and who has what beside the password."""
    return _rules()


@bp.post("/t/<tenant>/sign-in-rules")
@require("members.edit")
def set_rules() -> Response:
    """Ask the members for a second factor, or no longer; whoever asks has to have one."""
    needed, who = request.form.get("needed") == "yes", acting()
    if needed and not current_user.session.is_strong:
        return _rules("Set up a second factor for yourself first: you would be shut out too.")
    where = (db_session(), who.tenant_id)
    policy.set_second_factor(*where, needed=needed, by=who.person_name, now=utc_now())
    flash("Members need a second factor." if needed else "A password will do again.", "good")
    return see_other(url_for("sign_ins.show_rules"))


def safe_next(wanted: str) -> str:
    """Give an address of this site: the one wanted, or the first page.

    >>> from flask import Flask
    >>> app = Flask("x"); app.add_url_rule("/", "home.index")
    >>> with app.test_request_context(): safe_next("/t/a/runs?q=1"), safe_next("///evil.example/")
    ('/t/a/runs?q=1', '/')
    """
    try:
        address = urlsplit(wanted)
    except ValueError:
        return url_for("home.index")
    inside = not address.scheme and not address.netloc and wanted.startswith("/")
    if inside and not wanted.startswith("//") and not READ_OTHERWISE.search(wanted):
        return wanted
    return url_for("home.index")


def hold(held: Held) -> None:
    """Let this browser hold a session's secret, and nothing of before."""
    session.clear()
    login_user(SignedIn(held.session, held.secret))


def with_wait(response: Response, error: TooManyError) -> Response:
    """Say to programs too when to come back."""
    response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def note_refused(response: Response, email: str, tries: int, *, why: str = "password") -> Response:
    """Note a refusal once the answer is sent: its time tells nobody whether there was one."""
    subject = Subject(kind="noted", name=email.strip().lower(), pace=PERSON)
    if parts().waits.is_first(subject, in_s=entering.NOTED_EVERY_S):
        facts: dict[str, Any] = {"why": why, "tries": tries, "origin": origin(), "now": utc_now()}
        after_answer(response, partial(entering.note_refusal, email=email, **facts))
    return response


def site_or_404() -> Site:
    """Give what passkeys are made for: the host of this request, under its brand's name.

    A passkey made under one host name opens nothing under another (WebAuthn, 4: "RP ID").

    Raises:
        NotFoundError: none can be made for the public address.
    """
    home = url_for("home.index", _external=True)
    found = site_of(home, name=current_brand().name) if parts().takes_passkeys else None
    if found is None:
        raise NotFoundError("The public address of this installation takes no passkeys.")
    return found


def new_challenge(purpose: str) -> Challenge:
    """Make a challenge that this browser alone may answer, for one purpose, soon."""
    challenge = Challenge(
        value=secrets.token_bytes(CHALLENGE_BYTES), until=utc_now() + CHALLENGE_LASTS
    )
    until = challenge.until.isoformat()
    session[ASKED] = {"for": purpose, "value": challenge.value.hex(), "until": until}
    return challenge


def take_challenge(purpose: str) -> Challenge:
    """Give what this browser was asked, which it is not asked again; raises ConflictError."""
    asked = session.pop(ASKED, None)
    if asked is None or asked["for"] != purpose:
        raise ConflictError("The passkey was not asked for here. Try again.")
    until = datetime.fromisoformat(asked["until"])
    return Challenge(value=bytes.fromhex(asked["value"]), until=until)


def _let_in(person: PersonView, how: str, wanted: str, *, password: str = "") -> Response:
    facts: dict[str, Any] = {"how": how, "origin": origin(), "lifetimes": parts().lifetimes}
    with own_transaction() as writing:
        if password:
            people.renew_hash(writing, person.id, password)
        held = entering.enter(writing, person, **facts, now=utc_now())
    hold(held)
    return see_other(safe_next(wanted))


def _signed_out(left: list[str] | None) -> Response:
    """Forget everything here; who came by a provider is offered to sign out there as well."""
    logout_user()
    session.clear()
    if left is None:
        return see_other(url_for("sign_ins.sign_in"))
    session[LEFT] = left
    return see_other(url_for("identity_after.show_left"))


def _form(email: str, *, error: GarlandError | None = None, wanted: str = "") -> Response:
    return render(
        "tenancy/sign_in.html",
        status=error.status if error is not None else 200,
        email=email,
        error=error.message if error is not None else None,
        next=wanted,
        has_passkeys=parts().takes_passkeys,
        ways=ways_in(db_session(), wanted, _host_owner()),
    )


def _host_owner() -> UUID | None:
    """Give whose brand's host name this request came by."""
    host = g.get("brand_host", "")
    return hosts().owner_of(host) if host else None


def _ask_for_code(person: PersonView, wanted: str) -> Response:
    """Remember that the password was right, for a few minutes: nobody is signed in by that."""
    session.clear()
    until = (utc_now() + SECOND_STEP_LASTS).isoformat()
    session[SECOND] = {"person": str(person.id), "until": until, "next": wanted}
    return see_other(url_for("sign_ins.ask_code"))


def _waiting_person() -> PersonView | None:
    waiting = session.get(SECOND)
    if waiting is None or datetime.fromisoformat(waiting["until"]) <= utc_now():
        return None
    return people.find_active_person(db_session(), UUID(waiting["person"]))


def _code_form(error: GarlandError | None = None) -> Response:
    status, said = (error.status, error.message) if error is not None else (200, None)
    return render("tenancy/sign_in_code.html", status=status, error=said)


def _begin_again() -> Response:
    session.pop(SECOND, None)
    flash(TOO_LATE, "notice")
    return see_other(url_for("sign_ins.sign_in"))


def _rules(failure: str | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    return render(
        "tenancy/sign_in_rules.html",
        status=409 if failure else 200,
        needed=policy.needs_second_factor(*where),
        secured=policy.list_secured(*where),
        failure=failure,
    )
