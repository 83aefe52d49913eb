"""The tables of tenancy: the organisation tree, people, who belongs where, and API tokens."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import AnyDocument, Base, Instant, Key, OptionalInstant, TenantOwned, named
from kernel.ids import SLUG_MAX
from tenancy.life_cycle.states import State
from tenancy.roles import Role

EMAIL_MAX = 254  # RFC 5321, 4.5.3.1.3: a path is at most 256 characters with its brackets
NAME_MAX = 120
REASON_MAX = 300


class OrganisationKind(Enum):
    """What an organisation is to the vendor."""

    VENDOR = "vendor"
    CSP = "csp"
    RESELLER = "reseller"
    CUSTOMER = "customer"
    INTEGRATOR = "integrator"


class Organisation(Base):
    """One node of the tree vendor > CSP > resellers and customers, or an integrator beside CSPs.

    Attributes:
        state_until: When a trial or a closing ends by itself; None where nothing does.
        state_reason: Why it is in its state, in the words of whoever brought it there.
    """

    __tablename__ = "organisation"

    id: Mapped[Key]
    kind: Mapped[OrganisationKind] = mapped_column(named(OrganisationKind))
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[State] = mapped_column(
        named(State), default=State.ACTIVE, server_default="active"
    )
    state_since: Mapped[OptionalInstant]
    state_until: Mapped[OptionalInstant]
    state_reason: Mapped[str] = mapped_column(String(REASON_MAX), default="", server_default="")
    created_at: Mapped[OptionalInstant]


class Person(Base):
    """Somebody who signs in; one person may belong to several organisations.

    Attributes:
        email_verified_at: When a link that was mailed to the address was opened; None before.
    """

    __tablename__ = "person"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[Instant]
    last_sign_in_at: Mapped[OptionalInstant]
    email_verified_at: Mapped[OptionalInstant]
    is_active: Mapped[bool] = mapped_column(default=True)


class Membership(Base):
    """What one person is in one organisation.

    Not `TenantOwned`: sign-in has to find a person's organisations before any of them acts.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(named(Role))
    custom_role_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("custom_role.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[Instant]

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship()


class APIToken(TenantOwned, Base):
    """A credential of an organisation's programs; only its digest is kept."""

    __tablename__ = "api_token"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    role: Mapped[Role] = mapped_column(named(Role))
    custom_role_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("custom_role.id", ondelete="RESTRICT"), index=True
    )
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Instant]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    expires_at: Mapped[OptionalInstant]
    last_used_at: Mapped[OptionalInstant]
    revoked_at: Mapped[OptionalInstant]


class OrganisationPolicy(TenantOwned, Base):
    """What an organisation asks of its own members; no row where it asks for nothing.

    Attributes:
        needs_two_people: Of rules and decision tables.
        flows_need: Of workflows, a word of `policies.FLOWS_NEED`.
        yes_role: Which role says yes; "" for whoever may publish.
        history: Who decided what and when, the newest last.
    """

    __tablename__ = "organisation_policy"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    needs_two_people: Mapped[bool] = mapped_column(default=False)
    flows_need: Mapped[str] = mapped_column(String(20), default="one", server_default="one")
    yes_role: Mapped[str] = mapped_column(String(20), default="", server_default="")
    effects_need_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    history: Mapped[AnyDocument] = mapped_column(default=list, server_default="[]")
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200), default="")


class Environment(Base):
    """An organisation in which another one tries out what it puts live later.

    Not `TenantOwned`: it ties two organisations, and each has to find the other.
    """

    __tablename__ = "environment"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    live_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200), default="")
