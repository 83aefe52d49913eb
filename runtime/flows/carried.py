"""The workflow a composite carries, made ready for its runs to be pinned to.

It is a workflow of the tenant like others, with one version that never changes, so that its runs
are as durable, as visible and as limited as any. It is in no list, nobody starts it by hand, and
what would change it is refused (`_carrying.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.pins import with_digests
from blocks.kinds.composite import CARRIED, CarriedFlow, carried_name
from blocks.manifest import Manifest
from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from kernel.ids import new_id
from runtime.flows._publishing import calls_of, digest_of, known_to
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.composites import composite_problems
from runtime.flows.model import require_shape
from runtime.flows.problems import Known
from runtime.flows.validate import check_flow
from tenancy.rows import insert_new


def ensure_carried(  # noqa: PLR0913  of which block, among which, for whom
    session: Session,
    tenant_id: UUID,
    manifest: Manifest,
    digest: str,
    carried: CarriedFlow,
    *,
    registry: Registry,
    now: datetime,
) -> UUID:
    """Keep the workflow that a block carries, and give its id; the same one for the same block.

    `digest` is that of its package; `registry` has the tenant's blocks, among which those must be
    that the workflow uses.

    Raises:
        InvalidError: the block says other than its workflow does, or the workflow cannot run here.
    """
    document = {**carried.flow, "name": manifest.title}
    require_shape(document)
    _refuse(manifest, composite_problems(manifest, carried, registry))
    name = carried_name(manifest, carried)
    known = session.scalar(
        select(FlowRow.id).where(FlowRow.tenant_id == tenant_id, FlowRow.slug == name)
    )
    if known is not None:  # what the block promises is no part of the name: it was looked at above
        return known
    tenant = _with_places(known_to(session, tenant_id, document), manifest)
    findings = check_flow(document, registry, tenant)
    errors = [Problem(one.pointer, one.message) for one in findings if one.severity == "error"]
    _refuse(manifest, errors)
    version = {
        "calls": calls_of(document, registry, tenant) or None,
        "note": f"Of the block {manifest.id} {manifest.version}, {digest}",
    }
    pinned = with_digests(document, registry)
    return _write(session, tenant_id, name, pinned, version, now=now)


def _refuse(manifest: Manifest, problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidError(f"the block {manifest.id} cannot be used here", problems=problems)


def _with_places(known: Known, manifest: Manifest) -> Known:
    """Let steps name the block's places, each as a connection of a kind that it accepts."""
    places = {CARRIED + one.slot: one.accepts[0] for one in manifest.secrets}
    return replace(known, connections={**(known.connections or {}), **places})


def _write(
    session: Session,
    tenant_id: UUID,
    name: str,
    document: dict[str, Any],
    version: dict[str, Any],
    *,
    now: datetime,
) -> UUID:
    """Write both, or give what another process wrote meanwhile."""
    flow_id, version_id, digest = new_id(), new_id(), digest_of(document)
    row = {
        "id": flow_id,
        "tenant_id": tenant_id,
        "slug": name,
        "name": document["name"],
        "draft": document,
        "draft_revision": 1,
        "draft_digest": digest,
        "live_version_id": version_id,
        "paused": False,
        "created_at": now,
        "updated_at": now,
        "updated_by": "",
    }
    if not insert_new(session, FlowRow, row, keys=("tenant_id", "slug")):
        return session.scalars(
            select(FlowRow.id).where(FlowRow.tenant_id == tenant_id, FlowRow.slug == name)
        ).one()
    session.add(
        FlowVersionRow(
            id=version_id,
            tenant_id=tenant_id,
            flow_id=flow_id,
            number=1,
            document=document,
            digest=digest,
            made_at=now,
            **version,
        )
    )
    session.flush()
    return flow_id
