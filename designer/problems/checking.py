"""The problems of a draft, as they are and as the panel lists them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.problems.panel import Group, problem_groups
from runtime.flows.problems import FlowProblem
from runtime.flows.versions import FlowView, problems_of
from tenancy.connections.store import kinds_by_name


def checked(
    session: Session, tenant_id: UUID, flow: FlowView, registry: Registry
) -> tuple[list[FlowProblem], list[Group]]:
    """List what is wrong with a draft, and the same by step, with what mends it."""
    found = problems_of(session, tenant_id, flow.draft)
    connections = kinds_by_name(session, tenant_id)
    return found, problem_groups(found, flow.draft, registry, connections)
