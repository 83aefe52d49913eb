"""Can the expressions of a workflow be evaluated when their turn comes?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.kinds.code import code_problems
from blocks.schemas import field_schema, is_deferred, texts_with_widget
from runtime.expressions.evaluating import PREFIX, check_expression, expressions_in, is_expression
from runtime.expressions.references import Path, paths_read_by
from runtime.flows._structure import Placed, Structure
from runtime.flows.problems import FlowProblem


def step_expression_problems(
    structure: Structure, placed: Placed, part: str, schema: Mapping[str, Any], *, key: str = ""
) -> Iterable[FlowProblem]:
    """Yield what is wrong with the expressions of a step's config or input.

    Args:
        structure: The workflow.
        placed: The step.
        part: `config` or `input`.
        schema: The block's schema of that part.
        key: `undo` for what takes the step back, which sees what the step gave.
    """
    holder = placed.step[key] if key else placed.step
    value = holder.get(part, {})
    prefix = f"{placed.pointer}/{key}" if key else placed.pointer
    reader = _Reader(structure, placed, sees_itself=bool(key))
    for pointer, text in [*expressions_in(value), *condition_texts(schema, value)]:
        name = pointer.rpartition("/")[2]
        is_late = is_deferred(field_schema(schema, pointer.split("/")[1]))
        where, said = f"{prefix}/{part}{pointer}", f"{placed.title}: {name}"
        for wrong in reader.problems(text, after_each_round=is_late):
            yield FlowProblem(where, f"{said}: {wrong}", placed.id)
        for title in reader.read_while_off(text):
            message = f"{said}: {title} is off and gives nothing: switch it on, or read another"
            yield FlowProblem(where, message, placed.id, "warning")


def trigger_expression_problems(text: str, pointer: str, name: str) -> Iterable[FlowProblem]:
    """Yield what is wrong with an expression that is evaluated before the run begins."""
    wrong = check_expression(text.removeprefix(PREFIX))
    if wrong is not None:
        yield FlowProblem(pointer, f"{name}: {wrong.message}")
        return
    others = sorted({path[0] for path in paths_read_by(text.removeprefix(PREFIX))} - {"trigger"})
    if others:
        message = f"{name}: only trigger is known when a run begins: do not read {others[0]}"
        yield FlowProblem(pointer, message)


def step_code_problems(
    placed: Placed, part: str, schema: Mapping[str, Any], *, key: str = ""
) -> Iterable[FlowProblem]:
    """Yield what is wrong with the code in a step's config or input (widget code)."""
    holder = placed.step[key] if key else placed.step
    prefix = f"{placed.pointer}/{key}" if key else placed.pointer
    for wrong in code_problems(schema, holder.get(part, {})):
        where = f"{prefix}/{part}{wrong.pointer}"
        yield FlowProblem(where, f"{placed.title}: {wrong.message}", placed.id)


class _Reader:
    """Where an expression stands, and so what it may read."""

    def __init__(self, structure: Structure, placed: Placed, *, sees_itself: bool) -> None:
        self._structure = structure
        self._id = placed.id
        self._is_inside = bool(placed.container)
        self._sees_itself = sees_itself

    def problems(self, text: str, *, after_each_round: bool) -> Iterable[str]:
        wrong = check_expression(text)
        if wrong is not None:
            yield wrong.message
            return
        for path in sorted(paths_read_by(text)):
            yield from self._wrong_with(path, after_each_round=after_each_round)

    def read_while_off(self, text: str) -> Iterable[str]:
        """Give the titles of the steps it reads that are switched off."""
        if check_expression(text) is None:
            read = {path[1] for path in paths_read_by(text) if path[0] == "steps" and path[1:]}
            found = (self._structure.steps.get(id_) for id_ in sorted(read))
            yield from (one.title for one in found if one is not None and one.is_off)

    def _wrong_with(self, path: Path, *, after_each_round: bool) -> Iterable[str]:
        if path[0] == "item" and not (self._is_inside or after_each_round):
            yield "item is only known inside a loop: read it in the loop's body"
        if path[0] == "vars" and len(path) > 1 and path[1] not in self._structure.variables:
            yield f"there is no variable {path[1]}: declare it in the workflow's settings"
        if path[0] == "steps" and len(path) > 1:
            yield from self._wrong_with_step(path[1], after_each_round=after_each_round)

    def _wrong_with_step(self, read: str, *, after_each_round: bool) -> Iterable[str]:
        structure = self._structure
        if read == self._id and (self._sees_itself or after_each_round):
            return
        if after_each_round and structure.container_of(read) == self._id:
            return
        if read not in structure.steps:
            yield f"there is no step {read}: choose one from the data picker"
        elif not structure.can_read(self._id, read):
            title = structure.title_of(read)
            loop = structure.container_of(read)
            if loop and loop not in structure.around(self._id):
                around = structure.title_of(loop)
                yield f"{title} stands inside {around}: read steps.{loop}.output.results instead"
            else:
                yield f"{title} does not come before this step: wire it before"


def condition_texts(schema: Mapping[str, Any], value: Any) -> Iterable[tuple[str, str]]:
    """Yield pointer and text of the fields a schema marks as conditions (widget expression)."""
    found = texts_with_widget("expression", schema, value)
    return ((pointer, text) for pointer, text in found if not is_expression(text))
