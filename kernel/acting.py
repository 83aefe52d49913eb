"""Who acts: the facts that sign-in and tokens find, and that every view asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

_KEY = "acting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """By which grant somebody of another organisation acts, which one that is, and until when."""

    grant_id: UUID
    home_id: UUID
    home_name: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, in which organisation, and what they may do there.

    `person_id` is None when a token acts; `person_name` then names the token. `vouched_by` is the
    person who answers for what is done: who acts, or who made the token where that is known.
    `role` is a built-in role, `role_name` what an own role that counts as it is called. `delegated`
    is set where somebody acts by a grant and not as a member.
    `tenant_state` is how far the organisation's life is (`tenancy.life_cycle.states`), and
    `tenant_until` when that ends by itself.
    """

    tenant_id: UUID
    tenant_slug: str
    tenant_name: str
    tenant_kind: str
    person_id: UUID | None
    person_name: str
    role: str
    permissions: frozenset[str]
    vouched_by: UUID | None = None
    role_name: str = ""
    delegated: Delegated | None = None

    @property
    def role_called(self) -> str:
        """What people call the role."""
        return self.role_name or self.role

    tenant_state: str = "active"
    tenant_until: datetime | None = None

    def may(self, permission: str) -> bool:
        """Tell whether the role grants the permission."""
        return permission in self.permissions


def note_acting(session: Session, who: Acting) -> None:
    """Note on a session who acts by it, for what asks deep inside who answers for a change."""
    session.info[_KEY] = who


def acting_in(session: Session, tenant_id: UUID) -> Acting | None:
    """Give who acts by a session in a tenant; None where nobody does, as in a job."""
    found: Acting | None = session.info.get(_KEY)
    return found if found is not None and found.tenant_id == tenant_id else None


@contextmanager
def acting_as(session: Session, who: Acting) -> Iterator[None]:
    """Let somebody act by a session for a while, as the same person in another organisation."""
    before = session.info.get(_KEY)
    session.info[_KEY] = who
    try:
        yield
    finally:
        session.info[_KEY] = before
