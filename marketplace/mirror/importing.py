"""Taking a folder in: looked at whole, its packages taken in one by one, then all of it at once.

Until the last transaction nobody sees any of it. A package that came in stays for the next try, so
that an import which was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import Acting
from marketplace.mirror._tables import MarketMirrorPackage
from marketplace.mirror.judging import Changes, find_changes
from marketplace.mirror.layout import Purpose, package_path
from marketplace.mirror.reading import (
    Documents,
    Opened,
    check_release,
    open_folder,
    read_documents,
    require_purpose,
)
from marketplace.mirror.settling import Taking, settle
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.scope import as_tenant

Progress = Callable[[int, int], None]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a folder is taken in.

    Attributes:
        trust: The fingerprint of the root that somebody vouches for; "" for one that is known.
        check: Only say what would change.
        progress: Called with packages done and packages there are.
    """

    trust: str = ""
    check: bool = False
    progress: Progress = lambda _done, _total: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import did, or would do.

    Attributes:
        lines: What is new or otherwise.
        not_done: What could not be done with it; the rest holds.
    """

    source: str
    serial: int
    fingerprint: str
    listings: int
    lines: tuple[str, ...]
    not_done: tuple[str, ...] = ()


def import_whole(
    sessions: sessionmaker[Session], vendor: Acting, folder: Path, wish: Wish, *, now: datetime
) -> Taken:
    """Mirror what a folder holds.

    Args:
        sessions: That write; each package comes in by a transaction of its own.
        vendor: The organisation here that recalls what was recalled there.
        folder: As an export left it.
        wish: See there.
        now: The instant.

    Raises:
        MirrorError, NotTrustedError, MalformedError: nothing of it holds; the words say why.
    """
    opened = open_folder(folder)
    require_purpose(opened, Purpose.WHOLE)
    documents = read_documents(opened)
    with sessions() as session, session.begin(), as_tenant(session, vendor.tenant_id):
        where = (session, vendor.tenant_id)
        changes = find_changes(*where, opened, documents, trust=wish.trust, now=now)
    _take_packages(sessions, opened, changes, wish, now=now)
    not_done: list[str] = []
    if not wish.check:
        not_done = _settle(sessions, vendor, opened, documents, wish, now=now)
    return Taken(
        source=opened.manifest.source,
        serial=opened.manifest.serial,
        fingerprint=changes.judged.fingerprint,
        listings=len(documents.listings),
        lines=changes.lines,
        not_done=tuple(not_done),
    )


def _take_packages(
    sessions: sessionmaker[Session],
    opened: Opened,
    changes: Changes,
    wish: Wish,
    *,
    now: datetime,
) -> None:
    """Read every package of the folder, and keep those that are new."""
    wanted = {release["digest"]: (listing, release) for listing, release in changes.wanted}
    new = {package_path(digest) for digest in wanted}
    known = [one for one in opened.manifest.files if one.startswith("packages/") and one not in new]
    total = len(wanted) + len(known)
    for done, path in enumerate(sorted(known), start=1):
        opened.read(path)
        wish.progress(done, total)
    for done, (digest, (listing_id, release)) in enumerate(wanted.items(), start=len(known) + 1):
        data = opened.read(package_path(digest))
        with sessions() as session, session.begin():
            row = session.get(MarketMirrorPackage, digest) or MarketMirrorPackage(digest=digest)
            if row.archive != data:  # a try before this one may have taken it in
                check_release(data, listing_id, release, changes.judged.index)
                row.archive, row.taken_at = data, now
                if not wish.check:
                    session.add(row)
        wish.progress(done, total)


def _settle(
    sessions: sessionmaker[Session],
    vendor: Acting,
    opened: Opened,
    documents: Documents,
    wish: Wish,
    *,
    now: datetime,
) -> list[str]:
    manifest = opened.manifest
    with sessions() as session, session.begin(), as_tenant(session, vendor.tenant_id):
        # somebody may have changed something, or taken a newer folder in, since it was looked at
        where = (session, vendor.tenant_id)
        changes = find_changes(*where, opened, documents, trust=wish.trust, now=now)
        taking = Taking(
            session=session,
            vendor=vendor,
            opened=opened,
            documents=documents,
            judged=changes.judged,
            now=now,
        )
        not_done = settle(taking)
        about = About(kind="mirror", id=changes.judged.fingerprint, name=manifest.source)
        facts: dict[str, Fact] = {"serial": manifest.serial, "changes": len(changes.lines)}
        by = Actor(name=vendor.person_name)
        note(*where, "mirror.imported", now=now, about=about, facts=facts, by=by)
    log.info("marketplace_mirrored", serial=manifest.serial, listings=len(documents.listings))
    return not_done
