"""A change of many customers: kept as it was asked for, done bite by bite, each for itself.

A bite is a transaction: who closes the page half way finds the rest waiting, and goes on. What
cannot be done for one customer is kept with the reason, and keeps nobody else from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.cursors import read_place
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError
from kernel.ids import new_id
from tenancy._tables import Organisation
from tenancy.customers.charge import NOT_THERE, require_keeper
from tenancy.customers.many._tables import WHY_MAX, CustomerChange, CustomerChangeItem
from tenancy.customers.many.choosing import PLAN, STATE, customers_of
from tenancy.customers.many.standing import standing_of, take_back
from tenancy.life_cycle.changing import Wish, change_state
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView, view_of
from tenancy.plans.assigning import put_on_plan

BITE = 25
WAITING, DONE, REFUSED = "waiting", "done", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change of many; `counts` says how many wait, are done, were refused."""

    id: UUID
    verb: str
    wish: Mapping[str, Any]
    undoes_id: UUID | None
    made_at: datetime
    made_by: str
    done_at: datetime | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many it is about."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """What a change came to for one customer, as the customer is now."""

    organisation: OrganisationView
    outcome: str
    why_not: str


def begin(  # noqa: PLR0913  who changes whom, and how
    session: Session,
    who: Acting,
    organisation_ids: Iterable[UUID],
    verb: str,
    wish: Mapping[str, Any],
    *,
    undoes_id: UUID | None = None,
    now: datetime,
) -> ChangeView:
    """Keep a change of many, and do its first bite.

    Raises:
        NotFoundError: who acts does not look after one of them; nothing is kept then.
        InvalidError: naming the field of the wish that cannot be taken; likewise.
    """
    found = customers_of(session, who, organisation_ids)
    row = CustomerChange(
        id=new_id(),
        owner_id=who.tenant_id,
        verb=verb,
        wish=dict(wish),
        undoes_id=undoes_id,
        made_at=now,
        made_by=who.person_name[:200],
    )
    session.add(row)
    session.flush()
    session.add_all(
        CustomerChangeItem(
            change_id=row.id,
            place=place,
            organisation_id=one.id,
            before={},
            outcome=WAITING,
            why_not="",
        )
        for place, one in enumerate(found)
    )
    session.flush()
    return go_on(session, who, row.id, now=now)


def go_on(session: Session, who: Acting, change_id: UUID, *, now: datetime) -> ChangeView:
    """Do the next bite of a change; does nothing where all is done. Raises NotFoundError."""
    row = _get(session, who, change_id, lock=True)
    waiting = session.scalars(
        select(CustomerChangeItem)
        .where(CustomerChangeItem.change_id == row.id, CustomerChangeItem.outcome == WAITING)
        .order_by(CustomerChangeItem.place)
        .limit(BITE)
    ).all()
    for item in waiting:
        try:
            with session.begin_nested():
                before = standing_of(session, item.organisation_id)
                _do(session, who, row, item, now=now)
                made = standing_of(session, item.organisation_id)
            item.outcome, item.before = DONE, {**before, "made": made}
        except InvalidError:
            raise
        except GarlandError as error:
            item.outcome, item.why_not = REFUSED, error.message[:WHY_MAX]
    session.flush()
    found = _view(session, row)
    if not found.counts[WAITING] and row.done_at is None:
        row.done_at = now
        session.flush()
        found = _view(session, row)
    return found


def undo(session: Session, who: Acting, change_id: UUID, *, now: datetime) -> ChangeView:
    """Take back what was done, for each customer to how it was before, where that can be.

    What was decided of one since then stays; its line says so.

    Raises:
        NotFoundError: who acts asked for no such change.
        ConflictError: it is not done yet, nothing was done, it undoes another, or is undone.
    """
    row = _get(session, who, change_id, lock=True)
    if why_not := why_not_undone(session, _view(session, row)):
        raise ConflictError(why_not)
    done = session.scalars(
        select(CustomerChangeItem.organisation_id)
        .where(CustomerChangeItem.change_id == row.id, CustomerChangeItem.outcome == DONE)
        .order_by(CustomerChangeItem.place)
    ).all()
    there = customers_of(session, who, done, those_there=True)
    wish = {"undoes": str(row.id)}
    ids = [one.id for one in there]
    return begin(session, who, ids, row.verb, wish, undoes_id=row.id, now=now)


def why_not_undone(session: Session, change: ChangeView) -> str:
    """Say why a change cannot be taken back; "" where it can."""
    again = select(CustomerChange.id).where(CustomerChange.undoes_id == change.id)
    if change.counts[WAITING]:
        return "it is not done yet: let it come to its end first"
    if change.undoes_id is not None:
        return "it took another change back: make the change again instead"
    if session.scalar(again.limit(1)) is not None:
        return "it is taken back already"
    return "" if change.counts[DONE] else "nothing of it was done"


def get_change(session: Session, who: Acting, change_id: UUID) -> ChangeView:
    """Give one that was asked for in the acting organisation; raises NotFoundError."""
    return _view(session, _get(session, who, change_id))


def list_changes(
    session: Session, who: Acting, *, limit: int, after: list[str] | None = None
) -> list[ChangeView]:
    """List changes of many, the newest first; raises NotFoundError."""
    require_keeper(who)
    wanted = select(CustomerChange).where(CustomerChange.owner_id == who.tenant_id)
    if after is not None:
        (last,) = read_place(after, UUID)
        wanted = wanted.where(CustomerChange.id < last)
    rows = session.scalars(wanted.order_by(CustomerChange.id.desc()).limit(limit)).all()
    return [_view(session, row) for row in rows]


def items_of(
    session: Session, change: ChangeView, *, limit: int, offset: int = 0
) -> list[ItemView]:
    """List what a change came to for each customer: what was refused first."""
    rows = session.execute(
        select(CustomerChangeItem, Organisation)
        .join(Organisation, Organisation.id == CustomerChangeItem.organisation_id)
        .where(CustomerChangeItem.change_id == change.id)
        .order_by(CustomerChangeItem.outcome.desc(), CustomerChangeItem.place)
        .limit(limit)
        .offset(offset)
    )
    return [
        ItemView(organisation=view_of(one), outcome=item.outcome, why_not=item.why_not)
        for item, one in rows
    ]


def _do(
    session: Session, who: Acting, row: CustomerChange, item: CustomerChangeItem, *, now: datetime
) -> None:
    """Do to one customer what is wished for; asks anew whether it is looked after still."""
    (one,) = customers_of(session, who, [item.organisation_id])
    if row.undoes_id is not None:
        take_back(session, who, one.id, row.verb, _before(session, row, item), now=now)
    elif row.verb == STATE:
        said = row.wish
        wish = Wish(to=State(said["state"]), reason=said.get("reason", ""), days=said.get("days"))
        change_state(session, one.id, wish, who=who, now=now)
    elif row.verb == PLAN:
        plan = row.wish["plan_id"]
        put_on_plan(session, who, one.id, UUID(plan) if plan else None, now=now)


def _before(session: Session, row: CustomerChange, item: CustomerChangeItem) -> dict[str, Any]:
    found: dict[str, Any] = session.scalars(
        select(CustomerChangeItem.before).where(
            CustomerChangeItem.change_id == row.undoes_id,
            CustomerChangeItem.organisation_id == item.organisation_id,
        )
    ).one()
    return found


def _get(session: Session, who: Acting, change_id: UUID, *, lock: bool = False) -> CustomerChange:
    require_keeper(who)
    wanted = select(CustomerChange).where(
        CustomerChange.id == change_id, CustomerChange.owner_id == who.tenant_id
    )
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError(NOT_THERE)
    return row


def _view(session: Session, row: CustomerChange) -> ChangeView:
    item = CustomerChangeItem
    counted = select(item.outcome, func.count().label("number")).where(item.change_id == row.id)
    rows = session.execute(counted.group_by(item.outcome)).all()
    return ChangeView(
        id=row.id,
        verb=row.verb,
        wish=row.wish,
        undoes_id=row.undoes_id,
        made_at=row.made_at,
        made_by=row.made_by,
        done_at=row.done_at,
        counts={WAITING: 0, DONE: 0, REFUSED: 0} | {one.outcome: one.number for one in rows},
    )
