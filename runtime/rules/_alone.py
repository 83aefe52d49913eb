"""Whether one person may put a rule live alone, and up to which mode somebody else said yes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from runtime.going_live.authors import authors_of
from runtime.rules._tables import RuleRow
from runtime.rules.model import Mode
from tenancy.policies import needs_two_people, require_second_person

_REACH = {"": 0, Mode.DRAFT: 0, Mode.OFF: 0, Mode.OBSERVE: 1, Mode.LIVE: 2}
"""How far a rule's firings go: nowhere, into the list of firings, or into the world."""


def refuse_alone(
    session: Session, row: RuleRow, mode: Mode, *, is_new: bool, by_id: UUID | None
) -> None:
    """Refuse that a person puts live what they had a hand in, where it takes two.

    A version may be switched by anybody, as far as a second person once said yes to it.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if not needs_two_people(session, row.tenant_id):
        return
    if not is_new and _REACH[mode] <= _REACH[row.yes_mode]:
        return
    authors = authors_of(session, row.tenant_id, "rule_id", row.id) if is_new else dict(row.made_of)
    require_second_person(session, row.tenant_id, authors=authors, publishes=by_id)


def note_yes(
    session: Session, row: RuleRow, mode: Mode, *, is_new: bool, revision: int | None
) -> None:
    """Note up to which mode a version was put live; of a new one, who had a hand in it too."""
    if is_new:
        row.made_of = authors_of(session, row.tenant_id, "rule_id", row.id, until=revision)
        row.yes_mode = mode.value
    elif _REACH[mode] > _REACH[row.yes_mode]:
        row.yes_mode = mode.value
