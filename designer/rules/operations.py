"""Buttons of the rule form: add a row, take one away. Pure; an unknown operation does nothing."""

from __future__ import annotations

from typing import Any

from designer.rules.rows import ActionRow, ConditionRow, GroupRow, RuleRows, SettingRow

ADD, GROUP, DELETE = "add", "group", "del"
_PARTS = frozenset({"when", "then", "members", "settings", "group_by", "a", "b", "where", "same"})


def operate(rows: RuleRows, operation: str) -> None:
    """Do `add:<list>`, `group:<list>` or `del:<row>`, each by the field names' own pointers."""
    verb, _, pointer = operation.partition(":")
    parts = pointer.split("/")[1:]
    if verb == DELETE and parts:
        found = _find(rows, parts[:-1])
        index = int(parts[-1]) if parts[-1].isascii() and parts[-1].isdigit() else -1
        if isinstance(found, list) and 0 <= index < len(found):
            del found[index]
    elif verb in (ADD, GROUP):
        found = _find(rows, parts)
        if isinstance(found, list) and (verb == ADD or parts[-1] == "members"):
            found.append(_fresh(parts[-1], verb))


def _find(rows: RuleRows, parts: list[str]) -> Any:
    """Follow a pointer through rows; None where it leads nowhere."""
    node: Any = rows
    for part in parts:
        if isinstance(node, list):
            known = part.isascii() and part.isdigit() and int(part) < len(node)
            node = node[int(part)] if known else None
        elif part in _PARTS:
            node = getattr(node, part, None)
        else:
            return None
    return node


def _fresh(name: str, verb: str) -> Any:
    if verb == GROUP:
        return GroupRow("any", [ConditionRow()])
    return {
        "members": ConditionRow(),
        "then": ActionRow(),
        "settings": SettingRow("specific_problem", ""),
        "group_by": "managed_object",
        "same": "managed_object",
    }[name]
