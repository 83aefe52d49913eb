"""What was found of a table, in sentences that name rows and give an example. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.rules.tables.analysis import Findings
from runtime.rules.tables.cells import Value
from runtime.rules.tables.gap_words import gap_words
from runtime.rules.tables.model import Hit, Table
from runtime.rules.tables.words import input_title, value_words

OVERLAPS_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Said:
    """One finding in words, and the cell or row it leads to ("" for none)."""

    text: str
    at: str = ""
    is_bad: bool = False


def gaps_said(table: Table, findings: Findings) -> list[Said]:
    """Say what no row takes."""
    return [
        Said(f"{gap_words(table, findings, gap)}. For example: {_words(table, gap.example)}.")
        for gap in findings.gaps
    ]


def overlaps_said(table: Table, findings: Findings) -> list[Said]:
    """Say which rows get in each other's way, as far as it matters under the hit policy."""
    found = [
        Said(
            f"Row {row + 1} never counts: every alarm it takes is decided by another row.",
            f"/rows/{row}/when/0",
            is_bad=True,
        )
        for row in findings.masked
    ]
    matters = table.hit in (Hit.UNIQUE, Hit.ANY)
    for one in findings.overlaps[:OVERLAPS_SHOWN_MAX]:
        first, second = one.rows
        says = "and say different things" if one.differs else "and say the same"
        found.append(
            Said(
                f"Rows {first + 1} and {second + 1} both match {says}, "
                f"for example: {_words(table, one.example)}.",
                f"/rows/{second}/when/0",
                is_bad=matters and (one.differs or table.hit is Hit.UNIQUE),
            )
        )
    return found


def _words(table: Table, values: Sequence[Value]) -> str:
    return ", ".join(
        f"{input_title(column)} {value_words(value)}"
        for column, value in zip(table.inputs, values, strict=True)
    )
