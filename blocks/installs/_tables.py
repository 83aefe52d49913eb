"""The tables of packages, of who installed which, and of the number that grows with each change."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blocks.registry import Standing
from kernel.db import AnyDocument, Base, Document, Instant, Key, TenantOwned, named

DIGEST_LENGTH = 71
ID_MAX = 81
VERSION_MAX = 64
WHO_MAX = 200
THE_ONLY = 1


class BlockPackage(Base):
    """A package's bytes: one row whoever installed it, on whatever machine.

    Attributes:
        manifest: What `block.json` says.
        signers: The keys that signed it, or a pack that it came in, and were believed when it
            came; [] when nobody vouched for it.
        vouched_in: The signed packs that it came in: digest to the keys that were believed then.
    """

    __tablename__ = "block_package"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    block_id: Mapped[str] = mapped_column(String(ID_MAX), index=True)
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    manifest: Mapped[Document]
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    signers: Mapped[AnyDocument]
    vouched_in: Mapped[Document]
    added_at: Mapped[Instant]


class BlockInstall(TenantOwned, Base):
    """One version of a block that a tenant may use.

    Attributes:
        lets_finish: Whether runs that began before it was held or withdrawn go on to use it.
        reason: Why it is held or withdrawn; "" for neither.
        permissions: What was agreed to, as the manifest asked for it then.
        lent_by: The provider that answered for it when it was installed, nobody having signed it;
            None for what somebody signed, and for what the tenant brought itself. No foreign key:
            a provider that goes leaves behind what was its own, and not what is the tenant's.
    """

    __tablename__ = "block_install"
    __table_args__ = (UniqueConstraint("tenant_id", "block_id", "version"),)

    id: Mapped[Key]
    block_id: Mapped[str] = mapped_column(String(ID_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(
        ForeignKey("block_package.digest", ondelete="RESTRICT"), index=True
    )
    state: Mapped[Standing] = mapped_column(named(Standing))
    lets_finish: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    permissions: Mapped[AnyDocument]
    lent_by: Mapped[UUID | None]
    consented_at: Mapped[Instant]
    consented_by: Mapped[str] = mapped_column(String(WHO_MAX))
    installed_at: Mapped[Instant]
    installed_by: Mapped[str] = mapped_column(String(WHO_MAX))


class BlockFirstInstall(TenantOwned, Base):
    """When a tenant first had a block or pack; it stays when that is removed, and forever.

    Attributes:
        listing_id: The block's or the pack's id.
        first_on: The day in UTC.
    """

    __tablename__ = "block_first_install"

    # No index of its own: the primary key begins with it.
    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    listing_id: Mapped[str] = mapped_column(String(ID_MAX), primary_key=True)
    first_on: Mapped[date] = mapped_column(Date)


class InstallsChange(Base):
    """One row with a number that grows with every change to what anybody has installed.

    It is read once a transaction by whoever needs blocks, so that nothing else has to be.
    """

    __tablename__ = "block_installs_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=THE_ONLY)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


class BlockUpload(TenantOwned, Base):
    """A package that a tenant brought and may install by its digest, whoever signed it or not.

    Attributes:
        uploaded_by_id: The person who answers for that it was brought; None where nobody is known.
    """

    __tablename__ = "block_upload"
    __table_args__ = (UniqueConstraint("tenant_id", "digest"),)

    id: Mapped[Key]
    digest: Mapped[str] = mapped_column(
        ForeignKey("block_package.digest", ondelete="CASCADE"), index=True
    )
    uploaded_at: Mapped[Instant]
    uploaded_by: Mapped[str] = mapped_column(String(WHO_MAX))
    uploaded_by_id: Mapped[UUID | None]


class BlockRecall(Base):
    """A package that a provider recalled: nobody whom it reaches installs it any more.

    Not `TenantOwned`: whoever stands below asks it of those above.
    """

    __tablename__ = "block_recall"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(String(WHO_MAX))
    recalled_at: Mapped[Instant]
