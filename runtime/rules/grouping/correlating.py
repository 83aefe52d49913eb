"""The action `correlate`: alarms that belong together go under one of them, or under another.

Bounded: a pattern brings at most as many alarms as it remembers, and no parent is older or has more
alarms than the action says. What was not put under one is told on the firing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.errors import InvalidError
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import find_alarms
from runtime.rules.grouping.above import Upper
from runtime.rules.grouping.bounds import Bounds, bounds_of
from runtime.rules.grouping.moves import Put
from runtime.rules.grouping.parents import Search
from runtime.rules.model import Action
from runtime.rules.occasion import Did, Occasion

Alarms = Mapping[UUID, AlarmView]
_NOTHING = "nothing was put under one"


def correlate(occasion: Occasion, index: int, action: Action) -> Did:
    """Put the firing's alarms under their parent; one that is its own parent stays above."""
    search = Search(
        action=(occasion.verdict.judged.version_id, index),
        given=action.given,
        bounds=bounds_of(action.given),
        at=occasion.verdict.at,
    )
    mine = _alarms(occasion)
    if action.given["parent"] == "above":
        return _put_under_nearest(occasion, search, mine)
    parent = _parent(occasion, search, mine)
    children = [one for one in mine.values() if one.id != parent.id]
    if not children:
        raise InvalidError("the parent is the only alarm there is: nothing was put under it")
    if any(occasion.parents.moves.closes_ring(parent.id, one) for one in children):
        raise InvalidError(
            f"the parent on {parent.managed_object} is under one of the others: {_NOTHING}"
        )
    put = _put(occasion, search, parent.id, children)
    if not put.children:
        raise _full(search.bounds)
    return put.told(parent.id)


def _alarms(occasion: Occasion) -> dict[UUID, AlarmView]:
    """Give the alarms that the pattern saw in their order, those that are still there."""
    wanted = [UUID(one) for one in occasion.verdict.found.alarms] or [occasion.alarm.id]
    if wanted == [occasion.alarm.id]:
        return {occasion.alarm.id: occasion.alarm}
    found = find_alarms(occasion.session, occasion.tenant_id, wanted)
    return {one: found[one] for one in wanted if one in found}


def _parent(occasion: Occasion, search: Search, mine: Alarms) -> AlarmView:
    """Choose the parent; raises InvalidError where there is none, or it is too old."""
    if search.given["parent"] == "matching":
        found = occasion.parents.matching(occasion.facts, mine, search)
        if found is None:
            raise InvalidError(
                f"no alarm that could be the parent stands and was raised {search.bounds.age_words}"
                f": {_NOTHING}"
            )
        return found
    found = next(iter(mine.values()), None)
    if found is None:
        raise InvalidError(f"no alarm that could be the parent is there any more: {_NOTHING}")
    if search.given["parent"] == "most_severe":
        found = max(mine.values(), key=lambda one: one.perceived_severity.rank)
    if not search.bounds.is_near(found.first_raised_at, search.at):
        raise InvalidError(
            f"the parent on {found.managed_object} was not raised {search.bounds.age_words}: "
            f"{_NOTHING}"
        )
    return found


def _put_under_nearest(occasion: Occasion, search: Search, mine: Alarms) -> Did:
    """Put each alarm under the nearest that is down above its own object.

    The firing's own alarm waits where there is none yet: the first that comes takes it.
    """
    did: Did = {}
    children = left_out = 0
    for child in mine.values():
        upper, too_old = occasion.parents.above(child, search)
        is_own = child.id == occasion.alarm.id
        if upper is not None:
            put = _put(occasion, search, upper.id, [child])
            children, left_out = children + put.children, left_out + put.left_out
            if put.children and (is_own or "parent" not in did):
                did |= {"parent": str(upper.id), "hops": upper.hops}
        elif is_own:
            did |= {"waits": True, "because": _because(search, too_old)}
    if left_out and not did:
        raise _full(search.bounds)
    counted = {"children": children, "left_out": left_out}
    return did | {name: number for name, number in counted.items() if number}


def _because(search: Search, too_old: Upper | None) -> str:
    """Say why an alarm waits."""
    if too_old is not None:
        key = too_old.standing.managed_object
        return f"the alarm of {key} above it was not raised {search.bounds.age_words}"
    hops = search.bounds.hops
    return f"nothing is down {hops} {'hop' if hops == 1 else 'hops'} above it or nearer"


def _put(occasion: Occasion, search: Search, parent_id: UUID, children: Sequence[AlarmView]) -> Put:
    most = search.bounds.max_children
    return occasion.parents.moves.put(children, parent_id, most=most, by=occasion.by)


def _full(bounds: Bounds) -> InvalidError:
    return InvalidError(
        f"{bounds.max_children:,} alarms are under the parent, as many as may be: {_NOTHING}"
    )
