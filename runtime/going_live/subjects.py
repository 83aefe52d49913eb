"""What can be asked to be published: workflows, and rules with decision tables, in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.secrets import Vault
from runtime.flow_control.publishing import publish, require_use
from runtime.flows import history as flow_history
from runtime.flows import versions as flows
from runtime.flows.comparing import Change, compare
from runtime.flows.lookup import lock_flow
from runtime.going_live.authors import Subject, authors_of
from runtime.going_live.model import RequestView, Yes
from runtime.rules import history as rule_history
from runtime.rules import store as rules
from runtime.rules.model import Mode

Readable = Callable[[Mapping[str, Any]], Mapping[str, Any]]
MODES = (Mode.LIVE, Mode.OBSERVE, Mode.OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A draft as it is at the moment, ready to be published; see `_tables.PublishRequest`."""

    name: str
    mode: str
    document: Mapping[str, Any]
    revision: int
    against: int | None
    fixed: str
    authors: Mapping[str, str]


class Kind(Protocol):
    """One kind of thing that goes live."""

    column: Subject
    permission: str

    def hold(self, session: Session, tenant_id: UUID, id_: UUID, /) -> None:
        """Let nobody save or publish it before this transaction ends; raises NotFoundError."""
        ...

    def take(self, session: Session, tenant_id: UUID, id_: UUID, mode: str, /) -> Taken:
        """Take the draft as it is; raises InvalidError where it could not be published."""
        ...

    def publish(self, session: Session, request: RequestView, to: Going, /) -> int | None:
        """Publish what was asked for, and give the number of its version."""
        ...

    def revision(self, session: Session, tenant_id: UUID, id_: UUID, /) -> int:
        """Give the draft's present revision."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Who says yes, as whom it is published, with which keys and when."""

    tenant_id: UUID
    who: Acting
    by: str
    vault: Vault
    now: datetime


class Workflows(Kind):
    """Workflows: a snapshot names what it would be fixed to as well."""

    column: Subject = "flow_id"
    permission = "workflows.publish"

    @override
    def hold(self, session: Session, tenant_id: UUID, id_: UUID, /) -> None:
        lock_flow(session, tenant_id, id_)

    @override
    def take(self, session: Session, tenant_id: UUID, id_: UUID, mode: str, /) -> Taken:
        flow = flows.get_flow(session, tenant_id, id_)
        calls, document = flows.ready_to_publish(session, tenant_id, flow.draft)
        if flows.is_live_so(session, tenant_id, id_, calls, document):
            raise ConflictError("the draft is what is live already: change it first")
        return Taken(
            name=flow.name,
            mode="",
            document=flow.draft,
            revision=flow.draft_revision,
            against=flow.live_number,
            fixed=flows.fixed_of(calls, document),
            authors=authors_of(session, tenant_id, "flow_id", id_),
        )

    @override
    def publish(self, session: Session, request: RequestView, to: Going, /) -> int | None:
        where = (session, to.tenant_id, request.subject_id)
        require_use(*where, who=to.who, document=request.document)
        yes = Yes(document=request.document, revision=request.revision, fixed=request.fixed)
        made = publish(*where, note=request.note, by=to.by, vault=to.vault, now=to.now, yes=yes)
        return made.number

    @override
    def revision(self, session: Session, tenant_id: UUID, id_: UUID, /) -> int:
        return flows.get_flow(session, tenant_id, id_).draft_revision


class Rules(Kind):
    """Rules and decision tables: both are rows of the same table."""

    column: Subject = "rule_id"
    permission = "rules.publish"

    @override
    def hold(self, session: Session, tenant_id: UUID, id_: UUID, /) -> None:
        rules.hold_rule(session, tenant_id, id_)

    @override
    def take(self, session: Session, tenant_id: UUID, id_: UUID, mode: str, /) -> Taken:
        if mode not in MODES:
            message = "mode: live, observe, or off for a table that workflows alone ask"
            raise InvalidError(message, problems=[Problem("/mode", message)])
        rule, authors = rules.ready_to_publish(session, tenant_id, id_, Mode(mode))
        return Taken(
            name=rule.name,
            mode=mode,
            document=rule.draft,
            revision=rule.draft_revision,
            against=rule.live_number,
            fixed="",
            authors=authors,
        )

    @override
    def publish(self, session: Session, request: RequestView, to: Going, /) -> int | None:
        done = rules.publish_rule(
            session,
            to.tenant_id,
            request.subject_id,
            mode=Mode(request.mode),
            by=to.by,
            by_id=to.who.vouched_by,
            now=to.now,
            yes=Yes(document=request.document, revision=request.revision),
        )
        return done.live_number

    @override
    def revision(self, session: Session, tenant_id: UUID, id_: UUID, /) -> int:
        return rules.get_rule(session, tenant_id, id_).draft_revision


WORKFLOWS, RULES = Workflows(), Rules()


def kind_of(request: RequestView) -> Kind:
    """Give how what was asked for is dealt with."""
    return WORKFLOWS if request.kind == "workflow" else RULES


def changes_of(
    session: Session, tenant_id: UUID, request: RequestView, readable: Readable
) -> list[Change]:
    """List what publishing it changes, compared with what was live; all of it where nothing was.

    `readable` leaves out of a workflow what the reader must not see.
    """
    where = (session, tenant_id, request.subject_id)
    is_flow = request.kind == "workflow"
    if is_flow:
        none = {"name": "", "triggers": {}, "steps": {}}
        old = flow_history.document_of(*where, request.against) if request.against else none
        return compare(readable(without_digests(old)), readable(request.document))
    old = rule_history.document_of(*where, request.against) if request.against else {}
    return rule_history.compare_rules(old, request.document)


def without_digests(part: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out which packages a version is fixed to: a draft names none."""
    found = {
        name: {id_: _plain(one) for id_, one in part[name].items()}
        for name in ("triggers", "steps")
        if name in part
    }
    return {**part, **found}


def _plain(step: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in step.items() if name != "digest"}
    if "body" in step:
        found["body"] = without_digests(step["body"])
    if "undo" in step:
        found["undo"] = {k: v for k, v in step["undo"].items() if k != "digest"}
    return found
