"""The input that a failed step gets instead of its own, as a person or a program changes it.

They see what the step was given with its secrets masked, and send it back: a secret they left
masked is kept. Whatever does not fit the block is refused here, not at the next attempt.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from blocks.schemas import with_defaults
from kernel.errors import InvalidError, Problem
from runtime.runs._shown import StepView
from runtime.runs.blobs import fetch
from runtime.runs.values import block_of, schema_of
from runtime.secrecy import masked, unmasked


def input_to_change(session: Session, tenant_id: UUID, step: StepView, registry: Registry) -> Any:
    """Give what an attempt was given, whole and with its secrets masked."""
    block = block_of(step, registry)
    schema = schema_of(step, "input", block.manifest if block is not None else None)
    return masked(fetch(session, tenant_id, step.input), schema)


def changed_input(
    session: Session, tenant_id: UUID, step: StepView, sent: Any, registry: Registry
) -> dict[str, Any] | None:
    """Give the input a step is to get; None when it is what the step had.

    Raises:
        InvalidError: it is no object, or its block does not take it; names each field.
    """
    before = fetch(session, tenant_id, step.input)
    found = unmasked(sent, before)
    if not isinstance(found, dict):
        problem = Problem("/input", "input must be a JSON object, such as {}")
        raise InvalidError("the input of a step is an object", problems=[problem])
    if found == before:
        return None
    block = block_of(step, registry)
    if block is not None:
        filled = with_defaults(block.manifest.input, found)
        problems = [
            Problem(f"/input{one.pointer}", one.message)
            for one in block.resolved_input_schema.problems(filled)
        ]
        if problems:
            told = "; ".join(one.message for one in problems)
            raise InvalidError(f"the block does not take this input: {told}", problems=problems)
    return found
