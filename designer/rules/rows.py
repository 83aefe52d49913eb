"""A rule's form as rows of plain text: what a person is filling in, right or wrong.

Pure. Field names are JSON Pointers into these rows (`/when/members/0/op`), so one route can read
any number of them; `convert` turns rows into a rule document and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.rules.conditions import LISTED, PRESENCE, Op, operators_of
from runtime.rules.fields import ATTRIBUTES, find_field
from runtime.rules.model import FILLED, PAIRS, PatternKind

PARTS_MAX = 24
INDEX_DIGITS_MAX = 3
DEPTH_MAX = 8


@dataclass
class ConditionRow:
    """One condition; a list of values has one on each line."""

    field: str = "perceived_severity"
    op: str = "is"
    value: str = "critical"

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators to offer for the field as it is named now."""
        known = find_field(self.field) or find_field(f"{ATTRIBUTES}any")
        return tuple(op.value for op in operators_of(known)) if known else tuple(Op)

    @property
    def control(self) -> str:
        """Which control takes the value: none, severity, severities, lines or text."""
        if self.op in PRESENCE:
            return "none"
        if self.field == "perceived_severity":
            return "severities" if self.op in LISTED else "severity"
        return "lines" if self.op in LISTED else "text"


@dataclass
class GroupRow:
    """Conditions under one gate: all, any or none."""

    gate: str = "all"
    members: list[GroupRow | ConditionRow] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Tell groups from conditions in a template."""
        return True


@dataclass
class SettingRow:
    """One field that an action writes."""

    field: str = "perceived_severity"
    value: str = ""


@dataclass
class Span:
    """A duration as a person writes it."""

    amount: str = ""
    unit: str = "60"


def first_condition() -> GroupRow:
    """Make a group with the condition that most rules begin with."""
    return GroupRow("all", [ConditionRow()])


@dataclass
class ActionRow:
    """One action; only what its kind needs is shown and used.

    Attributes:
        parent, where, same: `correlate`: which alarm becomes the parent, and how it is found.
        to, subject, text, every: `notify`: who is told what, and how seldom.
        table, key: `enrich`: the look-up table, and what is looked up in it.
        take, attributes: `fill`: which fields, and which attributes of the resource, one a line.
    """

    do: str = "acknowledge"
    flow: str = ""
    reason: str = ""
    settings: list[SettingRow] = field(default_factory=list)
    parent: str = "first"
    where: GroupRow = field(default_factory=first_condition)
    same: list[str] = field(default_factory=list)
    to: str = ""
    subject: str = ""
    text: str = ""
    every: Span = field(default_factory=Span)
    table: str = ""
    key: str = ""
    take: list[str] = field(default_factory=lambda: list(FILLED))
    attributes: str = ""


@dataclass
class RuleRows:
    """The whole form."""

    name: str = ""
    notes: str = ""
    priority: str = "100"
    stop: bool = False
    on: list[str] = field(default_factory=lambda: ["raised", "changed"])
    kind: str = "each"
    at_least: str = "5"
    distinct: str = ""
    more_than: str = "5"
    release_below: str = ""
    within: Span = field(default_factory=lambda: Span("5", "60"))
    group_by: list[str] = field(default_factory=list)
    a: GroupRow = field(default_factory=first_condition)
    b: GroupRow = field(default_factory=first_condition)
    b_on: list[str] = field(default_factory=list)
    cooldown: Span = field(default_factory=Span)
    when: GroupRow = field(default_factory=GroupRow)
    then: list[ActionRow] = field(default_factory=list)

    @property
    def is_pair(self) -> bool:
        """Tell whether the pattern looks for two kinds of alarm."""
        return self.kind in PAIRS


def read_rows(items: Iterable[tuple[str, str]]) -> RuleRows:
    """Read what a browser posted; what does not fit a row is left out, never an error."""
    tree = _tree(items)
    kind = _text(tree, "kind")
    found = RuleRows(
        name=_text(tree, "name").strip(),
        notes=_text(tree, "notes").strip(),
        priority=_text(tree, "priority").strip(),
        on=_text(tree, "on").splitlines(),
        kind=kind if kind in list(PatternKind) else "each",
        stop=bool(_text(tree, "stop")),
        at_least=_text(tree, "at_least").strip(),
        distinct=_path(_branch(tree, "distinct")),
        more_than=_text(tree, "more_than").strip(),
        release_below=_text(tree, "release_below").strip(),
        within=_span(tree, "within"),
        group_by=[_path(row) for row in _rows(tree, "group_by")],
        a=_group(_branch(tree, "a"), DEPTH_MAX),
        b=_group(_branch(tree, "b"), DEPTH_MAX),
        b_on=_text(tree, "b_on").splitlines(),
        cooldown=_span(tree, "cooldown"),
        when=_group(_branch(tree, "when"), DEPTH_MAX),
        then=[_action(row) for row in _rows(tree, "then")],
    )
    for group in (found.when, found.a, found.b, *(one.where for one in found.then)):
        for row in conditions_of(group):
            if row.op not in row.operators:
                row.op = row.operators[0]
    return found


def conditions_of(group: GroupRow) -> Iterator[ConditionRow]:
    """Walk all conditions of a group."""
    for member in group.members:
        if isinstance(member, GroupRow):
            yield from conditions_of(member)
        else:
            yield member


def _tree(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Put posted pairs into one tree; a name posted again adds a line."""
    tree: dict[str, Any] = {}
    for name, value in items:
        parts = name.split("/")[1:]
        if not 0 < len(parts) <= PARTS_MAX:
            continue
        node = tree
        for part in parts[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            before = node.get(parts[-1])
            node[parts[-1]] = f"{before}\n{value}" if isinstance(before, str) else value
    return tree


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name, "")
    return value if isinstance(value, str) else ""


