"""A file of workflows that was read and shown, until somebody applies it: once, whole, or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.flows.exchange.carried import Carried
from runtime.flows.exchange.importing import make_planned
from runtime.flows.exchange.planning import Planned, plan_import
from runtime.flows.versions import FlowView
from runtime.imports.reading import ORIGIN_MAX, FileRead
from runtime.imports.staging import ImportView, Staged, apply_once, read_staged, stage_file

KIND = "workflows"


def stage_workflows(
    session: Session,
    tenant_id: UUID,
    found: Sequence[Carried],
    *,
    name: str,
    by: str,
    now: datetime,
) -> ImportView:
    """Keep what `read_file` found in a file of workflows; who stages reads it beforehand."""
    said = Staged(origin=name[:ORIGIN_MAX], format=KIND, document=[_document(one) for one in found])
    read = FileRead(format=KIND)
    return stage_file(
        session, tenant_id, read, said=said, kind=KIND, counts={"count": len(found)}, by=by, now=now
    )


def plan_staged(
    session: Session,
    tenant_id: UUID,
    import_id: UUID,
    choices: Mapping[str, str] | None = None,
) -> list[Planned]:
    """Say what a staged file would make; raises ImportAppliedError once it did."""
    staged = read_staged(session, tenant_id, import_id, kind=KIND)
    return plan_import(session, tenant_id, _carried(staged.document), choices)


def apply_staged(  # noqa: PLR0913  which, chosen how, for whom and when
    session: Session,
    tenant_id: UUID,
    import_id: UUID,
    *,
    choices: Mapping[str, str],
    revisions: Mapping[str, int],
    by: str,
    now: datetime,
) -> list[FlowView]:
    """Make what was chosen of a staged file; raises what planning and making do."""
    made: list[FlowView] = []

    def make(staged: Staged) -> Mapping[str, Any]:
        planned = plan_import(session, tenant_id, _carried(staged.document), choices)
        done = make_planned(session, tenant_id, planned, revisions=revisions, by=by, now=now)
        made.extend(flow for _, flow in done)
        return {"made": len(done)}

    apply_once(session, tenant_id, import_id, kind=KIND, make=make, now=now)
    return made


def _document(one: Carried) -> dict[str, Any]:
    return {**asdict(one), "left_out": list(one.left_out), "notes": list(one.notes)}


def _carried(documents: Sequence[Mapping[str, Any]]) -> list[Carried]:
    return [
        Carried(
            slug=one["slug"],
            document=one["document"],
            left_out=tuple(one["left_out"]),
            notes=tuple(one["notes"]),
            tables=one["tables"],
        )
        for one in documents
    ]
