"""The root and index of another installation that this one mirrors, beside its own.

Judged as its own are: the index by its root, the root by the one before it. Only the first root is
taken on somebody's word, who names it by its fingerprint. Where this installation has no root but
the other's, as `garland trust import` leaves it, there are no two: its own rows are brought on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import structlog
from sqlalchemy.orm import Session

from blocks.packages._kept import envelope_of, keep, row_of
from blocks.packages.signing import Envelope, NotTrustedError
from blocks.packages.trust import Index, Root, read_index, read_root
from kernel.clock import format_instant

OWN = ("root", "index")
MIRROR = ("mirror_root", "mirror_index")
_EVER = datetime.min.replace(tzinfo=UTC)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A root and an index from outside that may be taken.

    Attributes:
        kinds: Under which kinds they are kept: beside this installation's own, or in their place.
        fingerprint: Of the root.
        follows: Whether the root is the one known here, or follows it.
    """

    root: Root
    index: Index
    kinds: tuple[str, str]
    fingerprint: str
    follows: bool

    @property
    def is_beside(self) -> bool:
        """Tell whether this installation has a root of its own besides."""
        return self.kinds == MIRROR


def fingerprint_of(root: Envelope) -> str:
    """Name a root for people who compare it: SHA-256 over the document, in hexadecimal."""
    return sha256(root.payload).hexdigest()


def own_fingerprint(session: Session) -> str:
    """Give the fingerprint of this installation's root; "" where there is none."""
    row = row_of(session, "root")
    return fingerprint_of(envelope_of(row)) if row is not None else ""


def judge(
    session: Session, root: Envelope, index: Envelope, *, trust: str = "", now: datetime
) -> Judged:
    """See whether a root and its index may be taken; nothing is written.

    Args:
        session: Open.
        root: As it came.
        index: As it came.
        trust: The fingerprint of a root that somebody vouches for; "" for nobody.
        now: The instant.

    Raises:
        NotTrustedError: `root.unknown`: nobody vouches for the first one; `root.other`: another is
            known; `root.bad`; as `read_index`, and `index.old` for another with the same serial.
    """
    kinds = OWN if _follows(session, "root", root) else MIRROR
    fingerprint = fingerprint_of(root)
    is_vouched = trust.lower() == fingerprint
    is_same = _follows(session, kinds[0], root)
    if not is_same and not is_vouched:
        _refuse_root(session, root)
    found = read_root(root, None)
    before = row_of(session, kinds[1]) if is_same else None
    serial = before.serial if before is not None else 0
    read = read_index(index, found, known_serial=serial, now=now)
    known = envelope_of(before) if before is not None else None
    if known is not None and serial == read.serial and known.payload != index.payload:
        message = f"Another index with serial {serial} is known already."
        raise NotTrustedError("index.old", message)
    return Judged(root=found, index=read, kinds=kinds, fingerprint=fingerprint, follows=is_same)


def take(
    session: Session, root: Envelope, index: Envelope, judged: Judged, *, now: datetime
) -> None:
    """Keep what was judged in this transaction."""
    keep(session, judged.kinds[0], judged.root.serial, root, now=now)
    keep(session, judged.kinds[1], judged.index.serial, index, now=now)
    log.info("mirror_taken", root=judged.root.serial, index=judged.index.serial)


def mirrored_index(session: Session) -> Index | None:
    """Give the index of the mirrored installation, however old; None where none is mirrored.

    Raises:
        NotTrustedError: as `read_root` and `read_index`: what is kept was changed.
    """
    root, index = (row_of(session, kind) for kind in MIRROR)
    if root is None or index is None:
        return None
    trusted = read_root(envelope_of(root), None)
    return read_index(envelope_of(index), trusted, known_serial=index.serial, now=_EVER)


def refuse_expired(session: Session, name: str, *, now: datetime) -> None:
    """Say of a package that the mirrored index would vouch for that it is too old to do so.

    Raises:
        NotTrustedError: `index.expired`.
    """
    index = mirrored_index(session)
    if index is not None and name in index.packages and index.expires <= now:
        ended = format_instant(index.expires)
        message = f"The mirrored index that lists {name} ended at {ended}: import a newer export."
        raise NotTrustedError("index.expired", message)


def _follows(session: Session, kind: str, root: Envelope) -> bool:
    """Tell whether a root is the one that is kept, or one that it signed."""
    row = row_of(session, kind)
    if row is None:
        return False
    known = envelope_of(row)
    if known.payload == root.payload:
        return True
    try:
        read_root(root, read_root(known, None))
    except NotTrustedError:
        return False
    return True


def _refuse_root(session: Session, root: Envelope) -> None:
    read_root(root, None)
    told, known = fingerprint_of(root), row_of(session, MIRROR[0])
    if known is None:
        message = f"No root with the fingerprint {told} is trusted here."
        raise NotTrustedError("root.unknown", message, fingerprint=told)
    before = fingerprint_of(envelope_of(known))
    message = (
        f"The root with the fingerprint {told} does not follow the one trusted here, {before}."
    )
    raise NotTrustedError("root.other", message, fingerprint=told)
