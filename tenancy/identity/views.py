"""Signing in through an organisation's provider: finding it, going there, and coming back."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import GarlandError, InvalidError, TooManyError
from kernel.http import db_session, limiter, only_reads, own_transaction, render, see_other, vault
from kernel.secrets import SecretError
from tenancy import people
from tenancy.brand.views import speak_for
from tenancy.identity import entering, flow, judging, offering
from tenancy.identity.asking import PARTS, Asker, Client
from tenancy.identity.claims import IdentityError
from tenancy.identity.deciding import Outcome, in_words
from tenancy.identity.judging import GONE, Came
from tenancy.identity.model import Provider
from tenancy.identity.store import secret_of
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tenancy.sign_ins import apps
from tenancy.sign_ins.views import (
    hold,
    origin,
    origin_counted,
    parts,
    safe_next,
    was_right,
    with_wait,
)
from tenancy.sign_ins.waits import person_subject

bp = Blueprint("identity", __name__)

ASKED, CAME, LEFT = "identity_asked", "identity_came", "identity_left"
NOT_YOURS = "This is not the password of your account here. Check it and try again."
TOO_LATE = "That took too long. Sign in again."


def asker() -> Asker:
    """Give what asks providers."""
    found: Asker = current_app.extensions[PARTS]
    return found


def asking() -> Asker:
    """Give what asks providers, with the connection to the database given back before.

    A provider may take its time: whoever waits for it keeps no connection from others.
    """
    db_session().rollback()
    return asker()


@bp.get("/sign-in/organisation")
@limiter.limit("60 per minute")
def ask_organisation() -> Response:
    """Ask for an address, or an organisation's short name."""
    return _find_page("", request.args.get("next", ""))


@bp.post("/sign-in/organisation")
@limiter.limit("30 per minute")
@only_reads
def find_organisation() -> Response:
    """Show the providers that speak for an address, or those of an organisation."""
    word, wanted = request.form.get("word", "").strip(), request.form.get("next", "")
    found = offering.find_by_word(db_session(), word)
    return _find_page(word, wanted, ways=found)


@bp.get("/sign-in/with/<uuid:provider_id>")
@limiter.limit("30 per minute")
def go(provider_id: UUID) -> Response:
    """Send a browser to a provider."""
    provider = offering.find_on(db_session(), provider_id)
    if provider is None:
        return failed(GONE, status=404)
    try:
        return send_away(provider, purpose=flow.SIGN_IN, wanted=request.args.get("next", ""))
    except IdentityError as error:
        return failed(error.message, provider=provider)


@bp.get("/sign-in/answer/<uuid:provider_id>")
@limiter.limit("60 per minute")
def take_answer(provider_id: UUID) -> Response:
    """Take what a provider answered, and sign in whom it leads to."""
    sealed, now = session.pop(ASKED, None), utc_now()
    provider = offering.find_on(db_session(), provider_id)
    try:
        asked = flow.take(sealed, request.args, provider_id, vault=vault(), now=now)
        if asked.purpose == flow.TRY:
            return _show_tried(asked)
        if provider is None:
            return failed(GONE, status=404)
        return _carry_out(_came(provider, asked), asked.wanted)
    except IdentityError as error:
        return failed(error.message, provider=provider)


@bp.get("/sign-in/confirm")
def ask_password() -> Response:
    """Ask who came for the password of the account that has their address."""
    came = _waiting()
    return _confirm_page(came) if came is not None else _begin_again()


@bp.post("/sign-in/confirm")
@limiter.limit("30 per minute")
@only_reads
def confirm() -> Response:
    """Link the provider's sign-in to the account, if its password was given."""
    came = _waiting()
    if came is None:
        return _begin_again()
    who = person_subject(came.said.email)
    try:
        parts().waits.take(who, origin_counted())
    except TooManyError as error:
        return with_wait(_confirm_page(came, error), error)
    password = request.form.get("password", "")
    person = people.check_password(db_session(), email=came.said.email, password=password)
    if person is None or person.id != came.verdict.person_id or not code_is_right(person.id):
        return _confirm_page(came, InvalidError(NOT_YOURS))
    was_right(who)
    wanted = session.pop(CAME)["next"]
    return _enter(came, wanted)


@bp.get("/sign-in/needed")
def show_needed() -> Response:
    """Say that an organisation asks its members to come by its provider."""
    wanted = safe_next(request.args.get("next", ""))
    ways = offering.ways_in(db_session(), wanted)
    return render("tenancy/identity/needed.html", ways=ways, next=wanted)


