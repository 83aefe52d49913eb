"""The single controls of a form: what each shows of a value, and what it never shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.forms._kinds import (
    ABSENT,
    Kind,
    any_text,
    choice_text,
    choices_of,
    duration_parts,
    read_choice,
)
from blocks.forms.model import Choice, Field
from blocks.schemas import is_expression, widget_of

SEGMENTS_MAX = 3
_INPUT_MODES = {"number": "decimal", "duration": "decimal", "email": "email", "uri": "url"}


def single_field(
    kind: Kind,
    schema: Mapping[str, Any],
    value: Any,
    facts: Mapping[str, Any],
    choices: Mapping[str, Sequence[Choice]],
) -> Field:
    """Make the field of one control.

    Args:
        kind: Which control; none of several parts.
        schema: What may stand there.
        value: What stands there, or `ABSENT`.
        facts: What every field has, by the names of `Field`.
        choices: What the pickers offer, by widget name.
    """
    if kind == "choice":
        return _choice(schema, value, facts)
    if kind == "picker":
        return _picker(choices.get(widget_of(schema)), value, facts)
    if kind == "secret":
        hidden = value not in (ABSENT, None, "") and not is_expression(value)
        shown = "" if hidden else _shown(value)
        lines = widget_of(schema) == "secret-lines"
        return Field(**facts, kind=kind, text=shown, stored=hidden, has_lines=lines)
    if kind == "duration" and isinstance(value, int | float) and not isinstance(value, bool):
        amount, unit = duration_parts(value)
        return Field(**facts, kind=kind, text=amount, unit=unit)
    as_is = isinstance(value, str) and (kind != "any" or value == "")
    return Field(**facts, kind=kind, text=value if as_is else _shown(value))


def attributes_of(kind: Kind, schema: Mapping[str, Any]) -> dict[str, str]:
    """Give the further HTML attributes of a control."""
    examples = schema.get("examples")
    found = {"inputmode": _INPUT_MODES[kind]} if kind in _INPUT_MODES else {}
    if isinstance(examples, list) and examples:
        found["placeholder"] = any_text(examples[0])
    return found


def _choice(schema: Mapping[str, Any], value: Any, facts: Mapping[str, Any]) -> Field:
    offered = [
        Choice(value=choice_text(schema, item), label=title) for item, title in choices_of(schema)
    ]
    chosen = "" if value is ABSENT else choice_text(schema, value)
    is_known = chosen in {choice.value for choice in offered}
    only_reads_alike = is_known and not _is_same(read_choice(schema, chosen), value)
    if only_reads_alike or (value == "" and not is_known):
        chosen = ""
    widget = widget_of(schema)
    fits = len(offered) <= SEGMENTS_MAX and facts["required"] and widget != "select"
    return Field(
        **facts,
        kind="choice",
        text=chosen,
        choices=_with_stored(offered, chosen),
        segmented=widget == "segmented" or fits,
    )


def _is_same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _picker(offered: Sequence[Choice] | None, value: Any, facts: Mapping[str, Any]) -> Field:
    text = value if isinstance(value, str) else _shown(value)
    if offered is None:
        return Field(**{**facts, "can_toggle": False}, kind="text", text=text)
    return Field(**facts, kind="picker", text=text, choices=_with_stored(list(offered), text))


def _with_stored(offered: list[Choice], text: str) -> tuple[Choice, ...]:
    """Keep what is stored choosable, even when it is no longer offered."""
    if text and text not in {choice.value for choice in offered}:
        offered = [*offered, Choice(value=text, label=f"{text} (not offered)")]
    return tuple(offered)


def _shown(value: Any) -> str:
    return "" if value is ABSENT else any_text(value)
