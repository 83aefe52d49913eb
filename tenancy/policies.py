"""What an organisation asks of its own members: who has to say yes before something goes live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.clock import format_instant
from kernel.errors import ConflictError
from kernel.schema import Schema
from tenancy._tables import OrganisationPolicy
from tenancy.audit.trail import note

log = structlog.get_logger(__name__)

FLOWS_NEED = ("one", "two", "effects")
YES_ROLES = ("", "admin")
HISTORY_MAX = 50
NOBODY = "installation"
"""Who answers where nobody is known to: all such changes count as one somebody's."""
_SCHEMA = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "workflows": {"enum": list(FLOWS_NEED)},
            "rules": {"enum": ["one", "two"]},
            "yes_role": {"enum": list(YES_ROLES)},
            "effects_need_approval": {"type": "boolean"},
        },
    }
)
POLICY_SCHEMA = _SCHEMA.document


class SecondPersonError(ConflictError):
    """What was changed has to be put live by somebody else."""

    code = "tenancy.second_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingPolicy:
    """Who has to say yes before something goes live.

    Attributes:
        workflows: `one` person does both, it takes `two`, or two only for workflows that change
            something outside (`effects`).
        rules: `one` or `two`, for rules and decision tables.
        yes_role: Which role says yes; "" for whoever may publish.
        effects_need_approval: A step that changes something outside needs an approval before it.
    """

    workflows: str = "one"
    rules: str = "one"
    yes_role: str = ""
    effects_need_approval: bool = False

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One change of the policy: when, by whom, and what was decided from then on."""

    at: str
    by: str
    policy: Mapping[str, Any]


def publishing_policy(session: Session, tenant_id: UUID) -> PublishingPolicy:
    """Give what an organisation decided; one person does all where it decided nothing."""
    row = session.get(OrganisationPolicy, tenant_id)
    if row is None:
        return PublishingPolicy()
    return PublishingPolicy(
        workflows=row.flows_need,
        rules="two" if row.needs_two_people else "one",
        yes_role=row.yes_role,
        effects_need_approval=row.effects_need_approval,
    )


def policy_history(session: Session, tenant_id: UUID) -> list[Decided]:
    """List what was decided, the newest first."""
    row = session.get(OrganisationPolicy, tenant_id)
    return [Decided(**one) for one in reversed(row.history)] if row is not None else []


def approval_before_effects(session: Session, tenant_id: UUID) -> bool:
    """Tell whether a step that changes something outside needs an approval before it."""
    return publishing_policy(session, tenant_id).effects_need_approval


def change_policy(
    session: Session, tenant_id: UUID, changes: Mapping[str, Any], *, by: str, now: datetime
) -> PublishingPolicy:
    """Decide parts of the policy anew; who did so is kept.

    Raises:
        InvalidError: naming each part that cannot be so; nothing is changed.
    """
    _SCHEMA.require(changes, "this cannot be decided so")
    before = publishing_policy(session, tenant_id)
    wanted = PublishingPolicy(**{**before.document(), **changes})
    if wanted == before:
        return before
    row = session.get(OrganisationPolicy, tenant_id)
    if row is None:
        row = OrganisationPolicy(tenant_id=tenant_id, history=[])
        session.add(row)
    row.flows_need, row.yes_role = wanted.workflows, wanted.yes_role
    row.needs_two_people = wanted.rules == "two"
    row.effects_need_approval = wanted.effects_need_approval
    said = {"at": format_instant(now), "by": by[:200], "policy": wanted.document()}
    row.history = [*row.history, said][-HISTORY_MAX:]
    row.changed_at, row.changed_by = now, by[:200]
    session.flush()
    log.info("publishing_policy_changed", tenant_id=str(tenant_id), by=by, changed=sorted(changes))
    note(session, tenant_id, "publishing_policy.changed", now=now, facts=wanted.document())
    return wanted


def needs_two_people(session: Session, tenant_id: UUID) -> bool:
    """Tell whether what one person changed in a rule has to be put live by another."""
    return publishing_policy(session, tenant_id).rules == "two"


def set_two_people(
    session: Session, tenant_id: UUID, *, needed: bool, by: str, now: datetime
) -> None:
    """Say whether what one person changed in a rule has to be put live by another."""
    change_policy(session, tenant_id, {"rules": "two" if needed else "one"}, by=by, now=now)


def key_of(person_id: UUID | None) -> str:
    """Give the word for who answers for a change."""
    return str(person_id) if person_id is not None else NOBODY


def together(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give who had a hand in any of several parts; nobody is known where of one nobody is.

    >>> together([{"a": "Ann"}, {}])
    {'a': 'Ann', 'installation': ''}
    """
    found: dict[str, str] = {}
    for one in parts:
        found.update(one or {NOBODY: ""})
    return found


def require_second_person(
    session: Session,
    tenant_id: UUID,
    *,
    authors: Mapping[str, str],
    publishes: UUID | None = None,
) -> None:
    """Refuse that a person puts live what they had a hand in, or who is not asked to say yes.

    Whether the organisation asks for two people is the caller's matter.

    Args:
        session: The caller's; who acts by it says yes where `publishes` does not say who.
        tenant_id: Whose.
        authors: Who had a hand in it: names by the word for who answers.
        publishes: Who answers for putting it live.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    who = acting_in(session, tenant_id)
    publishes = publishes or (who.vouched_by if who is not None else None)
    role = publishing_policy(session, tenant_id).yes_role
    why = why_no_second(authors, publishes, role=who.role if who is not None else "", needed=role)
    if why:
        raise SecondPersonError(why)


def why_no_second(
    authors: Mapping[str, str],
    publishes: UUID | None,
    *,
    role: str,
    needed: str,
    asked_by: str = NOBODY,
) -> str:
    """Say why somebody may not say yes to what others made; "" where they may.

    Where nobody is known to have made a part of it, that part may be theirs: they may say yes only
    to what somebody else who is known asked for, `asked_by`.

    >>> why_no_second({}, None, role="admin", needed="")[:8]
    'somebody'
    """
    ask = "ask to publish it, and a colleague says yes"
    names = _named(authors.values())
    if publishes is None:
        return f"{names} changed it, and here a second person has to publish it: {ask}"
    if key_of(publishes) in authors:
        others = _named(name for key, name in authors.items() if key == key_of(publishes))
        return f"{others} changed it, and here a second person has to publish it: {ask}"
    if asked_by in {NOBODY, key_of(publishes)} and (not authors or NOBODY in authors):
        return f"nobody knows who made it, and here a second person has to publish it: {ask}"
    if needed and role != needed:
        return f"here only the role {needed} says yes to what goes live: {ask}"
    return ""


def _named(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, names))) or "somebody"
