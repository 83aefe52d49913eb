"""A block in its author's folder made ready to run: its code in the sandbox, or trusted.

A block that comes with Garland runs as it does there: in this process, with what it shares with
others of its kind. Nothing is installed and no tenant is asked; what a workflow runs is loaded
elsewhere.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from uuid import UUID

from blocks.authoring.folders import KINDS_WITH_CODE, FolderError, entry_of, read_folder
from blocks.manifest import Manifest
from blocks.outcomes import Outcome
from blocks.registry import STANDARD_FOLDER, Block, load_block
from blocks.sandbox.groups import Groups
from blocks.sandbox.level import Wanted
from blocks.sdk import BlockError, Context
from kernel.errors import InvalidError, Problem

_NOBODY = UUID(int=0)
Run = Callable[[Context], Outcome]


class NoSandboxError(FolderError):
    """Code of others cannot be kept in on this machine, or its operator lets none run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How code is kept in, and for how long it may run.

    Attributes:
        level: Of the sandbox, as `GARLAND_SANDBOX_LEVEL` says it.
        groups: The control groups that it runs in.
        call_s: How long a call may take at most, in seconds, whatever the manifest allows.
        until: When all of it has to be over, by `time.monotonic`.
    """

    level: Wanted = "auto"
    groups: Groups = ()
    call_s: float = math.inf
    until: float = math.inf


AS_HERE = Bounds()
"""For a person at their own machine: as well as it can, and as long as the manifest says."""


@contextmanager
def runnable(path: Path, *, trust: bool, bounds: Bounds = AS_HERE) -> Iterator[Block]:
    """Give a folder's block, ready to run until the end of the `with`.

    Args:
        path: The folder.
        trust: Whether its code may run in this process, rather than in the sandbox.
        bounds: How it is kept in where it does not, and for how long it may run.

    Raises:
        InvalidError: the manifest is wrong, or the kind's part of it.
        NoSandboxError: it needs the sandbox, and there is none.
    """
    folder = read_folder(path)
    manifest = folder.manifest
    if manifest is None:
        problems = [Problem(one.pointer, one.message) for one in folder.findings]
        raise InvalidError("the block's manifest cannot be used", problems=problems)
    if manifest.kind not in KINDS_WITH_CODE:
        run = _in_time(_made(manifest, path), bounds)
        yield Block(manifest=manifest, run=run, folder=path)
    elif trust or path.resolve().parent == STANDARD_FOLDER.resolve():
        yield load_block(path)
    else:
        with _sandboxed(manifest, path, bounds) as run:
            yield Block(manifest=manifest, run=run, folder=path)


def _made(manifest: Manifest, path: Path) -> Run:
    # Kinds are modules of one shape; which there are is known by the manifest's schema.
    try:
        kind = import_module(f"blocks.kinds.{manifest.kind}")
    except ModuleNotFoundError:
        message = f"This Garland cannot run blocks of the kind {manifest.kind}: take a newer one."
        raise FolderError(message) from None
    run: Run = kind.make_run(manifest, path)
    return run


@contextmanager
def _sandboxed(manifest: Manifest, path: Path, bounds: Bounds) -> Iterator[Run]:
    # The sandbox tries the machine's doors when it is first needed: nobody else waits for that.
    from blocks.sandbox.package import package_in
    from blocks.sandbox.runs import open_pool, sandboxed

    entry_of(path)
    package = package_in(path.resolve(), manifest, digest=str(path))
    pool = open_pool(bounds.level, bounds.groups)
    try:
        if pool.level.number == 0:
            missing = " ".join(pool.level.missing)
            message = f"The sandbox cannot be had here. {missing} For code you trust, say --trust."
            raise NoSandboxError(message)

        def run(context: Context) -> Outcome:
            left_s = min(package.timeout_s, bounds.call_s, bounds.until - time.monotonic())
            return sandboxed(pool, _NOBODY, replace(package, timeout_s=left_s))(context)

        yield _in_time(run, bounds)
    finally:
        pool.close()


def _in_time(run: Run, bounds: Bounds) -> Run:
    def run_in_time(context: Context) -> Outcome:
        if time.monotonic() >= bounds.until:
            message = "What ran before it took all the time that there was."
            raise BlockError("block.timeout", message, retryable=True)
        return run(context)

    return run_in_time
