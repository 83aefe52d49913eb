"""Runs the Python code of installed packages in the sandbox of this process, and nowhere else."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from uuid import UUID

from blocks.installs.loader import Run
from blocks.manifest import Manifest
from blocks.outcomes import Outcome
from blocks.sandbox._worker import Package
from blocks.sandbox.level import find_level
from blocks.sandbox.pool import Pool
from blocks.sdk import BlockError, Context

MEGABYTE = 1 << 20


class Sandboxes:
    """Keeps the children of one process; none is started before a block is run."""

    @cached_property
    def pool(self) -> Pool:
        """The children."""
        return Pool()

    def __call__(self, tenant_id: UUID, manifest: Manifest, folder: Path, digest: str, /) -> Run:
        """Give the `run` of a block for one tenant; see `blocks.installs.loader.Sandbox`."""
        source = folder / "src" if (folder / "src" / "block.py").is_file() else folder
        package = Package(
            digest=digest,
            entry=source / "block.py",
            paths=(source, *sorted((folder / "wheels").glob("*.whl"))),
            memory_bytes=manifest.behaviour.memory_mb * MEGABYTE,
        )

        def run(context: Context) -> Outcome:
            level = find_level()
            if not level.number:
                missing = " ".join(level.missing)
                message = f"Code of others does not run on this machine. {missing}"
                raise BlockError("block.cannot_run", message, retryable=False)
            limit_s = context.run.timeout_s or manifest.behaviour.timeout_s
            return self.pool.run(tenant_id, package, context, limit_s=limit_s)

        return run
