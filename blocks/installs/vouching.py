"""Who vouches for a package: the keys that signed it and that this installation believes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blocks.packages.package import Package
from blocks.packages.trusted import admit


def signers_of(session: Session, package: Package, *, now: datetime) -> tuple[str, ...]:
    """Give the keys that vouch for a package; () for one that nobody signed.

    Raises:
        NotTrustedError: it is signed, and its signature is not to be believed; the code says why.
    """
    if package.envelope is None:
        return ()
    return admit(session, package, now=now).key_ids
