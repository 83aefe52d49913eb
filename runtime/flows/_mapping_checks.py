"""Does what is mapped into a field fit it? Told before publishing, as far as schemas tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runtime.expressions.evaluating import check_expression, expressions_in
from runtime.flows._expression_checks import condition_texts
from runtime.flows._kinds import Kinds, Sources, kinds_taken_at
from runtime.flows._structure import Placed
from runtime.flows.problems import FlowProblem

_WORDS = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object with fields",
    "null": "nothing (null)",
}
_REMEDIES = {
    "string": "convert it with string(…)",
    "number": "convert it with int(…) or double(…)",
    "boolean": "compare it with something, such as == 'gold'",
}
_FIELDS_SHOWN = 8


def mapping_problems(
    sources: Sources,
    placed: Placed,
    where: str,
    schema: Mapping[str, Any],
    value: Mapping[str, Any],
) -> Iterable[FlowProblem]:
    """Yield the mappings of a step's config or input that can never fit.

    Args:
        sources: What the workflow's data is known to be.
        placed: The step.
        where: JSON Pointer to the config or input.
        schema: The block's schema of it.
        value: The config or input.
    """
    for pointer, text in [*expressions_in(value), *condition_texts(schema, value)]:
        if check_expression(text) is not None:
            continue
        wrong = _wrong_with(sources, text, kinds_taken_at(schema, pointer))
        if wrong:
            name = pointer.rpartition("/")[2]
            yield FlowProblem(f"{where}{pointer}", f"{placed.title}: {name}: {wrong}", placed.id)


def _wrong_with(sources: Sources, text: str, taken: Kinds) -> str:
    given = sources.kinds_given_by(text)
    if not given:
        fields = sources.fields_beside(text)[:_FIELDS_SHOWN]
        return f"{text} is never there: choose one of {', '.join(fields) or 'the fields before it'}"
    if given & taken:
        return ""
    remedy = next(
        (_REMEDIES[one] for one in sorted(taken) if one in _REMEDIES), "map another value"
    )
    return f"{text} gives {_said(given)}, but it must be {_said(taken)}: {remedy}"


def _said(kinds: Kinds) -> str:
    return " or ".join(_WORDS[one] for one in sorted(kinds))
