"""What people, rules and the clock do to an alarm: each deed as one pure function.

An alarm has four axes: its *condition* (raised to cleared), its *acknowledgement*, its *shelf* and
its *grouping*; beside them it can be suppressed, owned, escalated, and have fields set. A deed
moves one of them and leaves the others alone, but that whoever acknowledges or clears an alarm ends
its escalation, and whoever gives it back begins it. What events do is `lifecycle`'s matter.

A deed is what a line of the history says. Live it is asked for, and leaves its line (`do`); whoever
plays the past reads the line and does the same (`redo`). An alarm is given as its columns' values,
so that rows and alarms in memory are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from kernel.clock import parse_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms._lived import OCCURRENCE_FIELDS, occurrence_of, occurrence_values
from runtime.alarms._timers import STOPPED
from runtime.alarms.lifecycle import AckState, clear
from runtime.alarms.model import Severity
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy

WHO_MAX = 200
SHELF_MAX = timedelta(days=366)
# What a deed reads of an alarm; `set` reads SAID too.
STATE = (
    "id",
    *OCCURRENCE_FIELDS,
    "is_active",
    "escalation_level",
    "shelved_until",
    "shelved_reason",
    "suppressed_at",
    "parent_id",
    "owner",
)
SAID = ("overrides", "attributes")
State = Mapping[str, Any]
Values = dict[str, Any]

UNACKNOWLEDGED: State = {
    "ack_state": AckState.UNACKNOWLEDGED,
    "acked_at": None,
    "acked_by": "",
}
UNSHELVED: State = {"shelved_until": None, "shelved_by": "", "shelved_reason": ""}
UNSUPPRESSED: State = {"suppressed_at": None, "suppressed_by": "", "planned_outage": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something done to one alarm, as a line of its history has it.

    Attributes:
        kind: What, in the history's words.
        by: Who or what did it.
        at: When.
        facts: What belongs to it. What the alarm itself says is added when it is done.
    """

    kind: str
    by: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What an alarm's own columns do not say of its group.

    Attributes:
        above: The parent that is asked for, with what it is under itself, to the top.
        has_children: Whether other alarms are under this one, after the deed.
    """

    above: Collection[UUID] = ()
    has_children: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a deed came to.

    Attributes:
        values: The columns that change.
        lines: What the history gains; none where the alarm stays as it is.
        reason: Why it does.
    """

    values: Values = field(default_factory=dict)
    lines: tuple[Deed, ...] = ()
    reason: str = ""


ALONE = Kin()


def do(alarm: State, deed: Deed, *, policy: LifecyclePolicy = DEFAULT, kin: Kin = ALONE) -> Step:
    """Do a deed to an alarm; one that has nothing to change leaves it as it is.

    Args:
        alarm: Its columns, at least `STATE`.
        deed: What is asked.
        policy: What the tenant decided.
        kin: What is to be known of its group, for deeds of grouping.

    Raises:
        InvalidError: the deed cannot be done to this alarm, or not so.
    """
    law = _LAWS[deed.kind]
    problem = law.refuses(alarm, deed, kin)
    if problem is not None:
        raise InvalidError(problem.message, problems=[problem])
    reason = why_idle(alarm, deed)
    if reason:
        return Step(reason=reason)
    line = replace(deed, facts={**deed.facts, **law.tells(alarm, deed)})
    return Step(values=law.effect(alarm, line, policy, kin), lines=(line,))


def why_idle(alarm: State, deed: Deed) -> str:
    """Say why a deed would leave an alarm as it is; "" where it would change something."""
    return _LAWS[deed.kind].stays(alarm, deed)


def redo(
    alarm: State, line: Deed, *, policy: LifecyclePolicy = DEFAULT, kin: Kin = ALONE
) -> Values:
    """Give the columns that change by what a line says was done; whether it could be is settled.

    Kinds that are no deeds change nothing.
    """
    law = _LAWS.get(line.kind)
    return law.effect(alarm, line, policy, kin) if law is not None else {}


