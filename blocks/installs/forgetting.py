"""Letting go of packages that nobody installed: their bytes first, then the folders made of them.

An author who tries a block leaves a package with each save. One that nobody has installed goes a
week after it was last brought, unless something of a tenant that brought it goes back to it yet; it
comes back when somebody brings it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from blocks.installs._tables import BlockInstall, BlockPackage, BlockUpload
from blocks.installs.cache import digest_of_folder, open_folder

KEPT_FOR = timedelta(days=7)
BITE = 50


GoesBack: TypeAlias = Callable[
    [InstrumentedAttribute[UUID], InstrumentedAttribute[str]], ColumnElement[bool]
]
"""Tells, inside a query, whether a tenant goes back to the package of a digest."""


def forget_packages(
    session: Session, *, now: datetime, most: int = BITE, goes_back: GoesBack | None = None
) -> int:
    """Remove some packages that nobody installed and nobody brought lately; give how many went.

    In system scope. `goes_back` spares those that a tenant that brought them needs yet.
    """
    before = now - KEPT_FOR
    is_installed = exists().where(BlockInstall.digest == BlockPackage.digest)
    needs = goes_back(BlockUpload.tenant_id, BlockUpload.digest) if goes_back else false()
    is_kept = exists().where(
        BlockUpload.digest == BlockPackage.digest,
        or_(BlockUpload.uploaded_at >= before, needs),
    )
    unused = (BlockPackage.added_at < before, ~is_installed, ~is_kept)
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
