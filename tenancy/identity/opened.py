"""What a session opens: one that a provider opened, its organisation alone; and who has to use it.

An organisation chooses its provider, so its provider could say that anybody is anybody. What it
says therefore counts in that organisation, and in no other that the same person belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.secrets import SecretError, Vault
from tenancy._tables import Membership
from tenancy.identity._tables import IdentityDemand, IdentityProvider, IdentitySession
from tenancy.identity.store import list_providers
from tenancy.keys.vault import tenant_vault
from tenancy.roles import Role
from tenancy.scope import as_tenant, system
from tenancy.sign_ins.sessions import BY_PROVIDERS, SessionView


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBy:
    """By whose provider a session was opened."""

    tenant_id: UUID
    provider_id: UUID
    provider: str
    issuer: str
    client_id: str


def opened_by(session: Session, held: SessionView) -> OpenedBy | None:
    """Give by whose provider a session was opened; None for one that opens all of a person's."""
    if held.how not in BY_PROVIDERS:
        return None
    with system(session):
        row = session.scalar(
            select(IdentityProvider)
            .join(IdentitySession, IdentitySession.provider_id == IdentityProvider.id)
            .where(IdentitySession.sign_in_id == held.id, IdentityProvider.is_on)
        )
    if row is None:  # the provider is gone, or off: its sessions open nothing
        return OpenedBy(
            tenant_id=held.id, provider_id=held.id, provider="", issuer="", client_id=""
        )
    return OpenedBy(
        tenant_id=row.tenant_id,
        provider_id=row.id,
        provider=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
    )


def opens(session: Session, held: SessionView, who: Acting) -> bool:
    """Tell whether a session opens the organisation that somebody wants to act in.

    By a grant they act from their provider's organisation: that is the one that counts.
    """
    by = opened_by(session, held)
    home = who.delegated.home_id if who.delegated is not None else who.tenant_id
    return by is None or by.tenant_id == home


def is_whole(session: Session, held: SessionView) -> bool:
    """Tell whether a session opens all that its person belongs to, and so their own account."""
    by = opened_by(session, held)
    if by is None:
        return True
    if not by.provider:
        return False
    elsewhere = select(Membership.id).where(
        Membership.person_id == held.person_id, Membership.organisation_id != by.tenant_id
    )
    return session.scalar(elsewhere.limit(1)) is None


def has_to_come_by(session: Session, held: SessionView, who: Acting) -> bool:
    """Tell whether a member has to sign in by a provider and did not; `opens` was asked before."""
    if held.how in BY_PROVIDERS or who.delegated is not None or who.person_id is None:
        return False
    with as_tenant(session, who.tenant_id):
        row = session.get(IdentityDemand, who.tenant_id)
        if row is None or not list_providers(session, who.tenant_id, only_on=True):
            return False
        if row.way_out_id == who.person_id:
            return False
        return _is_admin(session, who.tenant_id, row.way_out_id) or who.role != Role.ADMIN.value


def token_of(session: Session, held: SessionView, vault: Vault) -> str:
    """Give the ID token that a session was opened by; "" where none was kept, or none opens it."""
    by = opened_by(session, held)
    if by is None or not by.provider:
        return ""
    with as_tenant(session, by.tenant_id):
        row = session.get(IdentitySession, held.id)
        if row is None or row.token_sealed is None:
            return ""
        try:
            return tenant_vault(session, by.tenant_id, vault).decrypt(row.token_sealed)
        except SecretError:
            return ""


def _is_admin(session: Session, tenant_id: UUID, person_id: UUID | None) -> bool:
    """Tell whether the way out is still an admin; where it is none, each admin is one."""
    wanted = select(Membership.id).where(
        Membership.organisation_id == tenant_id,
        Membership.person_id == person_id,
        Membership.role == Role.ADMIN,
        Membership.custom_role_id.is_(None),
    )
    return person_id is not None and session.scalar(wanted) is not None
