"""Parents that come after their children: what came down takes the alarms below it that wait.

An alarm whose rule found nothing down above its object waits, and one that was put under something
farther up may yet find something nearer. Both are noted with the firing, so that nothing else is
kept: what lies below an alarm that comes is looked up, and of it only firings of the live version
are looked at again, for alarms that still stand where the firing left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from runtime.alarms.documents import AlarmView
from runtime.alarms.lifecycle import Transition
from runtime.alarms.standing import ranked_on
from runtime.alarms.store import Change, find_alarms
from runtime.rules._tables import Firing
from runtime.rules.grouping.above import Upper
from runtime.rules.grouping.bounds import bounds_of
from runtime.rules.grouping.parents import Parents, Search
from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.model import Action, Mode
from tenancy.rows import update_many

BELOW_MAX = 10_000
TAKEN_MAX = 1_000  # in one batch: each is a change of an alarm in its transaction
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


def take_waiting(parents: Parents, rules: Iterable[JudgedRule], changes: Sequence[Change]) -> int:
    """Put alarms that wait under what came down in a batch; give how many, `TAKEN_MAX` at most.

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
    taken = 0
    for begin in range(0, len(open_), _AT_ONCE):
        if taken < TAKEN_MAX:
            bite = open_[begin : begin + _AT_ONCE]
            taken += _look_again(parents, looking, bite, most=TAKEN_MAX - taken)
    return taken


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
    most: int,
) -> int:
    """Look again at the firings for these alarms, the oldest first; note what came of them."""
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
    alarms = find_alarms(parents.session, parents.tenant_id, {one.alarm_id for one in fired})
    taken: list[Fired] = []
    for one in fired:
        child, judged = alarms.get(one.alarm_id), looking[one.version_id]
        if child is not None and len(taken) < most:
            by = f"rule {judged.rule.name}"
            if any(_take(parents, one, child, place, by=by) for place in _above(judged)):
                taken.append(one)
    noted = ({"id": one.id, "did": one.did} for one in taken)
    update_many(parents.session, Firing, parents.tenant_id, noted)
    return len(taken)


def _take(
    parents: Parents, fired: Fired, child: AlarmView, place: tuple[int, Action], *, by: str
) -> bool:
    """Put an alarm under something nearer than what it is under, if there is; note it."""
    index, action = place
    deed = fired.did[index]
    if not _is_open(deed, parents.moves.parent_of(child)):
        return False
    bounds = bounds_of(action.given)
    upper, _ = parents.above(
        child, Search((fired.version_id, index), action.given, bounds, fired.at)
    )
    if upper is None or not _is_nearer(upper, deed):
        return False
    put = parents.moves.put([child], upper.id, most=bounds.max_children, by=by)
    if put.children:
        fired.did[index] = _told(deed, upper)
    return bool(put.children)


def _is_open(deed: Mapping[str, Any], parent_id: UUID | None) -> bool:
    """Tell whether an alarm waits, or is where the firing put it; else somebody moved it."""
    if deed.get("waits"):
        return parent_id is None
    return "hops" in deed and str(parent_id) == deed["parent"]


def _is_nearer(upper: Upper, deed: Mapping[str, Any]) -> bool:
    """Tell whether it is nearer than the parent; while the alarm waits, that is another alarm's."""
    return bool(deed.get("waits")) or upper.hops < deed["hops"]


def _told(deed: Mapping[str, Any], upper: Upper) -> dict[str, Any]:
    """Write what came of an action after all."""
    before = {key: said for key, said in deed.items() if key not in ("waits", "because")}
    children = deed.get("children", 0) + ("waits" in deed)
    said = {"parent": str(upper.id), "hops": upper.hops, "children": children, "later": True}
    return before | said
