"""What would miss a version of a block: workflows, runs under way, and blocks made of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.kinds.composite import FLOW_FILE, read_carried
from blocks.registry import Block
from runtime.flows.uses import flows_with_block, versions_with_block
from runtime.runs.glance import versions_under_way


def what_uses(session: Session, tenant_id: UUID, block_id: str, version: str) -> list[str]:
    """Name all that needs a version: while there is any, it is not removed.

    A run goes by the version of the workflow that it began with, however old, so what waits for
    days still needs the blocks of then.
    """
    where = (session, tenant_id)
    flows = flows_with_block(*where, block_id, version)
    under_way = versions_under_way(*where)
    runs = versions_with_block(*where, under_way, block_id, version) if under_way else []
    wanted = f"{block_id}@{version}"
    made_of_it = [one for one in registry_of(*where).each() if wanted in _children(one)]
    return [
        *flows,
        *(f"runs of {name} under way" for name in runs),
        *(f"the block {one.manifest.id} {one.manifest.version}" for one in made_of_it),
    ]


def _children(block: Block) -> frozenset[str]:
    if block.manifest.kind != "composite":
        return frozenset()
    return frozenset(read_carried((block.folder / FLOW_FILE).read_bytes()).children)
