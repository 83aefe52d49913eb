"""Runs the Python code of installed packages in the sandbox of this process, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from blocks.installs.loader import Run
from blocks.manifest import Manifest
from blocks.outcomes import Outcome
from blocks.sandbox.package import package_in
from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import sandboxed
from blocks.sdk import Context


@dataclass(frozen=True, slots=True)
class Sandboxes:
    """Gives installed blocks their `run`; no child is started before one is run.

    Attributes:
        pool: Gives the children of this process, made when they are first needed.
    """

    pool: Callable[[], Pool]

    def __call__(self, tenant_id: UUID, manifest: Manifest, folder: Path, digest: str, /) -> Run:
        """Give the `run` of a block for one tenant; see `blocks.installs.loader.Sandbox`."""
        package = package_in(folder, manifest, digest=digest)

        def run(context: Context) -> Outcome:
            return sandboxed(self.pool(), tenant_id, package)(context)

        return run
