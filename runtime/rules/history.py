"""What becomes of a rule's versions and of the rule itself: compared, restored, copied, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.numbers import MOST
from runtime.flows.comparing import Change, compare_parts
from runtime.flows.uses import flows_deciding_by
from runtime.going_live.model import Known, known_since
from runtime.rules._alone import refuse_back_alone
from runtime.rules._schema import NAME_MAX
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.model import Mode
from runtime.rules.store import RuleView, create_rule, get_rule, list_rules, save_draft
from runtime.rules.tables.comparing import compare_tables
from runtime.rules.tables.model import is_table, kind_of
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.policies import together
from tenancy.rows import get_owned

_PARTS = {
    "name": "Name",
    "on": "When it looks",
    "when": "Conditions",
    "pattern": "Pattern",
    "then": "What it does",
    "cooldown_s": "Pause",
    "priority": "Priority",
    "stop": "Stops others",
    "notes": "Notes",
}


class RuleInUseError(ConflictError):
    """A rule that is judged was to be deleted."""

    code = "rules.in_use"


def document_of(
    session: Session, tenant_id: UUID, rule_id: UUID, number: int | None
) -> Mapping[str, Any]:
    """Give the document of a version, or of the draft where `number` is None.

    Raises:
        NotFoundError: no such rule or version.
    """
    if number is None:
        return get_rule(session, tenant_id, rule_id).draft
    return _version(session, tenant_id, rule_id, number).document


def require_back(
    session: Session, tenant_id: UUID, rule_id: UUID, number: int, *, by_id: UUID | None
) -> bool:
    """Refuse that whoever acts lets a version be live again, where that takes a second person.

    Tells whether a second person put it live before, or said yes to it.

    Raises:
        NotFoundError: no such rule or version.
        SecondPersonError: nobody but who made it ever put it live or said yes to it.
    """
    version = _version(session, tenant_id, rule_id, number)
    refuse_back_alone(session, version, by_id=by_id)
    return version.took_two


def authors_of_versions(
    session: Session, tenant_id: UUID, rule_id: UUID, number: int, *, known: Known | None = None
) -> dict[str, str]:
    """Give who had a hand in a version and in those it grew from, names by who answers.

    Those that are `known` are left out; where it is one of them, all that it grew from count.
    """
    rows = session.scalars(
        select(RuleVersionRow)
        .where(RuleVersionRow.tenant_id == tenant_id, RuleVersionRow.rule_id == rule_id)
        .where(RuleVersionRow.number <= number)
        .order_by(RuleVersionRow.number)
    )
    return together(
        known_since(known, [(one.number or 0, one.made_at, one.made_of) for one in rows])
    )


def compare_rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what differs between two documents of a rule or table, part by part."""
    if is_table(old) and is_table(new):
        return compare_tables(old, new)
    others = {name: name.capitalize() for name in (*old, *new) if name not in ("rule", "mode")}
    return compare_parts(
        old, new, {**_PARTS, **{k: v for k, v in others.items() if k not in _PARTS}}
    )


def restore_version(  # noqa: PLR0913  who, which one, on which revision and when
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    number: int,
    *,
    expected_revision: int,
    by: str,
    now: datetime,
    by_id: UUID | None = None,
) -> RuleView:
    """Make a published version the draft; a draft that is that version already stays as it is.

    Raises:
        NotFoundError: no such version.
        InvalidError: it names what is gone by now, such as a workflow.
        ConflictError: somebody saved another draft since `expected_revision`.
    """
    document = _version(session, tenant_id, rule_id, number).document
    rule = get_rule(session, tenant_id, rule_id)
    if rule.draft == document:
        return rule
    return save_draft(
        session,
        tenant_id,
        rule_id,
        document=document,
        expected_revision=expected_revision,
        by=by,
        now=now,
        by_id=by_id,
    )


def copy_rule(
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    by: str,
    now: datetime,
    by_id: UUID | None = None,
) -> RuleView:
    """Make a rule with this one's draft under a name of its own; a draft, judged nowhere."""
    rule = get_rule(session, tenant_id, rule_id)
    taken = {one.name.lower() for one in list_rules(session, tenant_id)}
    name = next(one for one in _names(rule.name) if one.lower() not in taken)
    document = {**rule.draft, "name": name}
    return create_rule(session, tenant_id, document=document, by=by, now=now, by_id=by_id)


def delete_rule(session: Session, tenant_id: UUID, rule_id: UUID, *, now: datetime) -> None:
    """Delete a rule that is not judged, with its versions and firings.

    Raises:
        RuleInUseError: it is live or observes, or a workflow decides by it.
    """
    row = get_owned(session, RuleRow, tenant_id, rule_id, name="rule", lock=True)
    if row.mode in (Mode.LIVE, Mode.OBSERVE):
        raise RuleInUseError(f"{row.name} is judged now: switch it off first")
    flows = flows_deciding_by(session, tenant_id, rule_id)
    if flows:
        named = ", ".join(flows)
        raise RuleInUseError(f"{row.name} is what {named} decides by: take it out there first")
    about = About(kind=kind_of(row.draft), id=rule_id, name=row.name)
    note(session, tenant_id, "rule.deleted", now=now, about=about)
    session.execute(delete(RuleRow).where(RuleRow.tenant_id == tenant_id, RuleRow.id == rule_id))
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(rule_id)})


def _names(name: str) -> list[str]:
    """Offer names for copies, one of which is free among ten thousand rules."""
    endings = [" (copy)", *(f" (copy {number})" for number in range(2, 10_001))]
    return [name[: NAME_MAX - len(ending)] + ending for ending in endings]


def _version(session: Session, tenant_id: UUID, rule_id: UUID, number: int) -> RuleVersionRow:
    wanted = select(RuleVersionRow).where(
        RuleVersionRow.tenant_id == tenant_id,
        RuleVersionRow.rule_id == rule_id,
        RuleVersionRow.number == number,
    )
    row = session.scalar(wanted) if 0 < number <= MOST else None
    if row is None:
        raise NotFoundError(f"there is no version {number} of this rule", number=number)
    return row
