"""The rule: its document, what is wrong with one, and the typed values the rest works with.

Pure. `check_rule` never raises on rubbish; `parse_rule` raises one InvalidError with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.errors import InvalidError
from runtime.rules._check import check_rule
from runtime.rules._schema import RULE_SCHEMA, SETTABLE
from runtime.rules.conditions import ALWAYS, Node, build

__all__ = ["RULE_SCHEMA", "SETTABLE", "check_rule", "parse_rule"]

PRIORITY_DEFAULT = 100


class Mode(StrEnum):
    """What a rule's firings do: nothing yet, be recorded only, act, or nothing any more."""

    DRAFT = "draft"
    OBSERVE = "observe"
    LIVE = "live"
    OFF = "off"


class Transition(StrEnum):
    """What happened to an alarm, as far as a rule can ask for it."""

    RAISED = "raised"
    CHANGED = "changed"
    CLEARED = "cleared"
    ESCALATED = "escalated"


DEFAULT_ON = frozenset({Transition.RAISED, Transition.CHANGED})


@dataclass(frozen=True, slots=True)
class Count:
    """At least so many alarms within a sliding window, from the same value of each field.

    Attributes:
        at_least: Alarms that make the rule fire, >= 2.
        within_s: Length of the window in seconds; its start is exclusive.
        group_by: Paths of fields; an alarm that lacks one of them is not counted.
    """

    at_least: int
    within_s: int
    group_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, in order: `start`, `set`, `acknowledge`, `suppress` or `derive`."""

    do: str
    flow: str | None = None
    fields: Mapping[str, Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One checked rule. `count` is None for the pattern `each`; a lower priority runs first."""

    name: str
    on: frozenset[Transition]
    when: Node
    count: Count | None
    then: tuple[Action, ...]
    priority: int
    cooldown_s: int


def parse_rule(document: Any) -> Rule:
    """Read a rule document.

    Raises:
        InvalidError: with one problem for each thing wrong, each naming the field and the remedy.
    """
    problems = check_rule(document)
    if problems:
        raise InvalidError("the rule cannot be used as it is", problems=problems)
    count = _count(document.get("pattern", {"kind": "each"}))
    on = document.get("on")
    return Rule(
        name=document["name"],
        on=frozenset(map(Transition, on)) if on else DEFAULT_ON,
        when=build(document["when"]) if "when" in document else ALWAYS,
        count=count,
        then=tuple(_action(action) for action in document["then"]),
        priority=document.get("priority", PRIORITY_DEFAULT),
        cooldown_s=document.get("cooldown_s", count.within_s if count else 0),
    )


def _count(pattern: Mapping[str, Any]) -> Count | None:
    if pattern["kind"] != "count":
        return None
    return Count(pattern["at_least"], pattern["within_s"], tuple(pattern.get("group_by", ())))


def _action(action: Mapping[str, Any]) -> Action:
    return Action(
        do=action["do"],
        flow=action.get("flow"),
        fields=action.get("alarm", action.get("fields")),
        reason=action.get("reason"),
    )
