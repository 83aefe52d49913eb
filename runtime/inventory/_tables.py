"""Tables of the inventory and of look-up tables."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    AnyDocument,
    Base,
    Document,
    Key,
    TenantOwned,
    named,
)
from runtime.imports.reading import ORIGIN_MAX

KEY_MAX = 300
NAME_MAX = 200
TYPE_MAX = 120


class ResourceKind(Enum):
    """What a resource is."""

    SITE = "site"
    NODE = "node"
    PART = "part"
    LINK = "link"
    SERVICE = "service"
    CUSTOMER = "customer"


class RelationKind(Enum):
    """How one resource stands to another; said of the first, so a site contains a node.

    `connects` has no direction. What contains, carries or is depended on can take the other down
    with it.
    """

    CONNECTS = "connects"
    CONTAINS = "contains"
    DEPENDS_ON = "depends_on"
    CARRIES = "carries"


class Resource(TenantOwned, Base):
    """One thing of the network or one service on it; `key` is what alarms name it by.

    `site` is the key of the place it stands at, `origin` the import it came by.
    """

    __tablename__ = "resource"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index(None, "tenant_id", "site"),
        Index(None, "tenant_id", "origin"),
    )

    id: Mapped[Key]
    kind: Mapped[ResourceKind] = mapped_column(named(ResourceKind))
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    type: Mapped[str] = mapped_column(String(TYPE_MAX), default="")
    site: Mapped[str] = mapped_column(String(KEY_MAX), default="")
    origin: Mapped[str] = mapped_column(String(ORIGIN_MAX), default="")
    attributes: Mapped[Document]


class ResourceRelation(TenantOwned, Base):
    """One resource's relation to another."""

    __tablename__ = "resource_relation"
    __table_args__ = (UniqueConstraint("from_id", "to_id", "kind"),)

    id: Mapped[Key]
    from_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RelationKind] = mapped_column(named(RelationKind))


class InventoryState(TenantOwned, Base):
    """A number that is new with every change of a tenant's inventory."""

    __tablename__ = "inventory_state"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[Key]
    version: Mapped[int] = mapped_column(BigInteger)


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
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    values: Mapped[Document]
