"""A rule's form as rows of plain text: what a person is filling in, right or wrong.

Pure. Field names are JSON Pointers into these rows (`/when/members/0/op`), so one route can read
any number of them; `convert` turns rows into a rule document and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.form_rows import branch_at, rows_at, text_at, tree_of
from runtime.rules.condition_rows import (
    GroupRow,
    first_condition,
    mend_operators,
    read_group,
    read_path,
)
from runtime.rules.model import FILLED, PAIRS, PatternKind

HOUR = "3600"


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


@dataclass
class ActionRow:
    """One action; only what its kind needs is shown and used.

    Attributes:
        parent, where, same: `correlate`: which alarm becomes the parent, and how it is found.
        hops, at_least: `correlate`: how far above it is looked for, and how severe it has to be.
        age, max_children: `correlate`: how old a parent may be, and how many alarms it may have.
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
    hops: str = ""
    at_least: str = ""
    age: Span = field(default_factory=lambda: Span("", HOUR))
    max_children: str = ""
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
    tree = tree_of(items)
    kind = text_at(tree, "kind")
    found = RuleRows(
        name=text_at(tree, "name").strip(),
        notes=text_at(tree, "notes").strip(),
        priority=text_at(tree, "priority").strip(),
        on=text_at(tree, "on").splitlines(),
        kind=kind if kind in list(PatternKind) else "each",
        stop=bool(text_at(tree, "stop")),
        at_least=text_at(tree, "at_least").strip(),
        distinct=read_path(branch_at(tree, "distinct")),
        more_than=text_at(tree, "more_than").strip(),
        release_below=text_at(tree, "release_below").strip(),
        within=_span(tree, "within"),
        group_by=[read_path(row) for row in rows_at(tree, "group_by")],
        a=read_group(branch_at(tree, "a")),
        b=read_group(branch_at(tree, "b")),
        b_on=text_at(tree, "b_on").splitlines(),
        cooldown=_span(tree, "cooldown"),
        when=read_group(branch_at(tree, "when")),
        then=[_action(row) for row in rows_at(tree, "then")],
    )
    mend_operators((found.when, found.a, found.b, *(one.where for one in found.then)))
    return found


def _span(node: Mapping[str, Any], name: str, *, usual: str = "60") -> Span:
    below = branch_at(node, name)
    unit = text_at(below, "unit")
    return Span(text_at(below, "amount").strip(), unit if unit in ("1", "60", HOUR) else usual)


def _action(row: Mapping[str, Any]) -> ActionRow:
    settings = [
        SettingRow(read_path(one), text_at(one, "value")) for one in rows_at(row, "settings")
    ]
    where = branch_at(row, "where")
    return ActionRow(
        do=text_at(row, "do"),
        flow=text_at(row, "flow"),
        reason=text_at(row, "reason"),
        settings=settings,
        parent=text_at(row, "parent") or "first",
        where=read_group(where) if where else first_condition(),
        same=[read_path(one) for one in rows_at(row, "same")],
        hops=text_at(row, "hops").strip(),
        at_least=text_at(row, "at_least"),
        age=_span(row, "age", usual=HOUR),
        max_children=text_at(row, "max_children").strip(),
        to=text_at(row, "to").replace("\r\n", "\n").strip(),
        subject=text_at(row, "subject"),
        text=text_at(row, "text"),
        every=_span(row, "every"),
        table=text_at(row, "table").strip(),
        key=text_at(row, "key").strip(),
        take=text_at(row, "take").split() if text_at(row, "shown") else list(FILLED),
        attributes=text_at(row, "attributes").replace("\r\n", "\n").strip(),
    )
