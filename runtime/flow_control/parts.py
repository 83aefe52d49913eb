"""The parts of a draft that are no drawing: settings, variables, and what it is started with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.flows.versions import FlowView, get_flow, save_draft

PARTS = ("settings", "vars", "input")


def parts_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give those parts of a document; {} for each that it has not.

    >>> parts_of({"flow": 1, "vars": {"n": 1}})
    {'settings': {}, 'vars': {'n': 1}, 'input': {}}
    """
    return {name: document.get(name, {}) for name in PARTS}


def with_parts(document: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document with some of those parts changed; empty ones are left out."""
    kept = {name: value for name, value in document.items() if name not in parts}
    return {**kept, **{name: value for name, value in parts.items() if value}}


def save_parts(  # noqa: PLR0913  who, what, on which revision and when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    parts: Mapping[str, Any],
    expected_revision: int,
    by: str,
    now: datetime,
) -> FlowView:
    """Save some parts of a draft; the rest stays as it is.

    Raises:
        InvalidError: a part has not the right shape.
        ConflictError: somebody saved the draft since `expected_revision`.
    """
    draft = get_flow(session, tenant_id, flow_id).draft
    return save_draft(
        session,
        tenant_id,
        flow_id,
        document=with_parts(draft, parts),
        expected_revision=expected_revision,
        by=by,
        now=now,
    )
