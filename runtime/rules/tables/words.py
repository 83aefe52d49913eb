"""Tables in plain words: what heads a column, and what a table does in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules.fields import SEVERITIES
from runtime.rules.tables.columns import Input, Output, Target, input_columns, output_columns
from runtime.rules.words import field_words

HIT_WORDS = {
    "unique": "Only one row can match",
    "first": "The first row that matches, from the top",
    "any": "Any row that matches: all of them say the same",
    "priority": "The row with the most important output",
    "collect": "Every row that matches",
}
AGGREGATE_WORDS = {
    "": "each row acts by itself",
    "sum": "numbers are added up",
    "min": "the least number counts",
    "max": "the greatest number counts",
    "count": "how many rows wrote a number",
}
TARGET_WORDS = {
    "set": "change the alarm",
    "start": "start a workflow",
    "do": "do something with the alarm",
    "value": "a value of its own",
}


def input_title(column: Input) -> str:
    """Head an input column."""
    return column.title or capitalised(field_words(column.field))


def output_title(column: Output) -> str:
    """Head an output column."""
    if column.title:
        return column.title
    if column.to is Target.SET:
        return f"Set {field_words(column.name)}"
    if column.to is Target.VALUE:
        return column.name
    return "Start workflow" if column.to is Target.START else "Do"


def capitalised(text: str) -> str:
    """Begin with a capital and leave the rest."""
    return text[:1].upper() + text[1:]


def table_sentence(document: Mapping[str, Any]) -> str:
    """Say what a table that fits the schema looks at and decides.

    >>> table_sentence({"inputs": [{"field": "perceived_severity"}], "hit": "first",
    ...                 "outputs": [{"to": "start"}], "rows": [{}, {}]})
    'Looks at severity and decides: start workflow. 2 rows, the first row that matches counts.'
    """
    inputs = ", ".join(_inner(input_title(one)) for one in input_columns(document))
    outputs = ", ".join(_inner(output_title(one)) for one in output_columns(document))
    count = len(document["rows"])
    rows = "1 row" if count == 1 else f"{count} rows"
    counts = {
        "unique": "only one can match",
        "first": "the first row that matches counts",
        "any": "any that matches counts",
        "priority": "the most important output counts",
        "collect": "every row that matches counts",
    }[document["hit"]]
    return f"Looks at {inputs} and decides: {outputs}. {rows}, {counts}."


def _inner(title: str) -> str:
    """Write a title within a sentence; one that is written in capitals stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def value_words(value: Any) -> str:
    """Write a value an alarm may have, for people."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"“{one}”" for one in value)
    if isinstance(value, str):
        return value if value in SEVERITIES else f"“{value}”"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
