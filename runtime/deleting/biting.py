"""Deleting some rows of an organisation: so many at most, counted by table, in one transaction.

Rows are deleted before what they refer to, so that no cascade deletes what nobody counted.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from kernel.db import Base
from runtime.deleting.places import (
    HANDED_ON,
    PERSON,
    Place,
    places,
    reached,
    tables_of_people,
)
from tenancy.audit.ending import end_chain
from tenancy.scope import as_tenant, system

BITE = 1_000


def bite(session: Session, organisation_ids: list[UUID], *, most: int = BITE) -> Counter[str]:
    """Delete some of what is left of organisations; give how many rows of which tables.

    Each table is emptied of all of them before the next one: who belongs to one of them alone may
    have rows in another. Nothing is left where it gives nothing.
    """
    gone: Counter[str] = Counter()
    for place, one in product(places(), organisation_ids):
        room = most - gone.total()
        if room <= 0:
            break
        gone += _bite_of(session, place, one, room)
    return gone


def _bite_of(session: Session, place: Place, organisation_id: UUID, most: int) -> Counter[str]:
    if place.table.name == HANDED_ON:
        return Counter()
    if place.table.name == "membership":
        return _members(session, organisation_id, most)
    if place.table.name == "audit_entry":
        with as_tenant(session, organisation_id):
            end_chain(session, organisation_id)
    keys = list(place.table.primary_key.columns)
    some = select(*keys).where(place.of(organisation_id)).limit(most)
    gone = delete(place.table).where(tuple_(*keys).in_(some))
    with reached(session, place, organisation_id) as connection:
        return Counter({place.table.name: connection.execute(gone).rowcount})


def _members(session: Session, organisation_id: UUID, most: int) -> Counter[str]:
    """Delete memberships, and with each the person who belongs nowhere else.

    All that names them here is deleted before (`places`), so it is counted in its own table.
    """
    table = _named("membership")
    wanted = select(table.c.id, table.c.person_id).where(table.c.organisation_id == organisation_id)
    with system(session):
        connection = session.connection()
        rows = connection.execute(wanted.limit(most)).all()
        if not rows:
            return Counter()
        connection.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
        gone = Counter({"membership": len(rows)})
        alone = _alone(session, [row.person_id for row in rows])
        for one in tables_of_people():
            (key,) = [each.parent for each in one.foreign_keys if _is_of_person(each)]
            gone[one.name] += connection.execute(delete(one).where(key.in_(alone))).rowcount
        people = _named(PERSON)
        gone[PERSON] += connection.execute(delete(people).where(people.c.id.in_(alone))).rowcount
    return +gone


def _alone(session: Session, person_ids: list[UUID]) -> list[UUID]:
    """Give those who belong nowhere now; whom another's record of support names stays.

    They are locked before it is asked, so that nobody becomes a member of another one meanwhile.
    """
    people, member, grant = _named(PERSON), _named("membership"), _named("support_grant")
    belongs = exists().where(member.c.person_id == people.c.id)
    helped = exists().where(grant.c.person_id == people.c.id)
    them, connection = select(people.c.id).where(people.c.id.in_(person_ids)), session.connection()
    connection.execute(them.order_by(people.c.id).with_for_update())
    return list(connection.execute(them.where(~belongs, ~helped)).scalars())


def count_people_elsewhere(session: Session, organisation_ids: list[UUID]) -> int:
    """Count the members of some organisations who belong to another one, too: they stay."""
    here, there = _named("membership"), _named("membership").alias()
    elsewhere = exists().where(
        there.c.person_id == here.c.person_id, there.c.organisation_id.not_in(organisation_ids)
    )
    counted = select(func.count(here.c.person_id.distinct())).where(
        or_(*(here.c.organisation_id == one for one in organisation_ids)), elsewhere
    )
    with system(session):
        return session.connection().execute(counted).scalar_one()


def _is_of_person(key: Any) -> bool:
    return bool(key.column.table.name == PERSON)


def _named(name: str) -> Table:
    return Base.metadata.tables[name]
