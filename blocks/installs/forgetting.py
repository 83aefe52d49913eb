"""Letting go of packages that nobody installed: their bytes first, then the folders made of them.

An author who tries a block leaves a package with each save. One that nobody has installed goes a
week after it was last brought; it comes back when somebody brings it again.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall, BlockPackage, BlockUpload
from blocks.installs.cache import digest_of_folder, open_folder

KEPT_FOR = timedelta(days=7)
BITE = 50


def forget_packages(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Remove some packages that nobody installed and nobody brought lately; give how many went.

    In system scope.
    """
    before = now - KEPT_FOR
    is_installed = exists().where(BlockInstall.digest == BlockPackage.digest)
    was_brought = exists().where(
        BlockUpload.digest == BlockPackage.digest, BlockUpload.uploaded_at >= before
    )
    unused = (BlockPackage.added_at < before, ~is_installed, ~was_brought)
    found = session.scalars(
        select(BlockPackage.digest)
        .where(*unused)
        .limit(most)
        .with_for_update(skip_locked=True)  # one that is being installed is left alone
    ).all()
    if not found:
        return 0
    gone = delete(BlockPackage).where(BlockPackage.digest.in_(found), *unused)
    removed = session.scalars(
        gone.returning(BlockPackage.digest).execution_options(synchronize_session=False)
    )
    return len(removed.all())


def forget_folders(session: Session, root: Path) -> int:
    """Remove what this machine unpacked of packages that are no longer kept; give how many went."""
    if not root.is_dir():
        return 0
    here = {digest: path for path in root.iterdir() if (digest := digest_of_folder(path))}
    kept = set(session.scalars(select(BlockPackage.digest).where(BlockPackage.digest.in_(here))))
    unknown = [path for digest, path in here.items() if digest not in kept]
    for path in unknown:
        open_folder(path)
        shutil.rmtree(path, ignore_errors=True)
    return len(unknown)
