"""What can be shared: drafts of workflows, rules and decision tables, as they are at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ForbiddenError, NotFoundError
from runtime.flows import versions as flows
from runtime.flows.uses import blocks_of
from runtime.going_live.subjects import without_digests
from runtime.rules import store as rules

SubjectKind = Literal["workflow", "rule", "table"]
KINDS: tuple[SubjectKind, ...] = ("workflow", "rule", "table")
_OBSERVES = "observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A draft as it can be shared, and its revision."""

    id: UUID
    kind: SubjectKind
    name: str
    document: dict[str, Any]
    revision: int


def get_subject(session: Session, tenant_id: UUID, kind: str, subject_id: UUID) -> Subject:
    """Give the draft of a workflow, rule or decision table; raises NotFoundError."""
    if kind == "workflow":
        flow = flows.get_flow(session, tenant_id, subject_id)
        document = without_digests(flow.draft)
        return Subject(
            id=flow.id,
            kind="workflow",
            name=flow.name,
            document=document,
            revision=flow.draft_revision,
        )
    rule = rules.get_rule(session, tenant_id, subject_id)
    found: SubjectKind = "table" if rule.kind == "table" else "rule"
    if found != kind:
        raise NotFoundError(f"no such {kind}")
    return Subject(
        id=rule.id,
        kind=found,
        name=rule.name,
        document=quiet(rule.draft),
        revision=rule.draft_revision,
    )


def make_subject(
    session: Session, who: Acting, kind: str, document: Mapping[str, Any], *, now: datetime
) -> UUID:
    """Make a draft of what was taken over.

    Raises:
        ForbiddenError: who acts may not change drafts of that kind.
        InvalidError: with every problem of the document.
    """
    require_may_edit(who, kind)
    if kind == "workflow":
        return flows.create_flow(
            session,
            who.tenant_id,
            name=document["name"],
            document=document,
            by=who.person_name,
            now=now,
        ).id
    return rules.create_rule(
        session,
        who.tenant_id,
        document=quiet(document),
        by=who.person_name,
        by_id=who.vouched_by,
        now=now,
    ).id


def save_subject(
    session: Session, who: Acting, subject: Subject, document: Mapping[str, Any], *, now: datetime
) -> None:
    """Replace a draft, if nobody else did meanwhile.

    Raises:
        ForbiddenError, InvalidError: as `make_subject`.
        ConflictError: somebody saved another draft first.
    """
    require_may_edit(who, subject.kind)
    said: dict[str, Any] = {
        "document": dict(document),
        "expected_revision": subject.revision,
        "by": who.person_name,
        "now": now,
    }
    if subject.kind == "workflow":
        flows.save_draft(session, who.tenant_id, subject.id, **said)
    else:
        rules.save_draft(session, who.tenant_id, subject.id, by_id=who.vouched_by, **said)


def require_may_edit(who: Acting, kind: str) -> None:
    """Refuse who may not change drafts of a kind."""
    permission = "workflows.edit" if kind == "workflow" else "rules.edit"
    if not who.may(permission):
        raise ForbiddenError(f"taking over a {kind} asks for the permission {permission}")


def blocks_needed(document: Mapping[str, Any]) -> list[str]:
    """List the blocks a document needs, as `id@version`."""
    return sorted(blocks_of(document)) if "flow" in document else []


def quiet(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a rule so that it only observes once it is published: others do not know it yet."""
    return {**document, "mode": _OBSERVES} if "mode" in document else dict(document)
