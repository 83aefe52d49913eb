"""Why a workflow cannot run now: among others, since it uses a block that is held or withdrawn."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from blocks.kinds.composite import name_of_carried
from blocks.registry import Block, Registry
from kernel.errors import ConflictError, NotFoundError
from runtime.flows.lookup import Runnable, find_flow_id, find_version, runnable, startable
from runtime.flows.model import Flow, Step
from runtime.standing import is_stopped
from tenancy.life_cycle.standing import StoppedError, why_stopped
from tenancy.life_cycle.states import Ability


class NotStartedError(ConflictError):
    """The workflow cannot run now; the message says what to do."""

    code = "runtime.not_started"


class HeldError(NotStartedError):
    """The state of the organisation lets no runs begin; schedules and polls come back later."""

    code = StoppedError.code
    status = StoppedError.status


def refuse_start(session: Session, tenant_id: UUID) -> None:
    """Refuse a run of a tenant that is not at work.

    Raises:
        HeldError: why, and whom to ask.
    """
    if is_stopped(session, tenant_id):
        raise HeldError(why_stopped(session, tenant_id, Ability.RUN))


def refuse_held(session: Session, tenant_id: UUID, flow: Flow, registry: Registry) -> None:
    """Let nothing new start that uses a block which is held or withdrawn, nor that calls such.

    What is called is looked at here and not when it is called, so that runs under way go on.

    Raises:
        NotStartedError: naming the block and its step.
    """
    if not registry.has_held:
        return
    seen: set[UUID] = set()
    waiting = [(flow, "")]
    for one, by in waiting:
        for step in one.steps.values():
            block = registry.find(step.block, step.version)
            if block is None:
                continue
            _refuse(block, step, by)
            called = _called(session, tenant_id, step, block)
            if called is not None and called.id not in seen:
                seen.add(called.id)
                waiting.append((called.flow, by or step.id))


def _refuse(block: Block, step: Step, by: str) -> None:
    if block.standing.starts_runs:
        return
    named = f"{block.manifest.title} {block.manifest.version}"
    where = f", used by what step {by} calls," if by else ""
    message = f"the block {named}{where} is {block.standing.value}: replace it or let it go on"
    raise NotStartedError(message, step=by or step.id)


def _called(session: Session, tenant_id: UUID, step: Step, block: Block) -> Runnable | None:
    """Give the version that a step calls; what is not there is told when it is called."""
    if block.manifest.behaviour.control != "call":
        return None
    carried = name_of_carried(block.manifest, block.folder)
    flow_id = find_flow_id(session, tenant_id, carried or str(step.config.get("flow", "")))
    if flow_id is None:
        return None
    number = step.config.get("version")
    try:
        if isinstance(number, int):
            return find_version(session, tenant_id, flow_id, number)
    except NotFoundError:
        return None
    version_id = startable(session, tenant_id, flow_id).version_id
    return runnable(session, tenant_id, flow_id, version_id) if version_id else None
