"""A syslog source's rules: which messages raise an alarm, which end one, which are only counted.

Rules are tried in their order and the first that fits counts. What none fits is an alarm where its
level is as bad as the source's threshold, and is only counted otherwise. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.patterns import PATTERN_MAX, PatternSet, find, groups_of, pattern_problem
from kernel.schema import Schema
from runtime.alarms._storable import storage_problems
from runtime.alarms.model import NAME_MAX, TEXT_MAX, EventType, Severity
from runtime.alarms.sources.syslog.message import FACILITIES, FIELD_MAX, LEVELS, SyslogMessage
from runtime.alarms.sources.templates import TEMPLATE_MAX, parse_template, template_problem

RULES_MAX = 100
NEVER = "none"
STANDING = ("host", "app", "process", "event", "facility", "level", "text", "sender")
SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        "emerg": Severity.CRITICAL,
        "alert": Severity.CRITICAL,
        "crit": Severity.CRITICAL,
        "err": Severity.MAJOR,
        "warning": Severity.WARNING,
        "notice": Severity.INDETERMINATE,
        "info": Severity.INDETERMINATE,
        "debug": Severity.INDETERMINATE,
    }
)
_RAISED = [one.value for one in Severity if one is not Severity.CLEARED]
_PATTERN = {"type": "string", "minLength": 1, "maxLength": PATTERN_MAX}
_LIKE = {"type": "string", "maxLength": FIELD_MAX}
_TEMPLATE = {"type": "string", "maxLength": TEMPLATE_MAX}
_RULE: dict[str, Any] = {
    "type": "object",
    "required": ["name", "raise"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 120},
        "raise": _PATTERN,
        "clear": _PATTERN,
        "event": _LIKE,
        "clear_event": _LIKE,
        "app": {"type": "string", "maxLength": FIELD_MAX},
        "facilities": {"type": "array", "items": {"enum": list(FACILITIES)}, "maxItems": 24},
        "least": {"enum": list(LEVELS)},
        "ignore": {"type": "boolean"},
        "severity": {"enum": _RAISED},
        "event_type": {"enum": ["", *(one.value for one in EventType)]},
        "probable_cause": {"type": "string", "maxLength": 200},
        "managed_object": _TEMPLATE,
        "specific_problem": _TEMPLATE,
        "text": _TEMPLATE,
        "key": _TEMPLATE,
    },
}
SYSLOG_RULES: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/syslog-rules",
    "title": "Rules of a syslog source",
    "type": "array",
    "maxItems": RULES_MAX,
    "items": _RULE,
}
_SCHEMA = Schema(SYSLOG_RULES)
_TEMPLATES = ("managed_object", "specific_problem", "text", "key")


def check_rules(rules: Any) -> list[Problem]:
    """List what keeps a list of rules from being used."""
    unkept = storage_problems({"rules": rules})
    if unkept:
        return unkept
    if not _SCHEMA.accepts(rules):
        return [Problem(f"/rules{one.pointer}", one.message) for one in _SCHEMA.problems(rules)]
    return [
        Problem(f"/rules/{index}/{field}", f"rule {rule['name']}, {field} {wrong}")
        for index, rule in enumerate(rules)
        for field, wrong in _rule_problems(rule)
    ]


def _rule_problems(rule: Mapping[str, Any]) -> list[tuple[str, str]]:
    patterns = [field for field in ("raise", "clear") if field in rule]
    wrong = [(field, told) for field in patterns if (told := pattern_problem(rule[field]))]
    if wrong:
        return wrong
    raised = groups_of(rule["raise"])
    both = raised & groups_of(rule["clear"]) if "clear" in rule else raised
    known = {*STANDING, *raised}
    wrong += [
        (field, told)
        for field in _TEMPLATES
        if (told := template_problem(rule.get(field, ""), known))
    ]
    lost = set() if wrong else parse_template(rule.get("key", "")).names - {*STANDING, *both}
    if lost:
        told = (
            f"names {min(lost)}, which the pattern of clear has no group for: raise and "
            "clear could never meet"
        )
        wrong.append(("key", told))
    moving = parse_template(rule.get("key", "")).names & {"text", "level"} if not wrong else ()
    if "clear" in rule and moving:
        told = f"names {min(moving)}, which differs between what raises and what clears"
        wrong.append(("key", told))
    return wrong


def groups_named(rule: Mapping[str, Any]) -> frozenset[str]:
    """List the groups of a rule's patterns; none of a pattern that is wrong."""
    patterns = [rule[kind] for kind in ("raise", "clear") if kind in rule]
    good = [one for one in patterns if not pattern_problem(one)]
    return frozenset().union(*map(groups_of, good))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a message: an event, or nothing but a count, and by which rule."""

    event: dict[str, Any] | None
    rule: str = ""


class Judge:
    """A source's rules, ready to judge messages."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._rules: list[Mapping[str, Any]] = list(config.get("rules", ()))
        patterns = [
            (index, kind) for index, rule in enumerate(self._rules) for kind in _kinds(rule)
        ]
        self._places = patterns
        self._set = PatternSet([str(self._rules[index][kind]) for index, kind in patterns])
        self._facilities = frozenset(config.get("facilities") or FACILITIES)
        least = config.get("least", "err")
        self._levels = frozenset(LEVELS[: LEVELS.index(least) + 1] if least in LEVELS else ())

    def judge(self, message: SyslogMessage, *, sender: str) -> Verdict:
        """Say what becomes of a message that came from an address."""
        if message.facility not in self._facilities:
            return Verdict(event=None)
        subject = f"{message.event}: {message.text}" if message.event else message.text
        standing = _standing(message, sender)
        for place in self._set.matching(subject):
            index, kind = self._places[place]
            groups = find(self._rules[index][kind], subject)
            if groups is not None and _fits(self._rules[index], kind, message):
                return self._by_rule(self._rules[index], kind, message, {**groups, **standing})
        if message.level not in self._levels:
            return Verdict(event=None)
        return Verdict(event=_plain(message, standing))

    def _by_rule(
        self,
        rule: Mapping[str, Any],
        kind: str,
        message: SyslogMessage,
        values: Mapping[str, str],
    ) -> Verdict:
        if rule.get("ignore"):
            return Verdict(event=None, rule=rule["name"])
        severity = rule.get("severity") or SEVERITIES[message.level].value
        key = parse_template(rule.get("key", "{host}")).fill(values)
        event = {
            "managed_object": _filled(rule, "managed_object", "{host}", values, NAME_MAX),
            "perceived_severity": "cleared" if kind == "clear" else severity,
            "event_type": rule.get("event_type", ""),
            "probable_cause": rule.get("probable_cause", ""),
            "specific_problem": _filled(rule, "specific_problem", rule["name"], values, NAME_MAX),
            "text": _filled(rule, "text", "{text}", values, TEXT_MAX),
            "reduction_key": f"syslog {rule['name']} {key}"[: 4 * NAME_MAX],
        }
        named = {name: values[name] for name in values if name not in STANDING}
        return Verdict(event=_whole(event, message, named), rule=rule["name"])


