"""A block in its author's folder made ready to run: its code in the sandbox, or trusted.

A block that comes with Garland runs as it does there: in this process, with what it shares with
others of its kind. Nothing is installed and no tenant is asked; what a workflow runs is loaded
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from uuid import UUID

from blocks.authoring.folders import KINDS_WITH_CODE, FolderError, entry_of, read_folder
from blocks.manifest import Manifest
from blocks.outcomes import Outcome
from blocks.registry import STANDARD_FOLDER, Block, load_block
from blocks.sdk import Context
from kernel.errors import InvalidError, Problem

_NOBODY = UUID(int=0)
Run = Callable[[Context], Outcome]


@contextmanager
def runnable(path: Path, *, trust: bool) -> Iterator[Block]:
    """Give a folder's block, ready to run until the end of the `with`.

    Args:
        path: The folder.
        trust: Whether its code may run in this process, rather than in the sandbox.

    Raises:
        InvalidError: the manifest is wrong, or the kind's part of it.
        FolderError: the sandbox cannot be had on this machine.
    """
    folder = read_folder(path)
    manifest = folder.manifest
    if manifest is None:
        problems = [Problem(one.pointer, one.message) for one in folder.findings]
        raise InvalidError("the block's manifest cannot be used", problems=problems)
    if manifest.kind not in KINDS_WITH_CODE:
        yield Block(manifest=manifest, run=_made(manifest, path), folder=path)
    elif trust or path.resolve().parent == STANDARD_FOLDER.resolve():
        yield load_block(path)
    else:
        with _sandboxed(manifest, path) as run:
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
def _sandboxed(manifest: Manifest, path: Path) -> Iterator[Run]:
    # The sandbox tries the machine's doors when it is first needed: nobody else waits for that.
    from blocks.sandbox.package import package_in
    from blocks.sandbox.runs import open_pool, sandboxed

    entry_of(path)
    package = package_in(path.resolve(), manifest, digest=str(path))
    pool = open_pool()
    try:
        if pool.level.number == 0:
            missing = " ".join(pool.level.missing)
            message = f"The sandbox cannot be had here. {missing} For code you trust, say --trust."
            raise FolderError(message)
        yield sandboxed(pool, _NOBODY, package)
    finally:
        pool.close()
