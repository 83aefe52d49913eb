"""A block of others as something that can run: `Block.run`, with a sandbox round it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog

from blocks.outcomes import Outcome
from blocks.sandbox.groups import Groups
from blocks.sandbox.level import Wanted
from blocks.sandbox.package import Package
from blocks.sandbox.pool import Pool
from blocks.sandbox.trial import find_level
from blocks.sdk import BlockError, Context

log = structlog.get_logger(__name__)


def open_pool(wanted: Wanted = "auto", groups: Groups = ()) -> Pool:
    """Find out what this machine can, and make the pool of this process; who makes it closes it."""
    level = find_level(wanted, groups)
    if level.number == 0 and wanted != "0":
        log.warning("sandbox_missing", wanted=wanted, missing=list(level.missing))
    else:
        log.info("sandbox_found", number=level.number)
    return Pool(level, groups=groups)


def sandboxed(pool: Pool, tenant_id: UUID, package: Package) -> Callable[[Context], Outcome]:
    """Give what runs a package's code for one tenant.

    It raises BlockError: the block's own, those of `Pool.run`, and `block.no_sandbox` where
    nothing on this machine would keep the code in.
    """

    def run(context: Context) -> Outcome:
        if pool.level.number == 0:
            message = "This block holds code that runs only in a sandbox, and there is none here: "
            raise BlockError(
                "block.no_sandbox", message + " ".join(pool.level.missing), retryable=False
            )
        limit_s = context.run.timeout_s or package.timeout_s
        return pool.run(tenant_id, package, context, limit_s=limit_s)

    return run
