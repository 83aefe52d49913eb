"""The action `correlate`: alarms that belong together go under one of them, or under another.

Bounded: a pattern brings at most as many alarms as it remembers, and a matching parent is sought
among the newest alarms that stand. On a dense network everything would else hang on everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from kernel.errors import InvalidError
from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.store import AlarmFilter, find_alarm, group_under, list_alarms
from runtime.rules.conditions import build, reads_of
from runtime.rules.fields import value_at
from runtime.rules.model import Action
from runtime.rules.occasion import Did, Occasion
from runtime.rules.reference import holds, row_of

CANDIDATES_MAX = 500


def correlate(occasion: Occasion, _index: int, action: Action) -> Did:
    """Put the firing's alarms under their parent; one that is its own parent stays above."""
    mine = list(_alarms(occasion))
    parent = _parent(occasion, action, mine)
    if parent is None:
        raise InvalidError("no alarm that could be the parent stands: nothing was put under one")
    children = [one.id for one in mine if one.id != parent.id]
    if not children:
        raise InvalidError("the parent is the only alarm there is: nothing was put under it")
    group_under(
        occasion.session,
        occasion.tenant_id,
        parent.id,
        children,
        by=occasion.by,
        now=occasion.now,
    )
    return {"parent": str(parent.id), "children": len(children)}


def _alarms(occasion: Occasion) -> Iterator[AlarmView]:
    """Give the alarms that the pattern saw, those that are still there."""
    wanted = occasion.verdict.found.alarms or (str(occasion.alarm.id),)
    for alarm_id in wanted:
        found = find_alarm(occasion.session, occasion.tenant_id, UUID(alarm_id))
        if found is not None:
            yield found


def _parent(occasion: Occasion, action: Action, mine: Sequence[AlarmView]) -> AlarmView | None:
    if action.given["parent"] == "matching":
        return _matching(occasion, action, {one.id for one in mine})
    if action.given["parent"] == "first":
        return next(iter(mine), None)
    return max(mine, key=lambda one: one.perceived_severity.rank, default=None)


def _matching(occasion: Occasion, action: Action, mine: set[UUID]) -> AlarmView | None:
    """Find the gravest alarm that stands, fits, and has the same values; of two the older one."""
    node = build(action.given["where"])
    reads, same = reads_of(node), action.given.get("same", ())
    wanted = [value_at(occasion.facts, path) for path in same]
    if None in wanted:
        return None
    standing = list_alarms(
        occasion.session, occasion.tenant_id, AlarmFilter(state="active"), limit=CANDIDATES_MAX
    )
    fitting = []
    for alarm in standing:
        facts = alarm_document(alarm)
        if (
            alarm.id not in mine
            and [value_at(facts, path) for path in same] == wanted
            and holds(node, row_of(facts, reads))
        ):
            fitting.append(alarm)
    return min(
        fitting,
        key=lambda one: (-one.perceived_severity.rank, one.first_raised_at, str(one.id)),
        default=None,
    )
