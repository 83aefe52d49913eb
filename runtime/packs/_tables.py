"""Tables of packs: what a tenant was offered, what it installed, and what each part became."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalDocument, TenantOwned

DIGEST_LENGTH = 71
ID_MAX = 81
VERSION_MAX = 64
WHO_MAX = 200
FILE_MAX = 200
TITLE_MAX = 120


class PackOffer(TenantOwned, Base):
    """A pack that somebody brought to a tenant, which may install it; other tenants see nothing.

    Attributes:
        manifest: What `pack.json` says.
        signers: The keys that signed it and were believed when it came; [] when it is unsigned.
    """

    __tablename__ = "pack_offer"
    __table_args__ = (UniqueConstraint("tenant_id", "pack_id", "version"),)

    id: Mapped[Key]
    pack_id: Mapped[str] = mapped_column(String(ID_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    manifest: Mapped[Document]
    archive: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    signers: Mapped[AnyDocument]
    added_at: Mapped[Instant]
    added_by: Mapped[str] = mapped_column(String(WHO_MAX))


class PackInstall(TenantOwned, Base):
    """The version of a pack that a tenant has.

    Attributes:
        goes_back_to: The version it had before the last upgrade; "" where there is none.
        before: That version, and the parts as they were then.
    """

    __tablename__ = "pack_install"
    __table_args__ = (UniqueConstraint("tenant_id", "pack_id"),)

    id: Mapped[Key]
    pack_id: Mapped[str] = mapped_column(String(ID_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    manifest: Mapped[Document]
    goes_back_to: Mapped[str] = mapped_column(String(VERSION_MAX), default="")
    before: Mapped[OptionalDocument] = mapped_column(deferred=True)
    installed_at: Mapped[Instant]
    installed_by: Mapped[str] = mapped_column(String(WHO_MAX))


class PackPart(TenantOwned, Base):
    """What one file of an installed pack became in the tenant.

    Attributes:
        file: Its name inside the pack, which tells it from other parts in every version.
        part_id: The row it became; None where the tenant does without it, or it is no row.
        is_brought: Whether the pack made it; what the tenant had before is never removed with it.
        document: What the pack says of it in this version: what differs is the tenant's change.
        stood: What of it the tenant had before, such as trap entries by their trap.
    """

    __tablename__ = "pack_part"
    __table_args__ = (UniqueConstraint("install_id", "file"),)

    id: Mapped[Key]
    install_id: Mapped[UUID] = mapped_column(ForeignKey("pack_install.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(FILE_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    part_id: Mapped[UUID | None]
    is_brought: Mapped[bool]
    document: Mapped[Document]
    stood: Mapped[AnyDocument] = mapped_column(nullable=True)
