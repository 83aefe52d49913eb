"""Whether one person may put a rule live alone, and up to which mode somebody else said yes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from runtime.going_live.authors import authors_of
from runtime.going_live.model import Yes
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.model import Mode
from tenancy.policies import needs_two_people, require_second_person

_REACH = {"": 0, Mode.DRAFT: 0, Mode.OFF: 0, Mode.OBSERVE: 1, Mode.LIVE: 2}
"""How far a rule's firings go: nowhere, into the list of firings, or into the world."""


def refuse_alone(
    session: Session, row: RuleRow, mode: Mode, *, is_new: bool, by_id: UUID | None
) -> bool:
    """Refuse that a person puts live what they had a hand in; tell whether it took two.

    A version may be switched by anybody, as far as a second person once said yes to it.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if not needs_two_people(session, row.tenant_id):
        return False
    if not is_new and _REACH[mode] <= _REACH[row.yes_mode]:
        return False
    authors = authors_of(session, row.tenant_id, "rule_id", row.id) if is_new else dict(row.made_of)
    require_second_person(session, row.tenant_id, authors=authors, publishes=by_id)
    return True


def refuse_back_alone(session: Session, version: RuleVersionRow, *, by_id: UUID | None) -> None:
    """Refuse that a version is live again that nobody else ever said yes to, by who made it.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if version.took_two or not needs_two_people(session, version.tenant_id):
        return
    authors = dict(version.made_of)
    require_second_person(session, version.tenant_id, authors=authors, publishes=by_id)


def note_yes(
    session: Session, row: RuleRow, mode: Mode, *, is_new: bool, yes: Yes | None, took_two: bool
) -> None:
    """Note up to which mode a version was put live and whether two did; of a new one, by whom."""
    version = session.get(RuleVersionRow, row.live_version_id)
    if version is None or not (is_new or _REACH[mode] > _REACH[row.yes_mode]):
        return
    row.yes_mode, version.took_two = mode.value, took_two
    if is_new:
        until = yes.revision if yes is not None else None
        authors = authors_of(session, row.tenant_id, "rule_id", row.id, until=until)
        row.made_of = {**authors, **(yes.authors if yes is not None else {})}
        version.made_of = row.made_of
