"""What steps of a draft are pinned to, so that trials need not perform them.

Kept beside the workflow: neither its draft nor a version, an export or a real run knows of it.
Secrets are kept as a run keeps them and shown as a run shows them: whoever sends back a masked one
leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.manifest import Manifest, output_ports, port_schema
from blocks.registry import Registry
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.schema import Schema
from runtime.flows.model import ERROR_PORT, every_step
from runtime.flows.versions import get_flow
from runtime.runs.blobs import fetch, is_reference, size_of
from runtime.runs.query import find_step, get_run
from runtime.secrecy import MASK, masked, unmasked
from runtime.trials._tables import PinRow

PIN_MAX_BYTES = 256_000
PROBLEMS_SHOWN = 3
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a step is pinned to.

    Attributes:
        output: As it is, its secrets too; `shown` is for people.
        warning: Why it does not fit what the block says it gives; "" where it does.
        is_gone: The draft has no such step any more.
    """

    step: str
    port: str
    output: Any
    shown: Any
    warning: str
    is_gone: bool
    pinned_by: str
    pinned_at: datetime


def list_pins(
    session: Session, tenant_id: UUID, flow_id: UUID, *, among: Collection[str] | None = None
) -> list[Pin]:
    """List what steps of a workflow, or those `among` some, are pinned to; raises NotFoundError."""
    draft, registry = get_flow(session, tenant_id, flow_id).draft, registry_of(session, tenant_id)
    steps = {id_: step for id_, step, _ in every_step(draft)}
    wanted = select(PinRow).where(*_mine(tenant_id, flow_id)).order_by(PinRow.step)
    if among is not None:
        wanted = wanted.where(PinRow.step.in_(among))
    rows = session.scalars(wanted)
    return [_pin(row, steps.get(row.step), registry) for row in rows]


def pinned_steps(session: Session, tenant_id: UUID, flow_id: UUID) -> list[str]:
    """List the ids of the steps of a workflow that are pinned."""
    return list(session.scalars(select(PinRow.step).where(*_mine(tenant_id, flow_id))))


def find_pin(session: Session, tenant_id: UUID, flow_id: UUID, step: str) -> Pin | None:
    """Give what one step is pinned to, or None."""
    return next(iter(list_pins(session, tenant_id, flow_id, among=[step])), None)


def pin_step(  # noqa: PLR0913  which step, to what, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    step: str,
    *,
    port: str,
    output: Any,
    by: str,
    now: datetime,
    run_id: UUID | None = None,
) -> Pin:
    """Pin a step to what it is to give; what does not fit its block is kept and warned of.

    Raises:
        NotFoundError: no such workflow, or no such step in its draft.
        InvalidError: the step has no such port, or the value is too large to pin.
    """
    draft = get_flow(session, tenant_id, flow_id).draft
    document = next((one for id_, one, _ in every_step(draft) if id_ == step), None)
    if document is None:
        raise NotFoundError(f"there is no step {step} in the draft: save it first", step=step)
    registry = registry_of(session, tenant_id)
    before = session.get(PinRow, (tenant_id, flow_id, step))
    output = unmasked(output, before.output if before is not None else None)
    _require_fit(port, output, _ports(document, registry))
    values = {"port": port, "output": output, "run_id": run_id, "pinned_by": by}
    if before is None:
        before = PinRow(tenant_id=tenant_id, flow_id=flow_id, step=step, pinned_at=now, used_at=now)
        session.add(before)
    for name, value in {**values, "pinned_at": now, "used_at": now}.items():
        setattr(before, name, value)
    session.flush()
    log.info("step_pinned", flow_id=str(flow_id), step=step)
    return _pin(before, document, registry)


def pin_from_run(  # noqa: PLR0913  what a step gave in which run, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    path: str,
    *,
    run_id: UUID,
    by: str,
    now: datetime,
) -> Pin:
    """Pin a step to what it gave in a run; `path` may lead into a round of a loop.

    Raises:
        NotFoundError: no such run of this workflow, or no such step in the draft.
        InvalidError: the step gave nothing there, or too much to pin.
    """
    if get_run(session, tenant_id, run_id).flow_id != flow_id:
        raise NotFoundError("no such run of this workflow", run_id=str(run_id))
    found = find_step(session, tenant_id, run_id, path)
    if found is None or found.port is None or found.ended_at is None:
        message = "this step gave nothing in that run: choose one that ended well, or type a value"
        raise InvalidError(message, problems=[Problem("/run", message)])
    output = found.output
    if is_reference(output):
        output = fetch(session, tenant_id, output)
    step = path.rpartition(".")[2]
    return pin_step(
        session,
        tenant_id,
        flow_id,
        step,
        port=found.port,
        output=output,
        by=by,
        now=now,
        run_id=run_id,
    )


