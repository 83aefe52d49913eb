"""A syslog rule's form as plain text, right or wrong, and back into its document. Pure.

Field names are those of the document, so what a check says of a field stands beside it. An empty
pattern is any text: a rule may go by the sender's own name of what happened alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.sources.syslog.rules import RULES_MAX, check_rules

ANY_TEXT = "^"
RAISES, IGNORES = "raise", "ignore"
_WORDS = (
    "name", "event", "clear_event", "app", "least", "severity", "event_type", "probable_cause",
    "managed_object", "specific_problem", "text", "key",
)  # fmt: skip


@dataclass
class RuleRows:
    """The whole form.

    Attributes:
        does: Whether messages that fit raise an alarm, or are only counted.
        raises, clears: Patterns of the message about a problem and of the one about its end.
        ends: Whether there is a message about the end.
        facilities: Words, parted by commas or blanks.
        sample: Lines to try it on.
    """

    name: str = ""
    does: str = RAISES
    raises: str = ""
    ends: bool = False
    clears: str = ""
    event: str = ""
    clear_event: str = ""
    app: str = ""
    facilities: str = ""
    least: str = ""
    severity: str = ""
    event_type: str = ""
    probable_cause: str = ""
    managed_object: str = ""
    specific_problem: str = ""
    text: str = ""
    key: str = ""
    sample: str = ""


def read_rows(form: Mapping[str, str]) -> RuleRows:
    """Read what a browser posted."""
    words = {name: form.get(name, "").strip() for name in _WORDS}
    return RuleRows(
        **words,
        does=IGNORES if form.get("does") == IGNORES else RAISES,
        raises=form.get("raise", "").strip(),
        ends=bool(form.get("ends")),
        clears=form.get("clear", "").strip(),
        facilities=form.get("facilities", "").strip(),
        sample=form.get("sample", "").replace("\r\n", "\n"),
    )


def rows_of(rule: Mapping[str, Any], sample: str = "") -> RuleRows:
    """Fill the form from a rule."""
    return RuleRows(
        **{name: rule.get(name, "") for name in _WORDS},
        does=IGNORES if rule.get("ignore") else RAISES,
        raises=_shown(rule["raise"]),
        ends="clear" in rule,
        clears=_shown(rule.get("clear", "")),
        facilities=", ".join(rule.get("facilities", ())),
        sample=sample,
    )


def document_of(rows: RuleRows) -> dict[str, Any]:
    """Write the form as a rule, good or not; what its kind does not need is left out."""
    words = {name: getattr(rows, name) for name in _WORDS if getattr(rows, name)}
    rule: dict[str, Any] = {"name": "", **words, "raise": rows.raises or ANY_TEXT}
    if rows.facilities:
        rule["facilities"] = rows.facilities.replace(",", " ").lower().split()
    if rows.does == IGNORES:
        kept = ("name", "raise", "event", "app", "facilities", "least")
        return {name: rule[name] for name in kept if name in rule} | {"ignore": True}
    if rows.ends:
        return {**rule, "clear": rows.clears or ANY_TEXT}
    rule.pop("clear_event", None)
    return rule


def with_rule(
    rules: Sequence[Mapping[str, Any]], place: int | None, rule: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Put a rule in its place, or before all others where it has none yet."""
    if place is None:
        return [rule, *rules]
    return [*rules[:place], rule, *rules[place + 1 :]]


def check_rule(rules: Sequence[Mapping[str, Any]], place: int | None, rows: RuleRows) -> None:
    """Raise InvalidError with a problem by field where a rule cannot be kept among the others."""
    at = place or 0
    rule = document_of(rows)
    others = [one["name"] for number, one in enumerate(rules) if number != place]
    problems = [
        Problem(one.pointer.removeprefix(f"/rules/{at}"), one.message)
        for one in check_rules(with_rule(rules, place, rule))
    ]
    if rule["name"] in others:
        told = f"name: another rule is called {rule['name']}, and alarms are told apart by it"
        problems.append(Problem("/name", told))
    if rule["raise"] == ANY_TEXT and not rule.get("event"):
        told = "message: write a pattern, or the sender's own name of what happened"
        problems.append(Problem("/raise", told))
    if rule.get("clear") == ANY_TEXT and not rule.get("clear_event"):
        told = "end: write a pattern, or the name that its message has"
        problems.append(Problem("/clear", told))
    if place is None and len(rules) >= RULES_MAX:
        problems.append(Problem("", f"there may be {RULES_MAX} rules: remove one first"))
    if problems:
        raise InvalidError("the rule cannot be kept so", problems=problems)


def field_errors(problems: Iterable[Problem]) -> dict[str, str]:
    """Give each problem by the field that shows it."""
    return {one.pointer.split("/")[1]: one.message for one in problems if one.pointer}


def _shown(pattern: str) -> str:
    return "" if pattern == ANY_TEXT else pattern