def _fits(rule: Mapping[str, Any], kind: str, message: SyslogMessage) -> bool:
    """Tell whether a message is one of those that a rule looks at: by all but its pattern.

    The level counts for what raises alone: an end is seldom told as loud as its problem.
    """
    event = rule.get("event", "")
    if kind == "clear":
        event = rule.get("clear_event", "") or event
    elif LEVELS.index(message.level) > LEVELS.index(rule.get("least") or LEVELS[-1]):
        return False
    if message.facility not in (rule.get("facilities") or FACILITIES):
        return False
    app = rule.get("app", "")
    return is_like(message.event, event) and (not app or app.lower() == message.app.lower())


def is_like(text: str, like: str) -> bool:
    """Tell whether a text is like another, in which `*` stands for anything; case is ignored.

    >>> is_like("LINK-3-UPDOWN", "link-*-updown"), is_like("LINK-3-UP", "LINK"), is_like("x", "")
    (True, False, True)
    """
    if not like:
        return True
    said, (first, *rest) = text.lower(), like.lower().split("*")
    if not rest:
        return said == first
    if not said.startswith(first) or not said.endswith(rest[-1]):
        return False
    at, end = len(first), len(said) - len(rest[-1])
    for part in rest[:-1]:
        found = said.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def _kinds(rule: Mapping[str, Any]) -> list[str]:
    return ["clear", "raise"] if "clear" in rule else ["raise"]


def _standing(message: SyslogMessage, sender: str) -> dict[str, str]:
    return {
        "host": message.host or sender,
        "app": message.app,
        "process": message.process,
        "event": message.event,
        "facility": message.facility,
        "level": message.level,
        "text": message.text,
        "sender": sender,
    }


def _filled(
    rule: Mapping[str, Any], field: str, usual: str, values: Mapping[str, str], most: int
) -> str:
    text = rule.get(field, "")
    if not text and "{" not in usual:
        return usual[:most]
    return parse_template(text or usual).fill(values)[:most]


def _plain(message: SyslogMessage, standing: Mapping[str, str]) -> dict[str, Any]:
    """Make the event of a message that no rule knows: one alarm for each host, app and event."""
    problem = message.event or message.app or f"{message.facility}.{message.level}"
    event = {
        "managed_object": standing["host"][:NAME_MAX],
        "perceived_severity": SEVERITIES[message.level].value,
        "specific_problem": problem[:NAME_MAX],
        "text": message.text,
        "reduction_key": f"syslog {standing['host']} {message.app} {problem}"[: 4 * NAME_MAX],
    }
    return _whole(event, message, {})


def _whole(
    event: Mapping[str, Any], message: SyslogMessage, named: Mapping[str, str]
) -> dict[str, Any]:
    frame = {
        "facility": message.facility,
        "level": message.level,
        "app": message.app,
        "process": message.process,
        "event": message.event,
        "data": dict(message.data),
    }
    attributes = {name: value for name, value in {**named, **frame}.items() if value}
    instant = message.instant.isoformat() if message.instant else ""
    # A clock's first hours: nothing that could be told from a clock that was never set.
    if message.instant is not None and message.instant.year < 2000:  # noqa: PLR2004  as the model
        instant = ""
    told = {**event, "raised_at": instant, "attributes": attributes}
    return {name: value for name, value in told.items() if value not in ("", None)}


def require_rules(rules: Any) -> None:
    """Raise InvalidError with the problems unless the rules can be used."""
    problems = check_rules(rules)
    if problems:
        raise InvalidError("the rules cannot be kept so", problems=problems)
