"""Rows of the form into a rule document, and a document into rows; pure.

What a person typed is passed on as it is where it cannot be a number or a known word: the check
of the document then says so, and `places` brings its words back beside the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer.rules._actions import action_document, action_rows
from designer.rules._values import seconds, span
from designer.rules.rows import RuleRows, Span
from runtime.rules.condition_rows import group_document, group_rows, number
from runtime.rules.model import PAIRS, PRIORITY_DEFAULT

_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "count": ("at_least",),
    "flapping": ("more_than", "release_below"),
}


def document_of(rows: RuleRows) -> dict[str, Any]:
    """Write rows as a rule document, good or not."""
    document: dict[str, Any] = {"rule": 1, "name": rows.name}
    if rows.notes:
        document["notes"] = rows.notes
    if rows.priority != str(PRIORITY_DEFAULT):
        document["priority"] = number(rows.priority)
    if rows.stop:
        document["stop"] = True
    if set(rows.on) != {"raised", "changed"}:
        document["on"] = rows.on
    if rows.when.members:
        document["when"] = group_document(rows.when)
    document["pattern"] = _pattern(rows)
    document["then"] = [action_document(action) for action in rows.then]
    if rows.cooldown.amount:
        document["cooldown_s"] = seconds(rows.cooldown)
    return document


def rows_of(document: Mapping[str, Any]) -> RuleRows:
    """Fill rows from a checked document."""
    rows = RuleRows(
        name=document["name"],
        notes=document.get("notes", ""),
        priority=str(document.get("priority", PRIORITY_DEFAULT)),
        stop=document.get("stop", False),
        on=list(document.get("on", ("raised", "changed"))),
        cooldown=span(document["cooldown_s"]) if "cooldown_s" in document else Span(),
        when=group_rows(document.get("when", {"all": []})),
        then=[action_rows(action) for action in document["then"]],
    )
    _read_pattern(rows, document.get("pattern", {"kind": "each"}))
    return rows


def _pattern(rows: RuleRows) -> dict[str, Any]:
    pattern: dict[str, Any] = {"kind": rows.kind}
    for name in _NUMBERS.get(rows.kind, ()):
        if getattr(rows, name):
            pattern[name] = number(getattr(rows, name))
    if rows.kind in PAIRS:
        pattern |= {"a": group_document(rows.a), "b": group_document(rows.b)}
        if rows.b_on:
            pattern["b_on"] = rows.b_on
    if rows.kind != "each":
        pattern["after_s" if rows.kind == "persists" else "within_s"] = seconds(rows.within)
    if rows.kind == "count" and rows.distinct:
        pattern["distinct"] = rows.distinct
    if rows.group_by:
        pattern["group_by"] = rows.group_by
    return pattern


def _read_pattern(rows: RuleRows, pattern: Mapping[str, Any]) -> None:
    rows.kind = pattern["kind"]
    for name in _NUMBERS.get(rows.kind, ()):
        setattr(rows, name, str(pattern.get(name, "")))
    if rows.kind in PAIRS:
        rows.a, rows.b = group_rows(pattern["a"]), group_rows(pattern["b"])
        rows.b_on = list(pattern.get("b_on", ()))
    if rows.kind != "each":
        rows.within = span(pattern.get("within_s", pattern.get("after_s")))
    rows.distinct = pattern.get("distinct", "")
    rows.group_by = list(pattern.get("group_by", ()))
