"""Who vouches for a package: the keys that signed it and that this installation believes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blocks.packages.package import Package
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import admit, current_index


def refuse_revoked(session: Session, digest: str, *, now: datetime) -> None:
    """Refuse what was revoked by its digest, with a signature or without.

    Raises:
        NotTrustedError: `package.revoked`.
    """
    try:
        index = current_index(session, now=now)
    except NotTrustedError:
        return  # there is none that says so
    if reason := index.revoked_digests.get(digest):
        raise NotTrustedError("package.revoked", f"The package was revoked: {reason}")


def signers_of(session: Session, package: Package, *, now: datetime) -> tuple[str, ...]:
    """Give the keys that vouch for a package; () for one that nobody signed.

    Raises:
        NotTrustedError: it is signed, and its signature is not to be believed, or it was revoked;
            the code says why.
    """
    if package.envelope is None:
        refuse_revoked(session, package.digest, now=now)
        return ()
    return admit(session, package, now=now).key_ids