def unpin(session: Session, tenant_id: UUID, flow_id: UUID, step: str | None = None) -> int:
    """Let a step, or every step of a workflow, be performed again; give how many were pinned."""
    which = _mine(tenant_id, flow_id)
    if step is not None:
        which = (*which, PinRow.step == step)
    return len(session.execute(delete(PinRow).where(*which).returning(PinRow.step)).all())


def rename_step(session: Session, tenant_id: UUID, flow_id: UUID, old: str, *, to: str) -> None:
    """Take a pin along when a step of the draft gets another id; one that stands there goes."""
    mine = _mine(tenant_id, flow_id)
    if session.scalar(select(PinRow.step).where(*mine, PinRow.step == old)) is None:
        return
    session.execute(delete(PinRow).where(*mine, PinRow.step == to))
    session.execute(update(PinRow).where(*mine, PinRow.step == old).values(step=to))


def use_pins(
    session: Session, tenant_id: UUID, flow_id: UUID, steps: Collection[str], *, now: datetime
) -> dict[str, dict[str, Any]]:
    """Give what a trial takes instead of performing steps: of those there are in its draft."""
    which = (*_mine(tenant_id, flow_id), PinRow.step.in_(list(steps)))
    session.execute(update(PinRow).where(*which).values(used_at=now))
    rows = session.scalars(select(PinRow).where(*which))
    return {one.step: {"port": one.port, "output": one.output, "pinned": True} for one in rows}


def safe_output(output: Any, port: str | None, manifest: Manifest | None) -> Any:
    """Give what a step gave by a port as people see it: nothing, where no schema tells secrets."""
    schema = _schema_of(manifest, port)
    if schema is None:
        return MASK if output not in (None, "") else output
    return masked(output, schema)


def _pin(row: PinRow, document: Mapping[str, Any] | None, registry: Registry) -> Pin:
    block = registry.find(document["block"], document["version"]) if document else None
    manifest = block.manifest if block is not None else None
    schema = _schema_of(manifest, row.port)
    wrong = Schema(schema).problems(row.output) if schema else []
    return Pin(
        step=row.step,
        port=row.port,
        output=row.output,
        shown=safe_output(row.output, row.port, manifest),
        warning="; ".join(one.message for one in wrong[:PROBLEMS_SHOWN]),
        is_gone=document is None,
        pinned_by=row.pinned_by,
        pinned_at=row.pinned_at,
    )


def _schema_of(manifest: Manifest | None, port: str | None) -> Mapping[str, Any] | None:
    """Give the schema of what leaves by a port; None where the block or its port is gone."""
    if manifest is None:
        return None
    return {} if port in (None, ERROR_PORT) else port_schema(manifest, port)


def _ports(document: Mapping[str, Any], registry: Registry) -> list[str]:
    block = registry.find(document["block"], document["version"])
    if block is None:
        return []
    found = [one.name for one in output_ports(block.manifest, document.get("config", {}))]
    return [*found, ERROR_PORT]


def _require_fit(port: str, output: Any, ports: list[str]) -> None:
    if ports and port not in ports:
        message = f"port: this step leaves by {', '.join(ports)}: choose one of them"
        raise InvalidError("the step has no such port", problems=[Problem("/port", message)])
    size_bytes = size_of(output)
    if size_bytes > PIN_MAX_BYTES:
        message = (
            f"output: it has {size_bytes:,} bytes and at most {PIN_MAX_BYTES:,} can be pinned: "
            "shorten it to what the next steps read"
        )
        raise InvalidError("this is too large to pin", problems=[Problem("/output", message)])


def _mine(tenant_id: UUID, flow_id: UUID) -> tuple[Any, ...]:
    return PinRow.tenant_id == tenant_id, PinRow.flow_id == flow_id
