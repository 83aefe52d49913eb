"""The condition of a window's form: what it offers, its buttons, and which alarms it would hold.

A window looks at the alarm alone: fields of the network and the inventory are not offered, since
resources, sites and services are what a window names them by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.form_rows import branch_at, drop, follow, tree_of
from runtime.alarms.documents import AlarmView, facts_while_it_stood
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.maintenance.scope import Area, Scope
from runtime.rules.condition_rows import (
    ConditionRow,
    GroupRow,
    conditions_of,
    first_condition,
    fresh_group,
    mend_operators,
    read_group,
)
from runtime.rules.fields import CATALOGUE
from runtime.rules.suggesting import TRIED_MAX, Suggestions, attribute_paths, suggestions
from runtime.rules.words import field_words

SHOWN_MAX = 5
_PARTS = frozenset({"when", "members"})


@dataclass
class WhenRows:
    """The condition of a form, under the name its fields have."""

    when: GroupRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """How many of the tenant's recent alarms a condition takes in, and the first of them."""

    looked_at: int
    count: int
    shown: tuple[AlarmView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the form offers: fields (path, title), values seen in them, and what fits now."""

    fields: tuple[tuple[str, str], ...]
    values: dict[str, Suggestions]
    fitting: Fitting | None = None


def read_when(items: Iterable[tuple[str, str]], operation: str) -> GroupRow:
    """Read the condition out of what was posted, and do what a button of it asked for."""
    node = branch_at(tree_of(items), "when")
    rows = WhenRows(read_group(node) if node else first_condition())
    verb, _, pointer = operation.partition(":")
    if verb == "del":
        drop(rows, pointer, _PARTS)
    elif verb in ("add", "group"):
        found = follow(rows, pointer.split("/")[1:], _PARTS)
        if isinstance(found, list):
            found.append(ConditionRow() if verb == "add" else fresh_group())
    mend_operators([rows.when])
    return rows.when


def make_offer(session: Session, tenant_id: UUID, when: GroupRow, scope: Scope | None) -> Offer:
    """Gather what the form offers from the tenant's recent alarms.

    Args:
        session: The transaction.
        tenant_id: Whose alarms.
        when: The condition as it stands in the form: a field it names stays offered.
        scope: The same, checked; None while something is wrong with it.
    """
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TRIED_MAX)
    facts = [facts_while_it_stood(one) for one in alarms]
    fields = [(field.path, field.title) for field in CATALOGUE]
    paths = attribute_paths(facts)
    named = {row.field for row in conditions_of(when)} - {path for path, _ in fields} - set(paths)
    others = [path for path in sorted(named) if not path.startswith("attributes.")]
    fields += [(path, field_words(path)) for path in (*paths, *others)]
    fitting = None
    if scope is not None:
        area = Area(scope=scope, keys=frozenset())
        taken = [one for one, known in zip(alarms, facts, strict=True) if area.takes_in(known)]
        shown = tuple(taken[:SHOWN_MAX])
        fitting = Fitting(looked_at=len(alarms), count=len(taken), shown=shown)
    values = suggestions(facts, [path for path, _ in fields])
    return Offer(fields=tuple(fields), values=values, fitting=fitting)
