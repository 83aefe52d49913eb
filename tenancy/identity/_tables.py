"""The tables of identity providers: what an organisation set up, who is who there, who came by it.

All of it belongs to the organisation that set the provider up: what its provider says counts in
that organisation and in no other.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, OptionalInstant, TenantOwned

NAME_MAX = 60
ISSUER_MAX = 500
SUBJECT_MAX = 255
"""OpenID Connect Core 1.0, 2: a `sub` has at most 255 ASCII characters."""
DOMAIN_MAX = 253  # RFC 1035, 2.3.4, without the dot at the end
ROLE_MAX = 60


class IdentityProvider(TenantOwned, Base):
    """One provider of an organisation.

    Attributes:
        secret_sealed: The client's secret; None for a client without one, which has PKCE alone.
        role_map: Pairs of a group and a role's word; the first group that somebody is in counts.
        strong_values: What of `acr` and `amr` counts as a second factor.
        tried_at: When an admin went through it as it is now; None where something changed since.
    """

    __tablename__ = "identity_provider"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    issuer: Mapped[str] = mapped_column(String(ISSUER_MAX))
    client_id: Mapped[str] = mapped_column(String(255))
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(String(500))
    makes_people: Mapped[bool] = mapped_column(default=False)
    default_role: Mapped[str] = mapped_column(String(ROLE_MAX), default="")
    groups_claim: Mapped[str] = mapped_column(String(120), default="")
    role_map: Mapped[AnyDocument]
    follows_groups: Mapped[bool] = mapped_column(default=False)
    strong_values: Mapped[AnyDocument]
    trusts_addresses: Mapped[bool] = mapped_column(default=False)
    is_on: Mapped[bool] = mapped_column(default=False)
    tried_at: Mapped[OptionalInstant]
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200), default="")


class IdentityDomain(TenantOwned, Base):
    """A domain whose addresses a provider speaks for, once a record in its DNS proved it.

    `key` is what the record has to hold; everybody may read it there, so it is no secret.
    """

    __tablename__ = "identity_domain"
    __table_args__ = (UniqueConstraint("provider_id", "domain"),)

    id: Mapped[Key]
    provider_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_provider.id", ondelete="CASCADE")
    )
    domain: Mapped[str] = mapped_column(String(DOMAIN_MAX), index=True)
    key: Mapped[str] = mapped_column(String(64))
    proven_at: Mapped[OptionalInstant]


class LinkedIdentity(TenantOwned, Base):
    """Who somebody is at a provider: `issuer` and `subject` name them, never the address."""

    __tablename__ = "linked_identity"
    __table_args__ = (UniqueConstraint("provider_id", "issuer", "subject"),)

    id: Mapped[Key]
    provider_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_provider.id", ondelete="CASCADE")
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(ISSUER_MAX))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX))
    made_at: Mapped[Instant]


class IdentitySession(TenantOwned, Base):
    """By which provider a session was opened: it opens that provider's organisation alone.

    `token_sealed` is the ID token, which the provider asks for where somebody signs out there too.
    """

    __tablename__ = "identity_session"

    sign_in_id: Mapped[UUID] = mapped_column(
        ForeignKey("sign_in.id", ondelete="CASCADE"), primary_key=True
    )
    provider_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_provider.id", ondelete="CASCADE"), index=True
    )
    token_sealed: Mapped[str | None] = mapped_column(Text)


class IdentityDemand(TenantOwned, Base):
    """That members have to come by a provider; `way_out_id` is the one admin who need not."""

    __tablename__ = "identity_demand"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    way_out_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200), default="")
