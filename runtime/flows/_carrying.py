"""Workflows that blocks carry: kept beside those of people, never among them.

They are told by their name, which begins with a sign that no name people give begins with.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement

from blocks.kinds.composite import CARRIED
from kernel.errors import ConflictError
from runtime.flows._tables import FlowRow


class CarriedError(ConflictError):
    """A workflow that belongs to a block was to be changed."""

    code = "flow.carried"


def of_people() -> ColumnElement[bool]:
    """Narrow a query to the workflows that people made."""
    return FlowRow.slug.not_like(CARRIED + "%")


def refuse_carried(slug: str) -> None:
    """Raise CarriedError for a workflow that a block carries."""
    if slug.startswith(CARRIED):
        raise CarriedError(
            "this workflow belongs to a block and changes only with it: copy it to change it, or "
            "install another version of the block"
        )
