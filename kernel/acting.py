"""Who acts: the facts that sign-in and tokens find, and that every view asks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, in which organisation, and what they may do there.

    `person_id` is None when a token acts; `person_name` then names the token. `vouched_by` is the
    person who answers for what is done: who acts, or who made the token where that is known.
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

    def may(self, permission: str) -> bool:
        """Tell whether the role grants the permission."""
        return permission in self.permissions
