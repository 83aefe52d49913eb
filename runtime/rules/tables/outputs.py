"""Outputs: how the cells of a decision table's right side are read and written.

Pure. An empty cell, or `-`, does nothing. A text may hold `{field}` placeholders, filled from the
alarm when the row acts.
"""

from __future__ import annotations

from collections.abc import Collection

from runtime.rules._schema import SETTABLE, VALUE_MAX
from runtime.rules.fields import ATTRIBUTES, SEVERITIES, Kind, Scalar, find_field, number_text
from runtime.rules.fields import read_as as read_value
from runtime.rules.placeholders import unknown_placeholders
from runtime.rules.tables.cell_text import ANY_TEXT, CellError
from runtime.rules.tables.columns import Output, Target

DEEDS = ("acknowledge", "suppress")


def name_problem(to: Target, name: str) -> str | None:
    """Say what is wrong with an output's name, and the remedy."""
    if to is Target.SET and name not in SETTABLE:
        field = find_field(name)
        if field is None or not name.startswith(ATTRIBUTES):
            known = ", ".join(SETTABLE)
            return f"{name or 'the field'} cannot be set: use one of {known}, or attributes.<name>"
    if to is Target.VALUE and not name.strip():
        return "name is missing: say what the value is called"
    return None


def read_output(text: str, output: Output, flow_slugs: Collection[str] | None) -> Scalar | None:
    """Read an output cell; None where it does nothing.

    Raises:
        CellError: naming what is wrong and how to write it.
    """
    trimmed = text.strip()
    if trimmed in ("", ANY_TEXT):
        return None
    if output.kind is Kind.SEVERITY and trimmed not in SEVERITIES:
        raise CellError(f"{trimmed} is no severity: use one of {', '.join(SEVERITIES)}")
    if output.to is Target.DO:
        _demand_deed(trimmed)
    if output.to is Target.START and flow_slugs is not None and trimmed not in flow_slugs:
        raise CellError(f"flow {trimmed} does not exist: choose one of your workflows")
    if output.kind in (Kind.NUMBER, Kind.TRUTH):
        return _typed(trimmed, output.kind)
    if len(trimmed) > VALUE_MAX:
        raise CellError(f"it has over {VALUE_MAX} characters: shorten it")
    for name in unknown_placeholders(trimmed):
        raise CellError(
            f"{{{name}}} is not a field: write a field's name between the braces, "
            "such as {managed_object} or {attributes.site}"
        )
    return trimmed


def write_output(value: Scalar | None) -> str:
    """Write an output cell's value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)


def deed_of(text: str) -> tuple[str, str]:
    """Part an action from its reason.

    >>> deed_of("suppress: planned work")
    ('suppress', 'planned work')
    """
    deed, _, reason = text.partition(":")
    return deed.strip(), reason.strip()


def _demand_deed(text: str) -> None:
    deed, reason = deed_of(text)
    if deed not in DEEDS or (reason and deed != "suppress"):
        raise CellError(f"{text} is no action: write acknowledge, suppress, or suppress: a reason")


def _typed(text: str, kind: Kind) -> Scalar:
    value = read_value(text, kind)
    if not isinstance(value, bool | float):
        words = "a number: write it like 90 or 2.5" if kind is Kind.NUMBER else "true or false"
        raise CellError(f"{text} is not {words}")
    return value
