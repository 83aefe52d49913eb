"""Tables of the inventory and of look-up tables."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Key, TenantOwned, named


class ResourceKind(Enum):
    """What a resource is."""

    SITE = "site"
    NODE = "node"
    LINK = "link"
    SERVICE = "service"


class Resource(TenantOwned, Base):
    """One thing of the network or one service on it; `key` is what alarms name it by."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    id: Mapped[Key]
    kind: Mapped[ResourceKind] = mapped_column(named(ResourceKind))
    key: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(200))
    attributes: Mapped[Document]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"), index=True
    )


class LookupTable(TenantOwned, Base):
    """A named table of reference data."""

    __tablename__ = "lookup_table"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120))
    columns: Mapped[AnyDocument]


class LookupRow(TenantOwned, Base):
    """One row, found by its key."""

    __tablename__ = "lookup_row"
    __table_args__ = (UniqueConstraint("table_id", "key"),)

    id: Mapped[Key]
    table_id: Mapped[UUID] = mapped_column(ForeignKey("lookup_table.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(300))
    values: Mapped[Document]
