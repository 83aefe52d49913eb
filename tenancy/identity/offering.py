"""Which providers a sign-in page offers, what waits for a password, and where people sign out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.secrets import Vault
from tenancy._tables import Organisation
from tenancy.identity._tables import IdentityDomain, IdentityProvider
from tenancy.identity.claims import IdentityError
from tenancy.identity.deciding import Outcome
from tenancy.identity.judging import Came, judge
from tenancy.identity.metadata import Metadata
from tenancy.identity.model import Provider
from tenancy.identity.opened import opened_by, token_of
from tenancy.identity.store import list_providers
from tenancy.life_cycle.states import State
from tenancy.scope import as_tenant, system
from tenancy.sign_ins.sessions import get_any

CONFIRM_LASTS = timedelta(minutes=10)
_LATE = "That took too long. Sign in again."


def ways_in(session: Session, wanted: str, host_owner: UUID | None = None) -> list[Provider]:
    """Give the providers that a sign-in page offers before anybody said who they are.

    Of the organisation that the wanted address belongs to, else of whose brand the host name is.

    Args:
        session: The request's.
        wanted: Where the person was going, such as `/t/acme/alarms`.
        host_owner: Whose brand's host name the request came by.
    """
    parts = urlsplit(wanted).path.split("/")
    if parts[1:2] == ["t"] and len(parts) > 2 and parts[2]:  # noqa: PLR2004  /t/<slug>
        return _of_slug(session, parts[2])
    return _of(session, host_owner) if host_owner is not None else []


def find_by_word(session: Session, word: str) -> list[Provider]:
    """Give the providers for an address, whose domain they proved, or of an organisation's name.

    [] where there are none, and where there is no such organisation: the two look the same.
    """
    if "@" not in word:
        return _of_slug(session, word.strip().lower())
    domain = word.rpartition("@")[2].strip().lower()
    with system(session):
        rows = session.execute(
            select(IdentityProvider.tenant_id, IdentityProvider.id)
            .join(IdentityDomain, IdentityDomain.provider_id == IdentityProvider.id)
            .where(
                IdentityDomain.domain == domain,
                IdentityDomain.proven_at.is_not(None),
                IdentityProvider.is_on,
            )
        ).all()
    owners = dict.fromkeys(owner for owner, _ in rows)
    ids = {one for _, one in rows}
    return [one for owner in owners for one in _of(session, owner) if one.id in ids]


def find_on(session: Session, provider_id: UUID) -> Provider | None:
    """Give a provider that people may come by, whose ever it is; None where there is none."""
    with system(session):
        row = session.get(IdentityProvider, provider_id)
        owner = row.tenant_id if row is not None else None
    found = _of(session, owner) if owner is not None else []
    return next((one for one in found if one.id == provider_id), None)


def kept(came: Came, now: datetime) -> str:
    """Give what has to be known again once who came confirmed, and nothing more: it is small."""
    said, provider = came.said, came.provider
    named = {group for group, _ in provider.role_map}
    return json.dumps(
        {
            "provider": str(provider.id),
            "until": format_instant(now + CONFIRM_LASTS),
            "claims": {
                "iss": said.issuer,
                "sub": said.subject,
                "email": said.email,
                "email_verified": said.email_verified,
                "name": said.name,
                "amr": sorted(said.ways & set(provider.strong_values)),
            },
            "groups": [one for one in said.groups if one in named],
        }
    )


def judged_again(session: Session, waiting: Mapping[str, Any], *, now: datetime) -> Came:
    """Decide anew of who waits to confirm: meanwhile they may have been removed.

    Raises:
        IdentityError: it was too long ago, or there is nothing to confirm any more.
        KeyError: nobody waits.
    """
    provider = find_on(session, UUID(waiting["provider"]))
    if provider is None or parse_instant(waiting["until"]) <= now:
        raise IdentityError(_LATE)
    claims = dict(waiting["claims"])
    if provider.groups_claim:
        claims[provider.groups_claim] = waiting["groups"]
    came = judge(session, provider, claims)
    if came.verdict.outcome is not Outcome.CONFIRM:
        raise IdentityError(_LATE)
    return came


def leaving(
    session: Session,
    metadata_of: Callable[[str], Metadata],
    session_id: UUID,
    *,
    back_to: str,
    vault: Vault,
) -> str:
    """Give where the provider of a session signs people out; "" where it has no such address.

    `metadata_of` gives what an issuer's document says, or raises IdentityError.

    Source: OpenID Connect RP-Initiated Logout 1.0, 2.
    """
    held = get_any(session, session_id)
    by = opened_by(session, held) if held is not None else None
    if held is None or by is None or not by.issuer:
        return ""
    try:
        address = metadata_of(by.issuer).end_session
    except IdentityError:
        return ""
    if not address:
        return ""
    token = token_of(session, held, vault)
    query = {"client_id": by.client_id, "post_logout_redirect_uri": back_to}
    query |= {"id_token_hint": token} if token else {}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def _of_slug(session: Session, slug: str) -> list[Provider]:
    wanted = select(Organisation.id).where(Organisation.slug == slug)
    owner = session.scalar(wanted)
    return _of(session, owner) if owner is not None else []


def _of(session: Session, tenant_id: UUID) -> list[Provider]:
    """Give an organisation's providers that are on; a closed one has none."""
    row = session.get(Organisation, tenant_id)
    if row is None or row.state is State.CLOSED:
        return []
    with as_tenant(session, tenant_id):
        return list_providers(session, tenant_id, only_on=True)
