"""Taking a template from a model organisation: what was chosen, and all that it needs.

A model is the provider's own workspace, or an organisation that it looks after in which who takes
is a member: looking after an organisation alone shows nothing of what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting, acting_as
from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.packs.parts import BLOCK, DECISION, RULE, TABLE, WORKFLOW
from runtime.tenant_templates.contents import ORDER, Contents, Item, Slot
from runtime.tenant_templates.stock import Held, Stock, stock_of, with_rows
from tenancy.access import acting_in_organisation, organisations_of
from tenancy.connections.store import kinds_by_name
from tenancy.customers.charge import NOT_THERE, get_customer, require_keeper
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant

SEES = (
    *("alarms.view", "blocks.view", "calendars.view", "inventory.view"),
    *("rules.view", "sources.view", "workflows.view"),
)
"""What somebody has to be allowed in a model: they see there what they take."""
PARTS_MAX = 150
BYTES_MAX = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken; `along` names what was needed though nobody chose it."""

    contents: Contents
    along: Sequence[str]


def models_of(session: Session, who: Acting) -> list[OrganisationView]:
    """List the organisations that a template can be made of, one's own first."""
    require_keeper(who)
    own = [get_organisation(session, who.tenant_id)] if _sees(who) else []
    mine = organisations_of(session, who.vouched_by) if who.vouched_by is not None else []
    return own + [one for one in mine if _looked_after(session, who, one)]


def stock_there(session: Session, who: Acting, model_id: UUID) -> tuple[OrganisationView, Stock]:
    """Give a model and what it has.

    Raises:
        NotFoundError: it is no model for who acts, whether or not it is there.
    """
    model, them = _model(session, who, model_id)
    with as_tenant(session, model.id), acting_as(session, them):
        return model, stock_of(session, model.id)


def take(session: Session, who: Acting, model_id: UUID, chosen: Collection[str]) -> Taken:
    """Take what was chosen of a model, by file, with all that it needs.

    Raises:
        NotFoundError: as `stock_there`.
        InvalidError: nothing was chosen, or something is not there or cannot be taken, each named.
    """
    model, them = _model(session, who, model_id)
    with as_tenant(session, model.id), acting_as(session, them):
        stock = stock_of(session, model.id)
        files = closed_over(stock, chosen)
        held = [stock.held[file] for file in files]
        items = [
            with_rows(session, model.id, one.item) if one.item.kind == TABLE else one.item
            for one in held
        ]
        kinds = kinds_by_name(session, model.id)
    contents = Contents(
        items=ordered(items),
        slots=_slots(held, kinds),
        block_ids=sorted(set().union(*(one.blocks for one in held))),
    )
    _require_size(contents)
    along = [one.item.title for one in held if one.item.file not in chosen]
    return Taken(contents=contents, along=along)


def closed_over(stock: Stock, chosen: Collection[str]) -> list[str]:
    """Give what was chosen with all that it needs, at any depth.

    Raises:
        InvalidError: naming each thing that is not there or cannot be taken, and who needs it.
    """
    if not chosen:
        raise _refused([Problem("/parts", "parts: choose what new customers are to have")])
    found: dict[str, None] = {}
    problems: list[Problem] = []
    waiting = [(file, "") for file in chosen]
    while waiting:
        file, by = waiting.pop(0)
        if file in found:
            continue
        found[file] = None
        held = stock.held.get(file)
        why = _why_not(file, held, by)
        if why or held is None:
            problems.append(Problem("/parts", why))
            continue
        waiting += [(need, held.item.title) for need in held.item.needs]
    if problems:
        raise _refused(problems)
    return list(found)


def ordered(items: Sequence[Item]) -> list[Item]:
    """Put parts in the order of bringing: each after what it needs."""
    left = sorted(items, key=lambda one: (ORDER.index(one.kind), one.title.lower(), one.file))
    done: list[Item] = []
    there = {one.file for one in items}
    while left:
        ready = next((one for one in left if not _waits(one, there, done)), left[0])
        done.append(ready)
        left.remove(ready)
    return done


def _waits(one: Item, there: Collection[str], done: Sequence[Item]) -> bool:
    """Tell whether a part of a kind in itself, such as a called workflow, has to come first."""
    came = {it.file for it in done}
    like = [need for need in one.needs if need.startswith(f"{one.kind}/")]
    return one.kind in (BLOCK, WORKFLOW) and any(
        need in there and need not in came and need != one.file for need in like
    )


def _why_not(file: str, held: Held | None, by: str) -> str:
    whose = f", which {by} needs," if by else ""
    kind, _, name = file.partition("/")
    if held is None:
        is_live = kind in (WORKFLOW, RULE, DECISION)
        mend = "publish it" if is_live else "add it"
        state = "live" if is_live else "there"
        return f"the {kind} {name}{whose} is not {state}: {mend}, or leave out what needs it"
    return held.refusal


def _slots(held: Sequence[Held], kinds: Mapping[str, str]) -> list[Slot]:
    names = sorted(set().union(*(one.connections for one in held)))
    return [
        Slot(
            name=name,
            kind=kinds.get(name, ""),
            used_by=[one.item.title for one in held if name in one.connections],
        )
        for name in names
    ]


def _model(session: Session, who: Acting, model_id: UUID) -> tuple[OrganisationView, Acting]:
    require_keeper(who)
    model = get_organisation(session, who.tenant_id)
    if model_id == who.tenant_id and _sees(who):
        return model, who
    found = get_customer(session, who, model_id)
    them = _as_member(session, who, found)
    if them is None:
        raise NotFoundError(NOT_THERE)
    return found, them


def _looked_after(session: Session, who: Acting, one: OrganisationView) -> bool:
    try:
        return _as_member(session, who, get_customer(session, who, one.id)) is not None
    except NotFoundError:
        return False


def _as_member(session: Session, who: Acting, one: OrganisationView) -> Acting | None:
    if who.vouched_by is None:
        return None
    them = acting_in_organisation(session, who.vouched_by, one)
    return them if them is not None and _sees(them) else None


def _sees(who: Acting) -> bool:
    return all(who.may(one) for one in SEES)


def _require_size(contents: Contents) -> None:
    size = len(json.dumps(contents.document()))
    if len(contents.items) > PARTS_MAX or size > BYTES_MAX:
        told = f"parts: a template holds {PARTS_MAX} parts and {BYTES_MAX // 1_000_000} MB at most"
        raise _refused([Problem("/parts", f"{told}: leave some out")])


def _refused(problems: Sequence[Problem]) -> InvalidError:
    return InvalidError("the template cannot be made so", problems=problems)
