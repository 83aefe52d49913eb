"""An expression tried while it is written: is it right here, and what does it give on real data?

Only reads. What it gives is bounded like everything an expression gives, and never logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designer.data.samples import Choice, Sample
from designer.data.tree import kind_of, words_of, words_of_kind
from runtime.expressions.evaluating import (
    PREFIX,
    ExpressionError,
    check_expression,
    evaluate,
    paths_read_by,
)

_PLACE = re.compile(r"line 1, column (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes:
        problems: What is wrong with it as it stands, each with its remedy.
        value: What it gives on the sample, as one line; None where it could not be tried.
        kind: Of which kind that is, in plain words.
        note: Why it could not be tried.
        sample: What it was tried on; None where nothing was.
    """

    problems: Sequence[str]
    value: str | None = None
    kind: str = ""
    note: str = ""
    sample: Choice | None = None


def try_expression(text: str, problems: Sequence[str], sample: Sample) -> Outcome:
    """Try an expression on a sample.

    Args:
        text: The expression, with or without `= `.
        problems: What the checks of its place say.
        sample: The data.
    """
    whole, text = text, text.removeprefix(PREFIX)
    wrong = check_expression(text)
    if wrong is not None:
        told = _placed(wrong.message, len(whole) - len(text))
        return Outcome(problems=[told], sample=sample.chosen)
    missing = _missing(text, sample.variables)
    if missing:
        return Outcome(problems=problems, note=missing, sample=sample.chosen)
    try:
        value = evaluate(text, sample.variables)
    except ExpressionError as error:
        return Outcome(problems=problems, note=error.message, sample=sample.chosen)
    kind = words_of_kind(kind_of({}, value))
    said = "nothing (null)" if value is None else words_of(value) or "an empty text"
    return Outcome(problems=problems, value=said, kind=kind, sample=sample.chosen)


def _placed(message: str, before: int) -> str:
    """Count the columns of the first line as they are seen, with the sign that stands before."""
    found = _PLACE.match(message)
    return f"line 1, column {int(found[1]) + before}{message[found.end() :]}" if found else message


def _missing(text: str, variables: Mapping[str, Any]) -> str:
    """Say which step gave nothing yet that the expression reads."""
    held = variables.get("steps", {})
    for path in sorted(paths_read_by(text)):
        if path[0] == "steps" and len(path) > 1 and path[1] not in held:
            return f"{path[1]} gave nothing here yet: make a test run to see real values"
        if path[0] == "item" and "item" not in variables:
            return "no round of the loop ran here yet: make a test run to see real values"
    return ""
