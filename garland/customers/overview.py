"""The customers of a CSP at a glance: their facts from tenancy, their figures from the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from runtime.figures import HEALTH, Figures, events_beside, figures_of, health_rank
from tenancy.customers.charge import CustomerFilter
from tenancy.customers.listing import (
    BY_AGE,
    BY_STATE,
    Crowd,
    Order,
    count_by,
    crowds_of,
    last_seen_beside,
    list_page,
    names_of,
    organisation_id,
)
from tenancy.organisations import OrganisationView
from tenancy.scope import system

SHOWN = 50
SORTS = ("name", "state", "health", "events", "seen", "age")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One customer as the list shows it; `under` names whose customer it is, where not ours."""

    organisation: OrganisationView
    figures: Figures
    crowd: Crowd
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A page of the list; `by_state` and `by_health` count what their filters would show."""

    rows: list[Row]
    total: int
    by_state: Mapping[str, int]
    by_health: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the list is asked for; `page` counts from 1."""

    wanted: CustomerFilter = field(default_factory=CustomerFilter)
    health: str = ""
    sort: str = "name"
    page: int = 1


def look_over(session: Session, who: Acting, asked: Asked, *, now: datetime) -> Overview:
    """Give a page of the customers that who acts looks after.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: there is no such state, kind, health or order.
    """
    rank = health_rank(organisation_id(), now=now)
    only = (rank == _place(HEALTH, asked.health, "health"),) if asked.health else ()
    order = Order(
        by=_order(asked.sort, rank, now=now),
        only=only,
        limit=SHOWN,
        offset=(asked.page - 1) * SHOWN,
    )
    with system(session):
        found = list_page(session, who, asked.wanted, order)
        healths = count_by(session, who, asked.wanted, rank)
        return Overview(
            rows=rows_of(session, who, found.customers, now=now),
            total=found.total,
            by_state=found.by_state,
            by_health={word: healths.get(at, 0) for at, word in enumerate(HEALTH)},
        )


def ids_that_fit(
    session: Session, who: Acting, asked: Asked, *, most: int, now: datetime
) -> list[UUID]:
    """Give the ids of all that a list asks for, on every page, by name; at most so many.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: there is no such state, kind or health.
    """
    rank = health_rank(organisation_id(), now=now)
    only = (rank == _place(HEALTH, asked.health, "health"),) if asked.health else ()
    with system(session):
        found = list_page(session, who, asked.wanted, Order(only=only, limit=most))
    return [one.id for one in found.customers]


def rows_of(
    session: Session, who: Acting, customers: list[OrganisationView], *, now: datetime
) -> list[Row]:
    """Put the figures beside customers that who acts was found to look after; in system scope."""
    ids = [one.id for one in customers]
    figures, crowds = figures_of(session, ids, now=now), crowds_of(session, ids)
    above = {one.parent_id for one in customers} - {who.tenant_id}
    names = names_of(session, above) if above else {}
    return [
        Row(
            organisation=one,
            figures=figures[one.id],
            crowd=crowds.get(one.id, Crowd()),
            under=_name(names, one.parent_id),
        )
        for one in customers
    ]


def _order(sort: str, rank: ColumnElement[int], *, now: datetime) -> tuple[ColumnElement[Any], ...]:
    _place(SORTS, sort, "sort")
    if sort == "health":
        return (rank.desc(),)
    if sort == "events":
        return (events_beside(organisation_id(), now=now).desc(),)
    if sort == "seen":
        return (last_seen_beside().desc().nulls_last(),)
    return {"state": BY_STATE, "age": BY_AGE}.get(sort, ())


def _place(words: tuple[str, ...], word: str, name: str) -> int:
    if word not in words:
        message = f"{name}: choose one of " + ", ".join(words)
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return words.index(word)


def _name(names: Mapping[UUID, str], organisation: UUID | None) -> str:
    return names.get(organisation, "") if organisation is not None else ""
