"""Actions of the rule form into a document, and back; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from designer.rules._values import seconds, span
from designer.rules.rows import HOUR, ActionRow, SettingRow, Span
from runtime.rules.condition_rows import first_condition, group_document, group_rows, number
from runtime.rules.fields import ATTRIBUTES
from runtime.rules.model import FILLED
from runtime.rules.words import value_words


def action_document(row: ActionRow) -> dict[str, Any]:
    """Write one action; what its kind does not take is left out."""
    write = _WRITERS.get(row.do)
    return {"do": row.do, **(write(row) if write else {})}


def action_rows(action: Mapping[str, Any]) -> ActionRow:
    """Read one action of a checked document."""
    fields = dict(action.get("fields", action.get("alarm", {})))
    for name, value in fields.pop("attributes", {}).items():
        fields[ATTRIBUTES + name] = value
    return ActionRow(
        do=action["do"],
        flow=action.get("flow", ""),
        reason=action.get("reason", ""),
        settings=[SettingRow(path, value_words(value)) for path, value in fields.items()],
        parent=action.get("parent", "first"),
        where=group_rows(action["where"]) if "where" in action else first_condition(),
        same=list(action.get("same", ())),
        hops=str(action.get("hops", "")),
        at_least=action.get("at_least", ""),
        age=span(action["max_age_s"]) if "max_age_s" in action else Span("", HOUR),
        max_children=str(action.get("max_children", "")),
        to="\n".join(action.get("to", ())),
        subject=action.get("subject", ""),
        text=action.get("text", ""),
        every=span(action["every_s"]) if "every_s" in action else Span(),
        table=action.get("table", ""),
        key=action.get("key", ""),
        take=list(action.get("take", () if action["do"] == "fill" else FILLED)),
        attributes="\n".join(action.get("attributes", ())),
    )


def _suppress(row: ActionRow) -> dict[str, Any]:
    return {"reason": row.reason.strip()} if row.reason.strip() else {}


def _correlate(row: ActionRow) -> dict[str, Any]:
    written: dict[str, Any] = {"parent": row.parent}
    if row.parent == "matching":
        written["where"] = group_document(row.where)
    if row.parent == "above":
        written |= {"hops": number(row.hops)} if row.hops else {}
        written |= {"at_least": row.at_least} if row.at_least else {}
    elif row.same:
        written["same"] = row.same
    if row.age.amount:
        written["max_age_s"] = seconds(row.age)
    if row.max_children:
        written["max_children"] = number(row.max_children)
    return written


def _enrich(row: ActionRow) -> dict[str, Any]:
    return {"table": row.table, "key": row.key, "fields": _fields(row)}


def _fill(row: ActionRow) -> dict[str, Any]:
    named = dict.fromkeys(filter(None, map(str.strip, row.attributes.splitlines())))
    written: dict[str, Any] = {"take": row.take} if row.take else {}
    return written | ({"attributes": list(named)} if named else {})


def _notify(row: ActionRow) -> dict[str, Any]:
    to = [line.strip() for line in row.to.splitlines() if line.strip()]
    written: dict[str, Any] = {"to": to, "subject": row.subject.strip()}
    if row.text.strip():
        written["text"] = row.text.strip()
    if row.every.amount:
        written["every_s"] = seconds(row.every)
    return written


def _fields(row: ActionRow) -> dict[str, str]:
    return {one.field: one.value for one in row.settings}


def _alarm(settings: Iterable[SettingRow]) -> dict[str, Any]:
    alarm: dict[str, Any] = {}
    for one in settings:
        if one.field.startswith(ATTRIBUTES):
            name = one.field.removeprefix(ATTRIBUTES)
            alarm.setdefault("attributes", {})[name] = one.value
        else:
            alarm[one.field] = one.value
    return alarm


_WRITERS: Mapping[str, Callable[[ActionRow], dict[str, Any]]] = {
    "start": lambda row: {"flow": row.flow},
    "suppress": _suppress,
    "set": lambda row: {"fields": _fields(row)},
    "derive": lambda row: {"alarm": _alarm(row.settings)},
    "correlate": _correlate,
    "enrich": _enrich,
    "fill": _fill,
    "notify": _notify,
}
