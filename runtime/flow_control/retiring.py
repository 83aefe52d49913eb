"""Retiring a version: it takes no new run, and what it did stays readable.

A run that starts while its version is retired, and the retiring, wait for each other on the
version's row: whoever comes second sees what the first did, and gives way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from runtime.flows.history import callers_of, find_numbered, set_retired
from runtime.flows.versions import FlowVersionView, get_flow
from runtime.runs.glance import under_way, versions_under_way
from tenancy.audit.trail import About, note

log = structlog.get_logger(__name__)


class VersionInUseError(InvalidError):
    """A version that something still needs was to be retired; `problems` name each use."""

    code = "flow.version_in_use"
    status = 409


class Use(NamedTuple):
    """Something that still needs a version, and what to do about it."""

    kind: Literal["live", "runs", "call"]
    text: str


def uses_of(
    session: Session, tenant_id: UUID, version: FlowVersionView, registry: Registry
) -> list[Use]:
    """List what still needs a version."""
    found: list[Use] = []
    if get_flow(session, tenant_id, version.flow_id).live_version_id == version.id:
        found.append(Use("live", "it is the live version: publish another one first"))
    active = under_way(session, tenant_id, version.flow_id, version.id)
    if active.count:
        found.append(Use("runs", f"{active} under way or waiting: let them end, or cancel them"))
    busy = versions_under_way(session, tenant_id)
    found += [
        Use(
            "call",
            f"{one.name} (version {one.number}, step {one.step}) calls it: "
            + ("publish that one anew" if one.is_live else "let that one's runs end"),
        )
        for one in callers_of(session, tenant_id, version, registry, also=busy)
    ]
    return found


def retire_version(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, by: str, now: datetime
) -> FlowVersionView:
    """Retire a version, so that no run of it is started again; done twice, it stays as it is.

    Raises:
        NotFoundError: no such version.
        VersionInUseError: with all that still needs it.
    """
    version = find_numbered(session, tenant_id, flow_id, number, lock=True)
    if version.retired_at is not None:
        return version
    uses = uses_of(session, tenant_id, version, registry_of(session, tenant_id))
    if uses:
        raise VersionInUseError(
            f"version {number} is still needed: {'; '.join(one.text for one in uses)}",
            problems=[Problem(f"/{one.kind}", one.text) for one in uses],
        )
    log.info("version_retired", flow_id=str(flow_id), number=number, by=by)
    about, facts = _about(session, tenant_id, flow_id), {"version": number}
    note(session, tenant_id, "workflow.version_retired", now=now, about=about, facts=facts)
    return set_retired(session, tenant_id, flow_id, number, at=now)


def bring_back_version(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, by: str, now: datetime
) -> FlowVersionView:
    """Let a retired version be run again; raises NotFoundError."""
    log.info("version_brought_back", flow_id=str(flow_id), number=number, by=by)
    found = set_retired(session, tenant_id, flow_id, number, at=None)
    about, facts = _about(session, tenant_id, flow_id), {"version": number}
    note(session, tenant_id, "workflow.version_brought_back", now=now, about=about, facts=facts)
    return found


def _about(session: Session, tenant_id: UUID, flow_id: UUID) -> About:
    return About(kind="workflow", id=flow_id, name=get_flow(session, tenant_id, flow_id).name)
