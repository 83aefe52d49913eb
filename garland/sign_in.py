"""Who acts in a request: a signed-in person in the address's organisation, or a token."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask import Flask, current_app, g, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from garland import identity
from garland.services import Services, redis_address
from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import NotFoundError, UnauthorizedError
from kernel.http import act_as, acting, db_session, is_reading, reading_session, see_other
from kernel.ids import sha256_of
from runtime.use.quotas import count_call
from tenancy import access, tokens
from tenancy.delegation.acting import acting_by_grant
from tenancy.identity.opened import has_to_come_by, opened_by, opens
from tenancy.life_cycle.standing import StoppedError, whom_to_ask, why_stopped
from tenancy.life_cycle.states import Ability, State, allows
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tenancy.sessions import SignedIn
from tenancy.sign_ins import policy, sessions
from tenancy.sign_ins.parts import PARTS, SignInParts
from tenancy.sign_ins.passkeys import site_of
from tenancy.sign_ins.sessions import Lifetimes, SessionView
from tenancy.sign_ins.waits import open_waits

TOKEN_PATHS = ("/api/", "/tmf-api/", "/scim/")
OPEN_ENDPOINTS = ("reference.contract", "reference.document", "static")
LISTENING = ("live.stream",)
COOKIE_KEY = "_user_id"
"""Where Flask-Login keeps what `SignedIn.get_id` gives."""
ENDS_ACCESS = (
    "delegation.end",
    "delegation.refuse",
    "invitations.revoke",
    "invitations_api.revoke",
    "members_api.remove_member",
    "membership.leave",
    "membership.remove_member",
    "scim.delete_user",
    "scim.patch_user",
    "tenancy.revoke_token",
)
"""The endpoints that take access away: nobody is kept from that, whatever the state."""
UNCOUNTED = ("limits_api.list_limits",)
TOKENS_REMEMBERED = 1_000
login_manager = LoginManager()
_tokens_seen: dict[str, datetime] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the pages of an organisation that is not simply active tell; `asked` may be empty."""

    organisation: OrganisationView
    asked: str


def install(app: Flask) -> None:
    """Fit Flask-Login to the application, and what signing in needs of the settings."""
    login_manager.session_protection = "strong"
    login_manager.init_app(app)
    services: Services = app.extensions["garland.services"]
    settings = services.settings
    app.extensions[PARTS] = SignInParts(
        waits=open_waits(redis_address(settings)),
        lifetimes=Lifetimes(
            idle=timedelta(hours=settings.sign_in_idle_hours),
            most=timedelta(days=settings.sign_in_days),
        ),
        takes_passkeys=site_of(settings.public_url, name="") is not None,
    )
    identity.install(app)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(secret: str) -> SignedIn | None:
    """Find the session that the cookie holds the secret of: one read, and once a minute a write.

    A request that writes has its session's turn at the database after this: see `_authenticate`.
    """
    services: Services = current_app.extensions["garland.services"]
    parts: SignInParts = current_app.extensions[PARTS]
    now = utc_now()
    if is_reading():
        found = sessions.find(db_session(), secret, lifetimes=parts.lifetimes, now=now)
    else:
        with services.reading() as reading:
            found = sessions.find(reading, secret, lifetimes=parts.lifetimes, now=now)
    if found is None:
        return None
    _note_seen(services, found, now)
    return SignedIn(found, secret)


def _note_seen(services: Services, found: SessionView, now: datetime) -> None:
    """Note that a session was used, about once a minute; a page that only listens uses nothing."""
    if now - found.seen_at >= sessions.SEEN_EVERY and request.endpoint not in LISTENING:
        with services.sessions.begin() as writing:
            sessions.note_seen(writing, found.id, now=now)


