"""What a tenant's providers keep back, and lend: asked of whoever curates for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.manifest import Manifest
from kernel.errors import ForbiddenError

CURATION = "curation"
"""Under which name a session knows a `Curation`; one without it keeps nothing back."""


class Curation(Protocol):
    """Whoever knows what providers offer."""

    def kept_back(
        self, session: Session, tenant_id: UUID, digests: Collection[str], *, now: datetime
    ) -> frozenset[str]:
        """Give the packages that a tenant's providers do not offer it."""
        ...

    def lent(self, session: Session, tenant_id: UUID, *, digest: str = "") -> Mapping[str, UUID]:
        """Give what nobody signed and providers offer a tenant as their own, with who lends it.

        By digest the provider; with `digest` that one at most.
        """
        ...


class NotOfferedError(ForbiddenError):
    """A provider above does not offer this; the words say whom to ask."""

    code = "block.not_offered"


def kept_back(
    session: Session, tenant_id: UUID, digests: Collection[str], *, now: datetime
) -> frozenset[str]:
    """Give those of some packages that are not offered to a tenant."""
    curation: Curation | None = session.info.get(CURATION)
    if curation is None or not digests:
        return frozenset()
    return curation.kept_back(session, tenant_id, digests, now=now)


def lent(session: Session, tenant_id: UUID, *, digest: str = "") -> Mapping[str, UUID]:
    """Give the unsigned packages that providers offer a tenant, each with who lends it.

    With `digest` that one at most.
    """
    curation: Curation | None = session.info.get(CURATION)
    return curation.lent(session, tenant_id, digest=digest) if curation is not None else {}


def require_offered(
    session: Session, tenant_id: UUID, digest: str, manifest: Manifest, *, now: datetime
) -> None:
    """Refuse a package that is not offered to a tenant; raises NotOfferedError."""
    if kept_back(session, tenant_id, [digest], now=now):
        told = f"{manifest.title} {manifest.version} is not in the catalogue of your provider"
        raise NotOfferedError(f"{told}: choose another version, or ask them for it", digest=digest)
