"""Going on with a draft that others changed meanwhile, and going back to an earlier one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from kernel.errors import NotFoundError
from runtime.drafts.merging import Choices, Merge, is_same, merged
from runtime.flows.model import require_shape
from runtime.flows.revisions import built_on, find_revision
from runtime.flows.versions import FlowView, get_flow, save_draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A merge with the draft as it is now: what it builds on, and what they made since.

    Attributes:
        base: What both began with; None where it is not kept any more: then whatever only one
            side has is taken, and nothing counts as removed.
    """

    flow: FlowView
    base: Mapping[str, Any] | None
    merge: Merge


def merge_draft(  # noqa: PLR0913  whose document, on what, with which choices
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    document: Any,
    revision: int,
    registry: Registry,
    page: str = "",
    choices: Choices | None = None,
) -> Merging:
    """Merge a document that builds on a revision with the draft as it is; saves nothing.

    `page` is where it was drawn: see `save_draft`.

    Raises:
        InvalidError: the document is no workflow.
    """
    require_shape(document)
    flow = get_flow(session, tenant_id, flow_id)
    number = built_on(session, flow, revision, page=page)
    base = find_revision(session, flow, number)
    shared = base if base is not None else _shared(document, flow.draft)
    merge = merged(shared, document, flow.draft, registry, choices)
    return Merging(flow=flow, base=base, merge=merge)


def restore_revision(  # noqa: PLR0913  who, which one, on which revision and when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    number: int,
    *,
    expected_revision: int,
    by: str,
    now: datetime,
) -> FlowView:
    """Make an earlier draft the draft again.

    Raises:
        NotFoundError: it is not kept any more.
        ConflictError: somebody saved another draft since `expected_revision`.
    """
    document = find_revision(session, get_flow(session, tenant_id, flow_id), number)
    if document is None:
        raise NotFoundError(f"draft {number} is not kept any more", revision=number)
    return save_draft(
        session,
        tenant_id,
        flow_id,
        document=document,
        expected_revision=expected_revision,
        by=by,
        now=now,
        told=f"Draft {number} restored",
    )


def _shared(mine: Any, theirs: Any, path: tuple[str, ...] = ()) -> Any:
    """Give what two values have alike: a base that nothing was removed from."""
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        both = {
            name: _shared(mine[name], theirs[name], (*path, name))
            for name in mine
            if name in theirs
        }
        return {name: value for name, value in both.items() if value is not None}
    if isinstance(mine, list) and isinstance(theirs, list) and _is_set(path):
        known = set(map(_key, theirs))
        return [one for one in mine if _key(one) in known]
    return mine if is_same(mine, theirs) else None


def _is_set(path: tuple[str, ...]) -> bool:
    """Tell whether a list has no order: wires, in loops too, and the members of a group."""
    members = path[:2] == ("canvas", "groups") and path[3:] == ("steps",)
    return members or path == ("wires",) or path[-2:] == ("body", "wires")


def _key(one: Any) -> str:
    return json.dumps(one, sort_keys=True)
