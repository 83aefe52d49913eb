"""API tokens: shown once, kept as a digest, found by it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem, UnauthorizedError
from kernel.ids import new_id, new_secret, sha256_of
from tenancy._tables import NAME_MAX, APIToken
from tenancy.access import facts_of
from tenancy.audit.trail import About, note
from tenancy.custom_roles.holding import Held, held, own_roles, require_role
from tenancy.life_cycle.states import State
from tenancy.organisations import get_organisation
from tenancy.plans.entitled import require_feature
from tenancy.roles import TOKEN_ROLES
from tenancy.rows import get_owned
from tenancy.scope import system

PREFIX = "gat"
NAME_PREFIX = "token "
SHOWN = 8
UNKNOWN = "this API token is unknown, revoked or expired: make a new one"
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """One token without its secret."""

    id: UUID
    name: str
    role: str
    role_name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    created_by: UUID | None


def create_token(  # noqa: PLR0913  who, what and until when
    session: Session,
    tenant_id: UUID,
    *,
    name: str,
    role: str,
    now: datetime,
    expires_at: datetime | None = None,
    by: UUID | None = None,
) -> str:
    """Make a token and give its secret, which is never shown again.

    Raises:
        InvalidError: naming the field.
    """
    if not 1 <= len(name.strip()) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem("/name", message)])
    require_feature(session, tenant_id, "api_tokens")
    wanted = require_role(session, tenant_id, role, also=TOKEN_ROLES)
    secret = new_secret(PREFIX)
    made = new_id()
    session.add(
        APIToken(
            id=made,
            tenant_id=tenant_id,
            name=name.strip(),
            role=wanted.role,
            custom_role_id=wanted.own_id,
            prefix=_prefix_of(secret),
            digest=sha256_of(secret),
            created_at=now,
            expires_at=expires_at,
            created_by=by,
        )
    )
    session.flush()
    about = About(kind="token", id=made, name=name.strip())
    until = format_instant(expires_at) if expires_at is not None else "never"
    facts = {"role": role, "expires": until}
    note(session, tenant_id, "token.created", now=now, about=about, facts=facts)
    return secret


def authenticate(session: Session, header: str | None, *, now: datetime) -> Acting:
    """Give who acts by an `Authorization` header.

    Raises:
        UnauthorizedError: there is none, or the token is unknown, revoked or expired.
    """
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise UnauthorizedError("send an API token as `Authorization: Bearer <token>`")
    row = _find(session, secret.strip())
    expired = row is not None and row.expires_at is not None and row.expires_at <= now
    if row is None or row.revoked_at is not None or expired:
        raise UnauthorizedError(UNKNOWN)
    organisation = get_organisation(session, row.tenant_id)
    if organisation.state == State.CLOSED.value:
        raise UnauthorizedError(UNKNOWN)
    facts: dict[str, Any] = {
        "role": row.role.value,
        "person_id": None,
        "name": NAME_PREFIX + row.name,
    }
    if row.custom_role_id is not None:
        own = held(session, row.tenant_id, row.role, row.custom_role_id)
        facts |= {"role_name": own.name, "permissions": own.permissions}
    return replace(facts_of(organisation, **facts), vouched_by=row.created_by)


def note_use(session: Session, header: str, *, now: datetime) -> None:
    """Note that a token was used, at most once a minute; needs a session that writes."""
    prefix = _prefix_of(header.partition(" ")[2].strip())
    with system(session):
        session.execute(
            update(APIToken)
            .where(
                APIToken.prefix == prefix,
                (APIToken.last_used_at.is_(None)) | (APIToken.last_used_at < now - SEEN_EVERY),
            )
            .values(last_used_at=now)
            .execution_options(synchronize_session=False)
        )


def list_tokens(session: Session, tenant_id: UUID) -> list[TokenView]:
    """List a tenant's tokens, newest first."""
    own = own_roles(session, tenant_id)
    rows = session.scalars(
        select(APIToken).where(APIToken.tenant_id == tenant_id).order_by(APIToken.id.desc())
    )
    return [
        TokenView(
            id=row.id,
            name=row.name,
            role=row.role.value,
            role_name=own[row.custom_role_id].name if row.custom_role_id else row.role.value,
            prefix=row.prefix,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            created_by=row.created_by,
        )
        for row in rows
    ]


def role_of(session: Session, tenant_id: UUID, token_id: UUID) -> tuple[str, Held]:
    """Give a token's name and the role it holds; raises NotFoundError."""
    row = get_owned(session, APIToken, tenant_id, token_id, name="token")
    return row.name, held(session, tenant_id, row.role, row.custom_role_id)


def revoke_token(session: Session, tenant_id: UUID, token_id: UUID, *, now: datetime) -> None:
    """End a token at once; raises NotFoundError."""
    row = get_owned(session, APIToken, tenant_id, token_id, name="token")
    if row.revoked_at is None:
        about = About(kind="token", id=row.id, name=row.name)
        note(session, tenant_id, "token.revoked", now=now, about=about)
    row.revoked_at = row.revoked_at or now
    session.flush()


def _prefix_of(secret: str) -> str:
    return secret[: len(PREFIX) + 1 + SHOWN]


def _find(session: Session, secret: str) -> APIToken | None:
    """Find a token by its prefix, then compare digests in constant time."""
    with system(session):
        row = session.scalar(select(APIToken).where(APIToken.prefix == _prefix_of(secret)))
    fits = row is not None and hmac.compare_digest(row.digest, sha256_of(secret))
    return row if fits else None
