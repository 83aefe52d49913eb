"""Who acts in a request: a signed-in person in the address's organisation, or a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from flask import Flask, current_app, g, request
from flask_login import LoginManager, current_user

from garland.services import Services
from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import NotFoundError, UnauthorizedError
from kernel.http import act_as, acting, db_session, is_reading
from kernel.ids import sha256_of
from tenancy import access, people, tokens
from tenancy.delegation.acting import acting_by_grant
from tenancy.life_cycle.standing import StoppedError, whom_to_ask, why_stopped
from tenancy.life_cycle.states import Ability, State, allows
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.sessions import SignedIn

TOKEN_PATHS = ("/api/", "/tmf-api/")
OPEN_ENDPOINTS = ("reference.document",)
ENDS_ACCESS = (
    "delegation.end",
    "delegation.refuse",
    "invitations.revoke",
    "invitations_api.revoke",
    "members_api.remove_member",
    "membership.leave",
    "membership.remove_member",
    "tenancy.revoke_token",
)
"""The endpoints that take access away: nobody is kept from that, whatever the state."""
TOKENS_REMEMBERED = 1_000
login_manager = LoginManager()
_tokens_seen: dict[str, datetime] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the pages of an organisation that is not simply active tell; `asked` may be empty."""

    organisation: OrganisationView
    asked: str


def install(app: Flask) -> None:
    """Fit Flask-Login to the application."""
    login_manager.session_protection = "strong"
    login_manager.init_app(app)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(person_id: str) -> SignedIn | None:
    person = people.find_active_person(db_session(), UUID(person_id))
    return SignedIn(person_id) if person is not None else None


def find_actor() -> None:
    """Record who acts, from the bearer token or the sign-in and the address."""
    if request.endpoint in OPEN_ENDPOINTS:
        return
    if request.path.startswith(TOKEN_PATHS):
        _act(_authenticate(request.headers.get("Authorization") or ""))
    elif "tenant_slug" in g:
        if not current_user.is_authenticated:
            raise UnauthorizedError("sign in to see this page")
        found = _member_or_support(UUID(current_user.id), g.tenant_slug)
        if found is None:
            raise NotFoundError("There is nothing at this address, or it is not yours to see.")
        _act(found)


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
    """List the (slug, name) of the organisations the signed-in person belongs to."""
    found = access.organisations_of(db_session(), UUID(current_user.id))
    return [(one.slug, one.name) for one in found]


def standing() -> Standing | None:
    """Say how the acting organisation's state limits it, or when its trial ends; else None.

    Only an organisation that is not simply active costs a query.
    """
    who = acting()
    if who.tenant_state == State.ACTIVE.value:
        return None
    one = get_organisation(db_session(), who.tenant_id)
    return Standing(organisation=one, asked=whom_to_ask(db_session(), one))


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
