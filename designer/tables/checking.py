"""What is said beside a table: its problems, gaps, rows in each other's way, and what it decides.

Reads the tenant's workflows and recent alarms; records nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.tables.grid import Grid, Head, document_of
from kernel.errors import Problem
from runtime.alarms.documents import AlarmView, facts_while_it_stood
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.flows.versions import flow_slugs
from runtime.rules.around import paths_named
from runtime.rules.fields import CATALOGUE, Kind
from runtime.rules.suggesting import TRIED_MAX, Suggestions, attribute_paths, suggestions
from runtime.rules.tables.analysis import analyse, blocking
from runtime.rules.tables.columns import Output, Target
from runtime.rules.tables.deciding import decide, matching_rows, values_of
from runtime.rules.tables.finding_words import Said, gaps_said, overlaps_said
from runtime.rules.tables.gap_words import gap_row
from runtime.rules.tables.model import Table, check_table, parse_table
from runtime.rules.tables.outputs import write_output
from runtime.rules.tables.words import (
    capitalised,
    output_title,
    table_sentence,
)
from runtime.rules.words import field_words
from runtime.surroundings.given import recent_facts

TRIED_SHOWN_MAX = 50

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is known of a grid.

    Attributes:
        problems: What keeps the draft from being saved, each at its cell.
        blocking: What keeps it from being put live.
        gaps: What no row takes.
        more_gaps: There are more than these.
        overlaps: Rows that both match, and rows that never count.
        limit: Why not all was looked at, or "".
        sentence: What the table does; None while a cell or column has a problem.
    """

    problems: tuple[Problem, ...] = ()
    blocking: tuple[Problem, ...] = ()
    gaps: tuple[Said, ...] = ()
    overlaps: tuple[Said, ...] = ()
    more_gaps: bool = False
    limit: str = ""
    sentence: str | None = None

    @property
    def is_clean(self) -> bool:
        """Tell whether there is nothing to say against the table."""
        return not (self.problems or self.blocking or self.gaps or self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One recent alarm and what the table makes of it: row numbers from 1, outputs in words."""

    alarm: AlarmView
    rows: tuple[int, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Recent alarms put through the table."""

    looked_at: int
    decided: int
    hits: tuple[int, ...]
    shown: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the grid offers: fields, values seen in them, workflows, and by column the rest."""

    fields: tuple[Choice, ...]
    values: Mapping[str, Suggestions]
    flows: tuple[Choice, ...]
    input_titles: tuple[str, ...]
    output_titles: tuple[str, ...]
    input_lists: tuple[str, ...]
    output_lists: tuple[str, ...]


def check_grid(session: Session, tenant_id: UUID, grid: Grid) -> Check:
    """Check a grid as it is typed; one without a name yet is looked at all the same."""
    document = _named(grid)
    problems = check_table(document, flow_slugs(session, tenant_id).keys())
    if problems:
        return Check(problems=tuple(problems))
    table = parse_table(document)
    findings = analyse(table)
    return Check(
        blocking=tuple(blocking(table, findings)),
        gaps=tuple(gaps_said(table, findings)),
        more_gaps=findings.more_gaps,
        overlaps=tuple(overlaps_said(table, findings)),
        limit=findings.limit,
        sentence=table_sentence(document),
    )


def _named(grid: Grid) -> dict[str, Any]:
    return document_of(grid) | {"name": grid.name or "New table"}


def beside(problems: Iterable[Problem]) -> dict[str, str]:
    """Give each problem's words by the field it stands beside, where a cell need not be named."""
    return {
        one.pointer: one.message.partition(": ")[2] if "/rows/" in one.pointer else one.message
        for one in problems
    }


def row_for_gap(grid: Grid, number: int) -> list[str] | None:
    """Give the input cells of a row that fills a gap, by the gap's number in the list."""
    document = _named(grid)
    if check_table(document):
        return None
    table = parse_table(document)
    findings = analyse(table)
    if number >= len(findings.gaps):
        return None
    return gap_row(table, findings, findings.gaps[number])


def try_grid(session: Session, tenant_id: UUID, grid: Grid) -> Trial | None:
    """Put the recent alarms through a grid; None while it has problems."""
    document = _named(grid)
    if check_table(document):
        return None
    table = parse_table(document)
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TRIED_MAX)
    facts = recent_facts(session, tenant_id, paths_named([table]), alarms)
    tried = [_tried(table, *one) for one in zip(alarms, facts, strict=True)]
    hits = [sum(1 for one in tried if row + 1 in one.rows) for row in range(len(table.rows))]
    return Trial(
        looked_at=len(tried),
        decided=sum(1 for one in tried if one.rows),
        hits=tuple(hits),
        shown=tuple(sorted(tried, key=lambda one: not one.rows)[:TRIED_SHOWN_MAX]),
    )


def _tried(table: Table, alarm: AlarmView, facts: Mapping[str, Any]) -> Tried:
    values = values_of(table.inputs, facts)
    decision = decide(table, matching_rows(table, values))
    if decision is None:
        return Tried(alarm=alarm, rows=(), says="no row")
    says = "; ".join(
        ", ".join(
            f"{output_title(column)}: {write_output(value)}"
            for column, value in zip(table.outputs, outputs, strict=True)
            if value is not None
        )
        for outputs in decision.outputs
    )
    return Tried(alarm=alarm, rows=tuple(row + 1 for row in decision.rows), says=says or "nothing")


def make_offer(session: Session, tenant_id: UUID, grid: Grid) -> Offer:
    """Gather what the grid offers, from the workflows and recent alarms of the tenant."""
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TRIED_MAX)
    facts = [facts_while_it_stood(alarm) for alarm in alarms]
    attributes = [(path, field_words(path)) for path in attribute_paths(facts)]
    fields: list[Choice] = [(one.path, one.title) for one in CATALOGUE] + attributes
    values = suggestions(facts, [path for path, _ in fields])
    flows = flow_slugs(session, tenant_id)
    return Offer(
        fields=tuple(fields),
        values=values,
        flows=tuple(sorted(flows.items(), key=lambda one: one[1].lower())),
        input_titles=tuple(
            head.title or capitalised(field_words(head.name)) for head in grid.inputs
        ),
        output_titles=tuple(map(_output_title, grid.outputs)),
        input_lists=tuple(_list_of(head, values) for head in grid.inputs),
        output_lists=tuple(_list_of(head, {}) for head in grid.outputs),
    )


def _output_title(head: Head) -> str:
    if head.to not in set(Target):
        return head.title or "Output"
    return output_title(
        Output(to=Target(head.to), name=head.name, kind=Kind.TEXT, title=head.title)
    )


def _list_of(head: Head, values: Mapping[str, Suggestions]) -> str:
    """Name the list of suggestions on the page that goes with a column."""
    if head.name == "perceived_severity" and head.to in ("", "set"):
        return "table-severities"
    known = {"start": "table-flows", "do": "table-deeds"}.get(head.to, "")
    return known or (values[head.name].id if head.name in values else "")