def find_actor() -> Response | None:
    """Record who acts, from the bearer token or the sign-in and the address.

    Gives where to go instead, where the organisation asks for more than was shown.
    """
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if request.path.startswith(TOKEN_PATHS):
        _act(_authenticate(request.headers.get("Authorization") or ""))
        _count_call()
        return None
    is_somebody = COOKIE_KEY in session and current_user.is_authenticated
    if "tenant_slug" not in g:
        return None
    if not is_somebody:
        raise UnauthorizedError("sign in to see this page")
    found = _member_or_support(current_user.person_id, g.tenant_slug)
    if found is None or not opens(db_session(), current_user.session, found):
        raise NotFoundError("There is nothing at this address, or it is not yours to see.")
    elsewhere = _asked_for(found)
    if elsewhere:
        wanted = request.full_path if request.method == "GET" else None
        return see_other(url_for(elsewhere, next=wanted))
    _act(found)
    return None


def _asked_for(who: Acting) -> str:
    """Give the page that says what the organisation asks for beside what was shown; else ""."""
    held: SessionView = current_user.session
    if has_to_come_by(db_session(), held, who):
        return "identity.show_needed"
    if held.is_strong or not _needs_more(who):
        return ""
    return "identity_after.ask_code" if held.how in sessions.BY_PROVIDERS else "account.show_needed"


def _needs_more(who: Acting) -> bool:
    with as_tenant(db_session(), who.tenant_id):
        return policy.needs_second_factor(db_session(), who.tenant_id)


def _member_or_support(person_id: UUID, slug: str) -> Acting | None:
    """Give a member; else who a grant lets in at this very moment."""
    session = db_session()
    found = access.acting_for(session, person_id, slug)
    return found or acting_by_grant(session, person_id, slug, now=utc_now())


def _authenticate(header: str) -> Acting:
    """Find who a token is, before the request opens its own session.

    On SQLite that session takes the one write lock, which noting the token's use needs too.
    """
    services: Services = current_app.extensions["garland.services"]
    with services.reading() as session:
        found = tokens.authenticate(session, header, now=utc_now())
    _note_use(services, header)
    return found


def _note_use(services: Services, header: str) -> None:
    """Note that a token was used, about once a minute, in a transaction of its own."""
    digest, now = sha256_of(header), utc_now()
    seen = _tokens_seen.get(digest)
    if seen is not None and now - seen < tokens.SEEN_EVERY:
        return
    if len(_tokens_seen) >= TOKENS_REMEMBERED:
        _tokens_seen.clear()
    _tokens_seen[digest] = now
    with services.sessions() as session, session.begin():
        tokens.note_use(session, header, now=now)


def organisations() -> list[tuple[str, str]]:
    """List the (slug, name) of the organisations that the signed-in person's session opens."""
    found = access.organisations_of(db_session(), current_user.person_id)
    by = opened_by(db_session(), current_user.session)
    return [(one.slug, one.name) for one in found if by is None or by.tenant_id == one.id]


def standing() -> Standing | None:
    """Say how the acting organisation's state limits it, or when its trial ends; else None.

    Only an organisation that is not simply active costs a query.
    """
    who = acting()
    if who.tenant_state == State.ACTIVE.value:
        return None
    one = get_organisation(db_session(), who.tenant_id)
    return Standing(organisation=one, asked=whom_to_ask(db_session(), one))


def _count_call() -> None:
    """Count a program's call; where it may make no more today it may still ask how much it used."""
    if request.endpoint not in UNCOUNTED:
        with closing(reading_session()) as session:
            count_call(session, acting().tenant_id, now=utc_now())


def _act(who: Acting) -> None:
    act_as(who)
    structlog.contextvars.bind_contextvars(tenant_id=str(who.tenant_id))
    _refuse_where_stopped(who)


def _refuse_where_stopped(who: Acting) -> None:
    """Let people and programs of an organisation that is not at work only read.

    Here for every page and address at once; its state came with who acts, at no further query.
    """
    may_change = allows(State(who.tenant_state), Ability.CHANGE)
    if may_change or is_reading() or request.endpoint in ENDS_ACCESS:
        return
    raise StoppedError(why_stopped(db_session(), who.tenant_id, Ability.CHANGE))
