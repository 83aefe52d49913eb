"""Two tenant-owned tables that only the tests of the guard have, on a base of their own.

On purpose the rows point across tenants as no service would ever let them: a join, an eager load
or an EXISTS that forgets the criterion then shows the other tenant's row at once. Every `label`
begins with the tenant it belongs to, "a" or "b".
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, ForeignKey, MetaData, String, UniqueConstraint, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    sessionmaker,
)

from kernel.db import Key, TenantOwned
from kernel.ids import new_id
from tenancy._tables import Organisation
from tenancy.scope import system
from tenancy.walls import raise_walls
from tests.factories.tenancy import make_customer
from tests.support.databases import as_owner


class GuardBase(DeclarativeBase):
    """Apart from `kernel.db.Base`, so that no migration is expected for these tables."""


class Box(TenantOwned, GuardBase):
    """Holds items."""

    __tablename__ = "guard_box"
    __table_args__ = (UniqueConstraint("tenant_id", "label"),)

    id: Mapped[Key]
    label: Mapped[str] = mapped_column(String(40))
    items: Mapped[list[Item]] = relationship(back_populates="box")


class Item(TenantOwned, GuardBase):
    """Lies in a box."""

    __tablename__ = "guard_item"

    id: Mapped[Key]
    label: Mapped[str] = mapped_column(String(40))
    box_id: Mapped[UUID] = mapped_column(ForeignKey("guard_box.id"))
    box: Mapped[Box] = relationship(back_populates="items")


Organisation.__table__.to_metadata(GuardBase.metadata)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two tenants, and one box and item of each."""

    a: UUID
    b: UUID
    box_a: UUID
    box_b: UUID
    item_a: UUID
    item_b: UUID


def make_tables(engine: Engine, metadata: MetaData, *names: str) -> None:
    """Make tables as a migration does: as the owner, and the wall between tenants around them."""
    tables = [metadata.tables[name] for name in names]
    with as_owner(engine) as connection:
        metadata.create_all(connection, tables=tables)
        raise_walls(connection, metadata)


def make_two(engine: Engine, sessions: sessionmaker[Session]) -> Two:
    """Make the tables and rows: per tenant a box, an item in it, and one in the other's box."""
    make_tables(engine, GuardBase.metadata, "guard_box", "guard_item")
    ids = {name: new_id() for name in ("box_a", "box_b", "item_a", "item_b")}
    with sessions.begin() as session, system(session):
        owners = {name: make_customer(session).id for name in ("a", "b")}
        for own in ("a", "b"):
            box = Box(id=ids[f"box_{own}"], tenant_id=owners[own], label=f"{own} box")
            session.add(box)
        session.flush()
        for own, other in (("a", "b"), ("b", "a")):
            facts = {"tenant_id": owners[own]}
            session.add_all(
                [
                    Item(
                        id=ids[f"item_{own}"],
                        label=f"{own} item",
                        box_id=ids[f"box_{own}"],
                        **facts,
                    ),
                    Item(label=f"{own} astray", box_id=ids[f"box_{other}"], **facts),
                ]
            )
    return Two(**owners, **ids)


def rows_of(sessions: sessionmaker[Session], tenant_id: UUID) -> list[tuple[object, ...]]:
    """Give every row of a tenant as the database has it, to compare before and after."""
    with sessions() as session, system(session):
        boxes = select(Box.id, Box.label, Box.tenant_id).where(Box.tenant_id == tenant_id)
        items = select(Item.id, Item.label, Item.box_id).where(Item.tenant_id == tenant_id)
        found = [tuple(row) for one in (boxes, items) for row in session.execute(one)]
    return sorted(found, key=str)
