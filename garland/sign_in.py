"""Who acts in a request: a signed-in person in the address's organisation, or a token."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import Flask, g, request
from flask_login import LoginManager, UserMixin, current_user

from kernel.errors import NotFoundError, UnauthorizedError
from kernel.http import Acting, act_as, db_session
from tenancy import access, tokens

TOKEN_PATHS = ("/api/", "/tmf-api/")
login_manager = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person Flask-Login keeps in the session; its id is the person's."""

    def __init__(self, person_id: str) -> None:
        self.id = person_id


def install(app: Flask) -> None:
    """Fit Flask-Login to the application."""
    login_manager.session_protection = "strong"
    login_manager.init_app(app)


@login_manager.user_loader
def _load(person_id: str) -> SignedIn | None:
    person = access.find_active_person(db_session(), UUID(person_id))
    return SignedIn(person_id) if person is not None else None


def find_actor() -> None:
    """Record who acts, from the bearer token or the sign-in and the address."""
    if request.path.startswith(TOKEN_PATHS):
        _act(tokens.authenticate(db_session(), request.headers.get("Authorization")))
    elif "tenant_slug" in g:
        if not current_user.is_authenticated:
            raise UnauthorizedError("sign in to see this page")
        found = access.acting_for(db_session(), UUID(current_user.id), g.tenant_slug)
        if found is None:
            raise NotFoundError("There is nothing at this address, or it is not yours to see.")
        _act(found)


def organisations() -> list[tuple[str, str]]:
    """List the (slug, name) of the organisations the signed-in person belongs to."""
    found = access.organisations_of(db_session(), UUID(current_user.id))
    return [(one.slug, one.name) for one in found]


def _act(facts: access.ActingFacts) -> None:
    who = Acting(
        tenant_id=facts.tenant_id,
        tenant_slug=facts.tenant_slug,
        tenant_name=facts.tenant_name,
        tenant_kind=facts.tenant_kind,
        person_id=facts.person_id,
        person_name=facts.person_name,
        role=facts.role,
        permissions=facts.permissions,
    )
    act_as(who)
    structlog.contextvars.bind_contextvars(tenant_id=str(who.tenant_id))