Effect = Callable[[State, Deed, LifecyclePolicy, Kin], Values]


class _Law(NamedTuple):
    """One kind of deed: what it changes, when it has nothing to, what it tells, when it cannot be.

    `effect` reads the deed's facts with those that `tells` gave.
    """

    effect: Effect
    stays: Callable[[State, Deed], str] = lambda _alarm, _deed: ""
    tells: Callable[[State, Deed], Values] = lambda _alarm, _deed: {}
    refuses: Callable[[State, Deed, Kin], Problem | None] = lambda _alarm, _deed, _kin: None


def _acknowledged(_alarm: State, deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    who = {"acked_at": deed.at, "acked_by": deed.by[:WHO_MAX]}
    ended = {"escalate_at": None, "escalation_level": 0}
    return {"ack_state": AckState.ACKNOWLEDGED, **who, **ended}


def _unacknowledged(alarm: State, deed: Deed, policy: LifecyclePolicy, _kin: Kin) -> Values:
    """Give it back: from now on nobody has it."""
    again = policy.escalates_at(0, since=deed.at) if alarm["is_active"] else None
    return {**UNACKNOWLEDGED, "escalate_at": again}


def _is_acknowledged(alarm: State, _deed: Deed) -> str:
    is_known = alarm["ack_state"] is AckState.ACKNOWLEDGED
    return "it is acknowledged already" if is_known else ""


def _is_unacknowledged(alarm: State, _deed: Deed) -> str:
    is_known = alarm["ack_state"] is AckState.ACKNOWLEDGED
    return "" if is_known else "nobody has acknowledged it"


def _cleared(alarm: State, deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    """Clear it; the clock leaves it alone from then on."""
    if not alarm["is_active"]:
        return {}
    over = occurrence_values(clear(occurrence_of(alarm), at=deed.at))
    moved = {name: value for name, value in over.items() if value != alarm.get(name)}
    return {**moved, "cleared_by": deed.by[:WHO_MAX], **STOPPED}


def _is_cleared(alarm: State, _deed: Deed) -> str:
    return "" if alarm["is_active"] else "it is cleared already"


def _tells_clear(alarm: State, _deed: Deed) -> Values:
    return {"severity": Severity.CLEARED.value, "previous": alarm["perceived_severity"].value}


def _set(alarm: State, deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    """Lay fields over what the source says; the severity of a cleared alarm stays."""
    values: Values = {"overrides": dict(alarm["overrides"])}
    for name, value in deed.facts["fields"].items():
        if name == "perceived_severity":
            values |= _severity_set(alarm, Severity(value), at=deed.at)
        elif name == "attributes":
            values["overrides"][name] = {**values["overrides"].get(name, {}), **value}
            values[name] = {**alarm["attributes"], **value}
        else:
            values["overrides"][name] = values[name] = value
    return values


def _severity_set(alarm: State, severity: Severity, *, at: datetime) -> Values:
    before = alarm["perceived_severity"]
    if not alarm["is_active"] or before is severity:
        return {}
    now = {"perceived_severity": severity, "severity_rank": severity.rank}
    return {**now, "previous_severity": before, "changed_at": at}


def _shelved(_alarm: State, deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    until = parse_instant(deed.facts["until"])
    why = {"shelved_by": deed.by[:WHO_MAX], "shelved_reason": deed.facts["reason"]}
    return {"shelved_until": until, **why}


def _is_shelved_so(alarm: State, deed: Deed) -> str:
    so = (parse_instant(deed.facts["until"]), deed.facts["reason"])
    is_so = (alarm["shelved_until"], alarm["shelved_reason"]) == so
    return "it is shelved so already" if is_so else ""


def _cannot_be_shelved_so(_alarm: State, deed: Deed, _kin: Kin) -> Problem | None:
    until = parse_instant(deed.facts["until"])
    if until <= deed.at:
        return Problem("/until", "until: choose an instant that lies ahead")
    if until > deed.at + SHELF_MAX:
        days = SHELF_MAX.days
        message = f"until: choose an instant within {days} days, and shelve again then"
        return Problem("/until", message)
    return None


def _suppressed(_alarm: State, deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    planned = deed.facts.get("planned", False)
    by = {"suppressed_at": deed.at, "suppressed_by": deed.by[:WHO_MAX]}
    return {**by, "planned_outage": planned}


def _goes_in_a_ring(alarm: State, _deed: Deed, kin: Kin) -> Problem | None:
    if alarm["id"] not in kin.above:
        return None
    message = "children: an alarm cannot be under itself, directly or through others"
    return Problem("/children", message)


def _is_under_it(alarm: State, deed: Deed) -> str:
    return (
        "it is under that alarm already" if str(alarm["parent_id"]) == deed.facts["parent"] else ""
    )


def _escalated(_alarm: State, deed: Deed, policy: LifecyclePolicy, _kin: Kin) -> Values:
    level = deed.facts["level"]
    due = policy.escalates_at(level, since=deed.at)
    return {"escalation_level": level, "escalate_at": due, "changed_at": deed.at}


def _does_not_escalate(alarm: State, deed: Deed) -> str:
    if alarm["shelved_until"] is not None or alarm["suppressed_at"] is not None:
        return "it escalates once it is back"
    return _is_cleared(alarm, deed) or _is_acknowledged(alarm, deed)


def _nothing(_alarm: State, _deed: Deed, _policy: LifecyclePolicy, _kin: Kin) -> Values:
    return {}


_LAWS: Mapping[str, _Law] = {
    "acknowledged": _Law(_acknowledged, stays=_is_acknowledged),
    "unacknowledged": _Law(_unacknowledged, stays=_is_unacknowledged),
    "cleared": _Law(_cleared, stays=_is_cleared, tells=_tells_clear),
    "commented": _Law(_nothing),
    "set": _Law(_set),
    "assigned": _Law(
        lambda _alarm, deed, _policy, _kin: {"owner": deed.facts["owner"]},
        stays=lambda alarm, deed: (
            "it is so already" if alarm["owner"] == deed.facts["owner"] else ""
        ),
        tells=lambda alarm, _deed: {"owner_before": alarm["owner"]},
    ),
    "shelved": _Law(_shelved, stays=_is_shelved_so, refuses=_cannot_be_shelved_so),
    "unshelved": _Law(
        lambda _alarm, _deed, _policy, _kin: {**UNSHELVED},
        stays=lambda alarm, _deed: "" if alarm["shelved_until"] else "it is not on the shelf",
        tells=lambda alarm, _deed: {"severity": alarm["perceived_severity"].value},
    ),
    "suppressed": _Law(
        _suppressed,
        stays=lambda alarm, _deed: "it is suppressed already" if alarm["suppressed_at"] else "",
    ),
    "unsuppressed": _Law(
        lambda _alarm, _deed, _policy, _kin: {**UNSUPPRESSED},
        stays=lambda alarm, _deed: "" if alarm["suppressed_at"] else "it is not suppressed",
    ),
    "grouped": _Law(
        lambda _alarm, deed, _policy, _kin: {"parent_id": UUID(deed.facts["parent"])},
        stays=_is_under_it,
        refuses=_goes_in_a_ring,
    ),
    "ungrouped": _Law(
        lambda _alarm, _deed, _policy, _kin: {"parent_id": None},
        stays=lambda alarm, _deed: "" if alarm["parent_id"] else "it is under no other",
        tells=lambda alarm, _deed: {"parent": str(alarm["parent_id"])},
    ),
    "group_joined": _Law(lambda _alarm, _deed, _policy, _kin: {"is_root_cause": True}),
    "group_left": _Law(lambda _alarm, _deed, _policy, kin: {"is_root_cause": kin.has_children}),
    "escalated": _Law(
        _escalated,
        stays=_does_not_escalate,
        tells=lambda alarm, _deed: {"level": alarm["escalation_level"] + 1},
    ),
}
DEEDS = tuple(_LAWS)
