"""A tenant's workflows as files: stable JSON, BPMN, pictures. Secrets stay behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.drawings.colours import Theme
from blocks.installs.registry import registry_of
from runtime.flows.bpmn.writing import write_bpmn
from runtime.flows.decisions import decisions_of
from runtime.flows.drawn import picture_of
from runtime.flows.exchange.envelope import write_envelope
from runtime.flows.exchange.retelling import retold, unmistakable
from runtime.flows.history import document_of
from runtime.flows.versions import get_flow

FORMATS: Mapping[str, tuple[str, str]] = {
    "json": ("application/json", "Our own, for another installation or version control"),
    "bpmn": ("application/bpmn+xml", "BPMN 2.0, for other tools"),
    "svg": ("image/svg+xml", "A picture"),
}
"""Media type of each format of one workflow, and what it is for."""


def export_json(
    session: Session, tenant_id: UUID, flow_ids: Sequence[UUID], number: int | None = None
) -> str:
    """Write workflows as one file of stable JSON: their drafts, or the version of a number."""
    documents = {}
    for flow_id in flow_ids:
        flow = get_flow(session, tenant_id, flow_id)
        documents[flow.slug] = _document(session, tenant_id, flow_id, number)
    return write_envelope(
        documents, registry_of(session, tenant_id), _table_names(session, tenant_id)
    )


def export_bpmn(session: Session, tenant_id: UUID, flow_id: UUID, number: int | None = None) -> str:
    """Write a workflow as BPMN 2.0."""
    flow, registry = get_flow(session, tenant_id, flow_id), registry_of(session, tenant_id)
    document = _document(session, tenant_id, flow_id, number)
    told = retold(document, registry, unmistakable(_table_names(session, tenant_id)), "table")
    return write_bpmn(told, registry, slug=flow.slug)


def export_svg(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    number: int | None = None,
    *,
    theme: Theme = "light",
) -> str:
    """Draw a workflow; what is in the settings of its steps is not on the picture."""
    document = _document(session, tenant_id, flow_id, number)
    return picture_of(document, registry_of(session, tenant_id), theme)


def _table_names(session: Session, tenant_id: UUID) -> dict[str, str]:
    tables = decisions_of(session).known(session, tenant_id, ())
    return {id_: table.name for id_, table in tables.items()}


def _document(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int | None
) -> Mapping[str, Any]:
    """Give the draft, or a version; raises NotFoundError."""
    return document_of(session, tenant_id, flow_id, number)