def _branch(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def _rows(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """List the rows below a name in the order of their numbers."""
    below = _branch(node, name)
    numbers = sorted(
        int(key)
        for key, row in below.items()
        if key.isascii() and key.isdigit() and len(key) <= INDEX_DIGITS_MAX
        if isinstance(row, dict)
    )
    return [below[str(number)] for number in numbers if str(number) in below]


def _span(node: Mapping[str, Any], name: str) -> Span:
    below = _branch(node, name)
    unit = _text(below, "unit")
    return Span(_text(below, "amount").strip(), unit if unit in ("1", "60", "3600") else "60")


def _path(row: Mapping[str, Any]) -> str:
    """Read a field's path: one of the list, or an attribute's name typed beside it."""
    path = _text(row, "field")
    return ATTRIBUTES + _text(row, "other").strip() if path == ATTRIBUTES else path


def _group(node: Mapping[str, Any], depth: int) -> GroupRow:
    gate = _text(node, "gate")
    members: list[GroupRow | ConditionRow] = []
    for row in _rows(node, "members"):
        if "gate" not in row:
            members.append(_condition(row))
        elif depth:
            members.append(_group(row, depth - 1))
    return GroupRow(gate if gate in ("all", "any", "none") else "all", members)


def _condition(row: Mapping[str, Any]) -> ConditionRow:
    return ConditionRow(_path(row), _text(row, "op"), _text(row, "value").replace("\r\n", "\n"))


def _action(row: Mapping[str, Any]) -> ActionRow:
    settings = [SettingRow(_path(one), _text(one, "value")) for one in _rows(row, "settings")]
    where = _branch(row, "where")
    return ActionRow(
        do=_text(row, "do"),
        flow=_text(row, "flow"),
        reason=_text(row, "reason").strip(),
        settings=settings,
        parent=_text(row, "parent") or "first",
        where=_group(where, DEPTH_MAX) if where else first_condition(),
        same=[_path(one) for one in _rows(row, "same")],
        to=_text(row, "to").replace("\r\n", "\n").strip(),
        subject=_text(row, "subject").strip(),
        text=_text(row, "text").strip(),
        every=_span(row, "every"),
        table=_text(row, "table").strip(),
        key=_text(row, "key").strip(),
        take=_text(row, "take").split() if _text(row, "shown") else list(FILLED),
        attributes=_text(row, "attributes").replace("\r\n", "\n").strip(),
    )
