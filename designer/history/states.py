"""Everything a workflow was: published versions and drafts, in one order, each to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.numbers import whole_number
from runtime.drafts.wording import Told, changes_told
from runtime.flows.history import document_of
from runtime.flows.revisions import Revision, find_revision, list_revisions
from runtime.flows.versions import FlowVersionView, FlowView, list_versions

SHOWN = 30
"""How many drafts are told in words on one page: each is compared with the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A version or a draft.

    Attributes:
        ref: What addresses call it: `v3`, `r17`.
        told: What changed in it from the draft before; nothing for versions, which are drafts too.
    """

    ref: str
    title: str
    at: datetime
    by: str
    note: str
    told: tuple[Told, ...] = ()


def timeline(session: Session, tenant_id: UUID, flow: FlowView, registry: Registry) -> list[State]:
    """List versions and drafts, the newest first."""
    published = [_version(one) for one in list_versions(session, tenant_id, flow.id)]
    kept = list_revisions(session, tenant_id, flow.id)[: SHOWN + 1]
    documents = {one.number: find_revision(session, flow, one.number) or {} for one in kept}
    drafts = []
    for later, earlier in zip(kept, [*kept[1:], None], strict=False):
        before = documents[earlier.number] if earlier is not None else None
        told = changes_told(before, documents[later.number], registry) if before else []
        drafts.append(_draft(later, tuple(told)))
    return sorted([*published, *drafts[:SHOWN]], key=lambda one: (one.at, one.ref), reverse=True)


def states_named(session: Session, tenant_id: UUID, flow_id: UUID) -> list[tuple[str, str]]:
    """List what can be compared, by reference and title: the draft, versions, drafts kept."""
    published = [_version(one) for one in list_versions(session, tenant_id, flow_id)]
    kept = [_draft(one, ()) for one in list_revisions(session, tenant_id, flow_id)[1:]]
    named = [(one.ref, f"{one.title} ({one.by or 'somebody'})") for one in [*published, *kept]]
    return [("draft", "The draft"), *named]


def title_of(ref: str) -> str:
    """Name a state in a sentence.

    >>> [title_of(one) for one in ("draft", "v3", "r17")]
    ['the draft', 'version 3', 'draft 17']
    """
    if ref == "draft":
        return "the draft"
    return f"{'version' if ref[0] == 'v' else 'draft'} {ref[1:]}"


def read_ref(text: str) -> str:
    """Read a reference; a bare number is a version's.

    Raises:
        InvalidError: it names no state.
    """
    if text in ("", "draft"):
        return "draft"
    ref = text if text[0] in "vr" else f"v{text}"
    if whole_number(ref[1:]) is None:
        problem = Problem("/with", "with: give the number of a version, r and a draft's, or draft")
        raise InvalidError("with names no state of the workflow", problems=[problem])
    return ref


def state_document(
    session: Session, tenant_id: UUID, flow: FlowView, ref: str
) -> Mapping[str, Any]:
    """Give the document of a state.

    Raises:
        NotFoundError: there is no such version, or the draft is not kept any more.
    """
    if ref == "draft":
        return flow.draft
    number = whole_number(ref[1:]) or 0
    if ref[0] == "v":
        return document_of(session, tenant_id, flow.id, number)
    found = find_revision(session, flow, number)
    if found is None:
        raise NotFoundError(f"draft {number} is not kept any more", revision=number)
    return found


def _version(one: FlowVersionView) -> State:
    title = f"Version {one.number}"
    return State(ref=f"v{one.number}", title=title, at=one.made_at, by=one.made_by, note=one.note)


def _draft(one: Revision, told: tuple[Told, ...]) -> State:
    return State(
        ref=f"r{one.number}",
        title=f"Draft {one.number}",
        at=one.made_at,
        by=one.made_by,
        note=one.told,
        told=told,
    )
