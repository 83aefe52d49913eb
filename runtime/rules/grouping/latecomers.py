"""Parents that come after their children: what came down takes the alarms below it that wait.

An alarm whose rule found nothing down above its object waits, and one that was put under something
farther up may yet find something nearer. Both are noted with the firing, so that nothing else is
kept: what lies below an alarm that comes is looked up, and of it only firings of the live version
are looked at again, for alarms that still stand where the firing left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from kernel.errors import GarlandError
from runtime.alarms.documents import AlarmView
from runtime.alarms.lifecycle import Transition
from runtime.alarms.standing import ranked_on
from runtime.alarms.store import Change, find_alarms
from runtime.rules._tables import Firing
from runtime.rules.grouping.above import Upper
from runtime.rules.grouping.bounds import Bounds, bounds_of
from runtime.rules.grouping.parents import Parents, Search
from runtime.rules.grouping.putting import put_under
from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.model import Action, Mode
from tenancy.rows import update_many

log = structlog.get_logger(__name__)

BELOW_MAX = 10_000
_AT_ONCE = 500
_COMES = frozenset({Transition.CREATED, Transition.REOPENED, Transition.CHANGED})


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing as it was recorded, as far as it is looked at again."""

    id: UUID
    version_id: UUID
    alarm_id: UUID
    at: datetime
    did: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Move:
    """An alarm that is to go under another one now, and by which firing."""

    fired: Fired
    child: AlarmView
    upper: Upper


def take_waiting(
    parents: Parents, rules: Iterable[JudgedRule], changes: Sequence[Change], *, now: datetime
) -> int:
    """Put alarms that wait under what came down in a batch; give how many.

    At most `BELOW_MAX` resources below what came, the nearest, and as many alarms are looked at.
    """
    looking = {one.version_id: one for one in rules if one.mode is Mode.LIVE and any(_above(one))}
    if not looking:
        return 0
    bounds = [bounds_of(action.given) for rule in looking.values() for _, action in _above(rule)]
    came = _came(changes, least=min(one.at_least.rank for one in bounds))
    if not came:
        return 0
    widest = max(one.hops for one in bounds)
    below = parents.graph.all_dependants(came.values(), hops=widest, most=BELOW_MAX)
    standing = ranked_on(parents.session, parents.tenant_id, [one.key for one in below])
    open_ = [
        one.alarm_id for each in standing.values() for one in each if one.parent_id not in came
    ][:BELOW_MAX]
    return sum(
        _look_again(parents, looking, open_[begin : begin + _AT_ONCE], now=now)
        for begin in range(0, len(open_), _AT_ONCE)
    )


def _above(judged: JudgedRule) -> Iterator[tuple[int, Action]]:
    """Give the actions of a rule that put alarms under something above, with their places."""
    for index, action in enumerate(judged.rule.then):
        if action.do == "correlate" and action.given["parent"] == "above":
            yield index, action


def _came(changes: Iterable[Change], *, least: int) -> dict[UUID, str]:
    """Give the objects of the alarms that came, or changed, and could be parents."""
    return {
        one.alarm.id: one.alarm.managed_object
        for one in changes
        if one.transition in _COMES
        and one.alarm.is_active
        and one.alarm.perceived_severity.rank >= least
    }


def _look_again(
    parents: Parents,
    looking: Mapping[UUID, JudgedRule],
    alarm_ids: Sequence[UUID],
    *,
    now: datetime,
) -> int:
    """Look again at the firings for these alarms, the oldest first."""
    rows = parents.session.execute(
        select(Firing.id, Firing.version_id, Firing.alarm_id, Firing.at, Firing.did)
        .where(
            Firing.tenant_id == parents.tenant_id,
            Firing.alarm_id.in_(alarm_ids),
            Firing.version_id.in_(looking),
            Firing.mode == Mode.LIVE,
        )
        .order_by(Firing.at, Firing.id)
    )
    fired = [Fired(*row) for row in rows]
    taken = 0
    for version_id, judged in looking.items():
        mine = [one for one in fired if one.version_id == version_id]
        for index, action in _above(judged) if mine else ():
            moves = _moves(parents, mine, index, action)
            by = f"rule {judged.rule.name}"
            taken += _move(parents, moves, index, bounds=bounds_of(action.given), by=by, now=now)
    return taken


def _moves(
    parents: Parents, fired: Sequence[Fired], index: int, action: Action
) -> dict[UUID, list[Move]]:
    """Find what goes under what now; an alarm that fired several times goes once."""
    alarms = find_alarms(parents.session, parents.tenant_id, {one.alarm_id for one in fired})
    found: dict[UUID, list[Move]] = {}
    for one in fired:
        child, deed = alarms.get(one.alarm_id), one.did[index]
        if child is None or not _is_open(deed, child):
            continue
        search = Search((one.version_id, index), action.given, bounds_of(action.given), one.at)
        upper, _ = parents.above(child, search)
        if upper is not None and upper.hops < deed.get("hops", upper.hops + 1):
            found.setdefault(upper.id, []).append(Move(one, child, upper))
            alarms[child.id] = replace(child, parent_id=upper.id)
    return found


def _is_open(deed: Mapping[str, Any], child: AlarmView) -> bool:
    """Tell whether an alarm waits, or is where the firing put it; else somebody moved it."""
    if deed.get("waits"):
        return child.parent_id is None
    return "hops" in deed and str(child.parent_id) == deed["parent"]


def _move(
    parents: Parents,
    moves: Mapping[UUID, Sequence[Move]],
    index: int,
    *,
    bounds: Bounds,
    by: str,
    now: datetime,
) -> int:
    """Put alarms under their parents and note it with their firings; give how many.

    Those that cannot be (two of them would close a ring) stay as they are.
    """
    noted: list[dict[str, Any]] = []
    for parent_id, going in moves.items():
        children = [one.child for one in going]
        try:
            with parents.session.begin_nested():
                put = put_under(parents, parent_id, children, bounds=bounds, by=by, now=now)
        except GarlandError as error:
            log.warning("late_parent_refused", alarm_id=str(parent_id), code=error.code)
            continue
        noted += [_noted(one, index) for one in going[: put.children]]
    update_many(parents.session, Firing, parents.tenant_id, noted)
    return len(noted)


def _noted(move: Move, index: int) -> dict[str, Any]:
    """Write what came of a firing's action after all."""
    did = list(move.fired.did)
    before = {key: said for key, said in did[index].items() if key not in ("waits", "because")}
    children = before.get("children", 0) + ("waits" in did[index])
    said = {"parent": str(move.upper.id), "hops": move.upper.hops, "children": children}
    did[index] = before | said | {"later": True}
    return {"id": move.fired.id, "did": did}
