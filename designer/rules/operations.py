"""Buttons of the rule form: add a row, take one away. Pure; an unknown operation does nothing."""

from __future__ import annotations

from typing import Any

from designer.rules.rows import ActionRow, RuleRows, SettingRow
from kernel.form_rows import drop, follow
from runtime.rules.condition_rows import ConditionRow, fresh_group

ADD, GROUP, DELETE = "add", "group", "del"
_PARTS = frozenset({"when", "then", "members", "settings", "group_by", "a", "b", "where", "same"})


def operate(rows: RuleRows, operation: str) -> None:
    """Do `add:<list>`, `group:<list>` or `del:<row>`, each by the field names' own pointers."""
    verb, _, pointer = operation.partition(":")
    parts = pointer.split("/")[1:]
    if verb == DELETE:
        drop(rows, pointer, _PARTS)
    elif verb in (ADD, GROUP):
        found = follow(rows, parts, _PARTS)
        if isinstance(found, list) and (verb == ADD or parts[-1] == "members"):
            found.append(_fresh(parts[-1], verb))


def action_at(rows: RuleRows, pointer: str) -> ActionRow | None:
    """Give the action that a pointer names, or None.

    >>> action_at(RuleRows(then=[ActionRow(do="start")]), "/then/0").do
    'start'
    """
    found = follow(rows, pointer.split("/")[1:], _PARTS)
    return found if isinstance(found, ActionRow) else None


def workflow_name(rule: str) -> str:
    """Name the workflow that is made for a rule.

    >>> workflow_name("Critical links"), workflow_name(" ")
    ('Critical links: what to do', 'What to do')
    """
    named = rule.strip()
    return f"{named[:100]}: what to do" if named else "What to do"


def _fresh(name: str, verb: str) -> Any:
    if verb == GROUP:
        return fresh_group()
    return {
        "members": ConditionRow(),
        "then": ActionRow(),
        "settings": SettingRow("specific_problem", ""),
        "group_by": "managed_object",
        "same": "managed_object",
    }[name]
