"""Builders of decision tables."""

from __future__ import annotations

from typing import Any

from runtime.rules.tables.model import Table, parse_table


def make_row(when: list[str], then: list[str]) -> dict[str, Any]:
    """Make one row's document."""
    return {"when": when, "then": then}


def make_table_document(**changes: Any) -> dict[str, Any]:
    """Make a good table document: what becomes of an alarm by severity and load."""
    return {
        "table": 1,
        "name": "Triage",
        "hit": "first",
        "inputs": [
            {"field": "perceived_severity"},
            {"field": "attributes.load", "kind": "number"},
        ],
        "outputs": [{"to": "set", "name": "attributes.team"}, {"to": "do"}],
        "rows": [
            make_row([">= major", "[90..100]"], ["core", ""]),
            make_row(["minor, warning", "-"], ["", "acknowledge"]),
        ],
    } | changes


def make_table(**changes: Any) -> Table:
    """Make a good table."""
    return parse_table(make_table_document(**changes))


def make_plain_table(rows: list[tuple[str, str]], *, hit: str = "first", **changes: Any) -> Table:
    """Make a table of one column of numbers and one plain value."""
    return make_table(
        hit=hit,
        inputs=[{"field": "attributes.load", "kind": "number"}],
        outputs=[{"to": "value", "name": "word", "kind": "text"}],
        rows=[make_row([when], [then]) for when, then in rows],
        **changes,
    )
