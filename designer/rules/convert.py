"""Rows of the form into a rule document, and a document into rows; pure.

What a person typed is passed on as it is where it cannot be a number or a known word: the check
of the document then says so, and `place` brings its words back beside the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from designer.rules.rows import ActionRow, ConditionRow, GroupRow, RuleRows, SettingRow, Span
from kernel.errors import Problem
from runtime.rules.conditions import LISTED, ORDER, PRESENCE, Op
from runtime.rules.fields import ATTRIBUTES, Kind, find_field
from runtime.rules.model import PRIORITY_DEFAULT
from runtime.rules.words import value_words

_GATES = ("all", "any", "none")
_UNITS_S = (3600, 60, 1)
_FORM_KEYS = {"each": {"kind"}, "count": {"kind", "at_least", "within_s", "group_by"}}
_FORM_ACTIONS = frozenset({"start", "set", "acknowledge", "suppress", "derive"})
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


def document_of(rows: RuleRows) -> dict[str, Any]:
    """Write rows as a rule document, good or not."""
    document: dict[str, Any] = {"rule": 1, "name": rows.name}
    if rows.notes:
        document["notes"] = rows.notes
    if rows.priority != str(PRIORITY_DEFAULT):
        document["priority"] = _number(rows.priority)
    if set(rows.on) != {"raised", "changed"}:
        document["on"] = rows.on
    if rows.when.members:
        document["when"] = _group_document(rows.when)
    document["pattern"] = _pattern(rows)
    document["then"] = [_action_document(action) for action in rows.then]
    if rows.cooldown.amount:
        document["cooldown_s"] = _seconds(rows.cooldown)
    return document


def fits_form(document: Mapping[str, Any]) -> bool:
    """Tell whether the form has a field for all that a rule says; else only its text has."""
    pattern = document.get("pattern", {"kind": "each"})
    known = _FORM_KEYS.get(pattern["kind"], set())
    actions = {action["do"] for action in document["then"]}
    return set(pattern) <= known and actions <= _FORM_ACTIONS and "stop" not in document


def rows_of(document: Mapping[str, Any]) -> RuleRows:
    """Fill rows from a checked document."""
    pattern = document.get("pattern", {"kind": "each"})
    rows = RuleRows(
        name=document["name"],
        notes=document.get("notes", ""),
        priority=str(document.get("priority", PRIORITY_DEFAULT)),
        on=list(document.get("on", ("raised", "changed"))),
        kind=pattern["kind"],
        cooldown=_span(document["cooldown_s"]) if "cooldown_s" in document else Span(),
        when=_group_rows(document.get("when", {"all": []})),
        then=[_action_rows(action) for action in document["then"]],
    )
    if rows.kind == "count":
        rows.at_least = str(pattern["at_least"])
        rows.within = _span(pattern["within_s"])
        rows.group_by = list(pattern.get("group_by", ()))
    return rows


def place(problems: Iterable[Problem], rows: RuleRows) -> dict[str, str]:
    """Give each problem of the document the name of the field that shows it."""
    return {_field_name(problem.pointer, rows): problem.message for problem in problems}


def _pattern(rows: RuleRows) -> dict[str, Any]:
    if rows.kind == "each":
        return {"kind": "each"}
    pattern = {
        "kind": "count",
        "at_least": _number(rows.at_least),
        "within_s": _seconds(rows.within),
    }
    return {**pattern, "group_by": rows.group_by} if rows.group_by else pattern


def _group_document(group: GroupRow) -> dict[str, Any]:
    return {
        group.gate: [
            _group_document(member) if isinstance(member, GroupRow) else _condition_document(member)
            for member in group.members
        ]
    }


def _condition_document(row: ConditionRow) -> dict[str, Any]:
    condition: dict[str, Any] = {"field": row.field, "op": row.op}
    op = Op(row.op)
    if op in PRESENCE:
        return condition
    field = find_field(row.field)
    numeric = field is not None and (
        field.kind is Kind.NUMBER or (field.kind is Kind.FREE and op in ORDER)
    )
    take = _number if numeric else str
    if op in LISTED:
        values = [line.strip() for line in row.value.splitlines() if line.strip()]
        return {**condition, "value": [take(value) for value in values]}
    return {**condition, "value": take(row.value.strip())}


def _action_document(action: ActionRow) -> dict[str, Any]:
    written: dict[str, Any] = {"do": action.do}
    if action.do == "start":
        return {**written, "flow": action.flow}
    if action.do == "suppress" and action.reason:
        return {**written, "reason": action.reason}
    if action.do == "set":
        return {**written, "fields": {one.field: one.value for one in action.settings}}
    if action.do == "derive":
        return {**written, "alarm": _alarm(action.settings)}
    return written


def _alarm(settings: Iterable[SettingRow]) -> dict[str, Any]:
    alarm: dict[str, Any] = {}
    for one in settings:
        if one.field.startswith(ATTRIBUTES):
            name = one.field.removeprefix(ATTRIBUTES)
            alarm.setdefault("attributes", {})[name] = one.value
        else:
            alarm[one.field] = one.value
    return alarm


def _group_rows(node: Mapping[str, Any]) -> GroupRow:
    for gate in _GATES:
        if gate in node:
            members = [
                _group_rows(member) if "op" not in member else _condition_rows(member)
                for member in node[gate]
            ]
            return GroupRow(gate, members)
    return GroupRow("all", [_condition_rows(node)])


def _condition_rows(node: Mapping[str, Any]) -> ConditionRow:
    value = node.get("value", "")
    lines = value if isinstance(value, list) else [value]
    return ConditionRow(node["field"], node["op"], "\n".join(map(value_words, lines)))


def _action_rows(action: Mapping[str, Any]) -> ActionRow:
    fields = dict(action.get("fields", action.get("alarm", {})))
    for name, value in fields.pop("attributes", {}).items():
        fields[ATTRIBUTES + name] = value
    settings = [SettingRow(path, value_words(value)) for path, value in fields.items()]
    return ActionRow(action["do"], action.get("flow", ""), action.get("reason", ""), settings)


def _number(text: str) -> Any:
    """Take a number where it is one; other text stays, for the check to refuse."""
    if _NUMBER.fullmatch(text) is None:
        return text
    return float(text) if "." in text else int(text)


def _seconds(span: Span) -> Any:
    amount = _number(span.amount)
    return amount * int(span.unit) if isinstance(amount, int) else amount


def _span(seconds: int) -> Span:
    unit = next(one for one in _UNITS_S if seconds % one == 0)
    return Span(str(seconds // unit), str(unit))


def _field_name(pointer: str, rows: RuleRows) -> str:
    if pointer.startswith("/when"):
        name = re.sub(r"/(all|any|none)(?=/|$)", "/members", pointer)
        return name.removesuffix("/members")
    if pointer.startswith("/pattern/group_by/"):
        return pointer.removeprefix("/pattern") + "/field"
    for written, shown in (
        ("/pattern/within_s", "/within/amount"),
        ("/pattern/at_least", "/at_least"),
        ("/cooldown_s", "/cooldown/amount"),
    ):
        if pointer == written:
            return shown
    return _setting_name(pointer, rows)


def _setting_name(pointer: str, rows: RuleRows) -> str:
    """Find the row of the field that an action writes; the action itself where there is none."""
    found = re.fullmatch(r"/then/(\d+)/(?:fields|alarm)(?:/(.+))?", pointer)
    if found is None:
        return pointer
    index, rest = int(found[1]), (found[2] or "").replace("~1", "/").replace("~0", "~")
    path = rest.replace("attributes/", ATTRIBUTES, 1)
    for number, one in enumerate(rows.then[index].settings):
        if one.field == path:
            return f"/then/{index}/settings/{number}/value"
    return f"/then/{index}"
