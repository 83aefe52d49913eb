"""The rule: its document, what is wrong with one, and the typed values the rest works with.

Pure. `check_rule` never raises on rubbish; `parse_rule` raises one InvalidError with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kernel.errors import InvalidError
from runtime.rules._check import check_rule
from runtime.rules._schema import FILLED, RULE_SCHEMA, SETTABLE
from runtime.rules.conditions import ALWAYS, Node, build

__all__ = ["FILLED", "RULE_SCHEMA", "SETTABLE", "check_rule", "parse_rule"]

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


class PatternKind(StrEnum):
    """How many alarms make a rule fire, and how they lie to each other."""

    EACH = "each"
    COUNT = "count"
    SEQUENCE = "sequence"
    ABSENCE = "absence"
    TOGETHER = "together"
    FLAPPING = "flapping"
    PERSISTS = "persists"


PAIRS = frozenset({PatternKind.SEQUENCE, PatternKind.ABSENCE, PatternKind.TOGETHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What must come together before a rule fires; what a kind does not use stays as it is here.

    Attributes:
        kind: Which of the patterns.
        group_by: Paths of fields; an alarm that lacks one of them is left out.
        within_s: Length of the window in seconds, its start exclusive; for `persists` how long an
            alarm must stand. 0 for `each`.
        at_least: `count`: so many alarms.
        distinct: `count`: so many different values of this field, instead of alarms.
        more_than: `flapping`: more changes than this.
        release_below: `flapping`: fires again only after a window held fewer changes than this.
        a: Condition of the first of a pair.
        b: Condition of the second of a pair.
        b_on: What may happen to an alarm that is the second.
    """

    kind: PatternKind = PatternKind.EACH
    group_by: tuple[str, ...] = ()
    within_s: int = 0
    at_least: int = 0
    distinct: str = ""
    more_than: int = 0
    release_below: int = 0
    a: Node = ALWAYS
    b: Node = ALWAYS
    b_on: frozenset[Transition] = DEFAULT_ON


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, in order; `given` is the action as it was written, for what only it has."""

    do: str
    flow: str | None = None
    fields: Mapping[str, Any] | None = None
    reason: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One checked rule. A lower priority runs first; `stop` keeps later rules from the event."""

    name: str
    on: frozenset[Transition]
    when: Node
    pattern: Pattern
    then: tuple[Action, ...]
    priority: int
    cooldown_s: int
    stop: bool = False


def parse_rule(document: Any) -> Rule:
    """Read a rule document.

    Raises:
        InvalidError: with one problem for each thing wrong, each naming the field and the remedy.
    """
    problems = check_rule(document)
    if problems:
        raise InvalidError("the rule cannot be used as it is", problems=problems)
    on = frozenset(map(Transition, document.get("on", DEFAULT_ON)))
    pattern = _pattern(document.get("pattern", {"kind": "each"}), on)
    return Rule(
        name=document["name"],
        on=on,
        when=build(document["when"]) if "when" in document else ALWAYS,
        pattern=pattern,
        then=tuple(_action(action) for action in document["then"]),
        priority=document.get("priority", PRIORITY_DEFAULT),
        cooldown_s=document.get("cooldown_s", _pause(pattern)),
        stop=document.get("stop", False),
    )


def _pattern(written: Mapping[str, Any], on: frozenset[Transition]) -> Pattern:
    return Pattern(
        kind=PatternKind(written["kind"]),
        group_by=tuple(written.get("group_by", ())),
        within_s=written.get("within_s", written.get("after_s", 0)),
        at_least=written.get("at_least", 0),
        distinct=written.get("distinct", ""),
        more_than=written.get("more_than", 0),
        release_below=written.get("release_below", 0),
        a=build(written["a"]) if "a" in written else ALWAYS,
        b=build(written["b"]) if "b" in written else ALWAYS,
        b_on=frozenset(map(Transition, written.get("b_on", on))),
    )


def _pause(pattern: Pattern) -> int:
    """Give the pause where none was written: a window, since its alarms would fire it again."""
    if pattern.kind is PatternKind.PERSISTS or pattern.release_below:
        return 0
    return pattern.within_s


def _action(action: Mapping[str, Any]) -> Action:
    return Action(
        do=action["do"],
        flow=action.get("flow"),
        fields=action.get("alarm", action.get("fields")),
        reason=action.get("reason"),
        given=action,
    )