def send_away(provider: Provider, *, purpose: str, wanted: str = "") -> Response:
    """Send this browser to a provider; raises IdentityError where it cannot be asked."""
    back_to = answer_address(provider)
    asked = flow.ask(provider.id, purpose=purpose, wanted=wanted, back_to=back_to, now=utc_now())
    ways = {"state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier}
    client = Client(provider=provider, back_to=back_to)
    address = asking().sign_in_address(client, **ways)
    session[ASKED] = flow.seal(asked, vault())
    return redirect(address, code=303)


def answer_address(provider: Provider) -> str:
    """Give where a provider answers, by the host name of this request."""
    return url_for("identity.take_answer", provider_id=provider.id, _external=True)


def exchanged(provider: Provider, asked: flow.Asked) -> tuple[dict[str, Any], str]:
    """Change this request's code for claims and the ID token; what was asked counts once.

    Raises:
        IdentityError: it was answered before, or the answer is not right.
    """
    now = utc_now()
    with own_transaction() as writing:
        flow.spend(writing, asked, now=now)
    with as_tenant(db_session(), provider.tenant_id):
        secret = secret_of(db_session(), provider.tenant_id, provider.id, vault())
    metadata = asking().metadata(provider.issuer)
    code = flow.code_of(request.args, metadata, name=provider.name)
    client = Client(provider=provider, secret=secret, back_to=asked.back_to)
    ways = {"nonce": asked.nonce, "verifier": asked.verifier}
    found = asker().exchange(client, code, **ways, now=now)
    return found.claims, found.id_token


def failed(message: str, *, provider: Provider | None = None, status: int = 422) -> Response:
    """Say why somebody was not signed in, and what to do."""
    if provider is not None:
        speak_for(provider.tenant_id)
    facts: dict[str, Any] = {"message": message, "provider": provider}
    return render("tenancy/identity/failed.html", status=status, **facts)


def _came(provider: Provider, asked: flow.Asked) -> Came:
    claims, id_token = exchanged(provider, asked)
    return judging.judge(db_session(), provider, claims, id_token=id_token)


def _carry_out(came: Came, wanted: str) -> Response:
    verdict, provider = came.verdict, came.provider
    if verdict.outcome is Outcome.CONFIRM:
        session[CAME] = {"came": vault().encrypt(offering.kept(came, utc_now())), "next": wanted}
        return see_other(url_for("identity.ask_password"))
    if verdict.why is None:
        return _enter(came, wanted)
    with own_transaction() as writing:
        entering.note_refused(writing, came, origin=origin(), now=utc_now())
    organisation = get_organisation(db_session(), provider.tenant_id).name
    words = in_words(verdict.why, organisation=organisation, provider=provider.name)
    return failed(words, provider=provider, status=403)


def _enter(came: Came, wanted: str) -> Response:
    facts: dict[str, Any] = {"origin": origin(), "lifetimes": parts().lifetimes, "vault": vault()}
    try:
        with own_transaction() as writing:
            came = judging.judged_now(writing, came)
            person = entering.bring_in(writing, came, now=utc_now())
            held = entering.enter(writing, came, person, how=came.how, **facts, now=utc_now())
    except IdentityError as error:
        return failed(error.message, provider=came.provider)
    hold(held)
    return see_other(safe_next(wanted))


def _show_tried(asked: flow.Asked) -> Response:
    """Hand a trial's answer to the page of the organisation's settings, which it was begun on."""
    session[ASKED] = flow.seal(asked, vault())
    address = asked.wanted + "?" + request.query_string.decode("ascii", "ignore")
    return see_other(safe_next(address))


def _waiting() -> Came | None:
    kept = session.get(CAME)
    try:
        text = vault().decrypt(kept["came"]) if isinstance(kept, dict) else "{}"
        return offering.judged_again(db_session(), json.loads(text), now=utc_now())
    except (SecretError, IdentityError, ValueError, KeyError):
        return None


def code_is_right(person_id: UUID, *, needed: bool = False) -> bool:
    """Tell whether the form holds a code of the person's app; right where they have none."""
    if not apps.has_app(db_session(), person_id):
        return not needed
    with own_transaction() as writing:
        code = request.form.get("code", "")
        return apps.use_code(writing, vault(), person_id, code, now=utc_now()) is not None


def _confirm_page(came: Came, error: GarlandError | None = None) -> Response:
    speak_for(came.provider.tenant_id)
    person_id = came.verdict.person_id
    return render(
        "tenancy/identity/confirm.html",
        status=error.status if error is not None else 200,
        error=error.message if error is not None else None,
        came=came,
        organisation=get_organisation(db_session(), came.provider.tenant_id).name,
        has_app=person_id is not None and apps.has_app(db_session(), person_id),
    )


def _find_page(word: str, wanted: str, ways: list[Provider] | None = None) -> Response:
    facts: dict[str, Any] = {"word": word, "ways": ways, "next": wanted}
    return render("tenancy/identity/find.html", **facts)


def _begin_again() -> Response:
    session.pop(CAME, None)
    flash(TOO_LATE, "notice")
    return see_other(url_for("sign_ins.sign_in"))
