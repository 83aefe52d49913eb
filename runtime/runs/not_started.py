"""Why a workflow cannot run now: among others, since it uses a block that is held or withdrawn."""

from __future__ import annotations

from blocks.registry import Registry
from kernel.errors import ConflictError
from runtime.flows.model import Flow


class NotStartedError(ConflictError):
    """The workflow cannot run now; the message says what to do."""

    code = "runtime.not_started"


def refuse_held(flow: Flow, registry: Registry) -> None:
    """Let nothing new start that uses a block which is held or withdrawn.

    Raises:
        NotStartedError: naming the block and its step.
    """
    if not registry.mark:
        return  # the blocks that come with Garland never are
    for step in flow.steps.values():
        block = registry.find(step.block, step.version)
        if block is not None and not block.standing.starts_runs:
            named = f"{block.manifest.title} {block.manifest.version}"
            message = f"the block {named} is {block.standing.value}: replace it or let it go on"
            raise NotStartedError(message, step=step.id)
