"""Which recalls and revocations of a folder hold here: of what its own index lists, nothing else.

Whoever signs a mirrored index speaks for the packages in it. A digest alone names a package of
anybody, so that one of this installation's own publishers, or one nobody heard of yet, could be
taken back by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage, BlockRecall
from blocks.packages.merged import merge
from blocks.packages.mirrored import Judged
from blocks.packages.signing import NotTrustedError
from blocks.packages.trust import Index
from blocks.packages.trusted import current_index, own_index
from marketplace.mirror.layout import MirrorError
from marketplace.mirror.origin import MIRRORED
from marketplace.mirror.reading import Documents
from marketplace.releases._tables import MarketRelease

NAMED_AT_ONCE = 500


def require_own_words(session: Session, documents: Documents, judged: Judged) -> None:
    """See that what a folder takes back is listed by its own index, and is nobody else's here.

    Raises:
        MirrorError: `mirror.document`: a recalled release is not what the index lists;
            `mirror.other`: the package is known here under another name, or is a publisher's here.
    """
    for listing_id, said in documents.releases():
        if said["state"] == "recalled" and not _lists(judged.index, listing_id, said):
            message = (
                f"{listing_id} {said['version']} is told of as recalled, and the index lists no "
                "such package: export again."
            )
            raise MirrorError("document", message, listing=listing_id)
    listed = {
        one.digest: name
        for name, versions in judged.index.packages.items()
        for one in versions.values()
    }
    gone = {one["digest"] for one in documents.recalls}
    gone |= {one["digest"] for _, one in documents.releases() if one["state"] == "recalled"}
    gone |= {*judged.index.revoked_digests}
    _refuse_others(session, {one: listed[one] for one in sorted(gone & listed.keys())})


def new_recalls(
    session: Session, owner: UUID, documents: Documents, index: Index
) -> list[Mapping[str, Any]]:
    """Give the recalls of what the index lists that nobody here made yet."""
    wanted = select(BlockRecall.digest).where(BlockRecall.owner_id == owner)
    made = set(session.scalars(wanted))
    return [
        one
        for one in documents.recalls
        if one["digest"] not in made and _lists(index, one["listing"], one)
    ]


def lines_of(
    session: Session, owner: UUID, documents: Documents, judged: Judged, *, now: datetime
) -> list[str]:
    """Say what a folder takes back that was not before, and what it may not."""
    index = judged.index
    lines = [
        f"{one['listing']} {one['version']}: recalled: {one['reason']}"
        for one in new_recalls(session, owner, documents, index)
    ]
    lines += [
        f"{one['listing']} {one['version']}: its recall is not taken, for the index lists no such "
        "package"
        for one in documents.recalls
        if not _lists(index, one["listing"], one)
    ]
    if judged.is_beside:
        index = merge(own_index(session, now=now), index, now=now)
    known = _revoked_here(session, now=now)
    lines += [
        f"{name} {version}: revoked: {index.revoked_digests[one.digest]}"
        for name, versions in judged.index.packages.items()
        for version, one in versions.items()
        if one.digest in index.revoked_digests and one.digest not in known
    ]
    return lines


def _revoked_here(session: Session, *, now: datetime) -> Collection[str]:
    try:
        return current_index(session, now=now).revoked_digests.keys()
    except NotTrustedError:
        return ()  # what is known here ended, or there is none: all of it is news


def _lists(index: Index, listing_id: str, said: Mapping[str, Any]) -> bool:
    found = index.packages.get(listing_id, {}).get(said["version"])
    return found is not None and found.digest == said["digest"]


def _refuse_others(session: Session, named: Mapping[str, str]) -> None:
    """Refuse names for packages that are known here under others, or are a publisher's here."""
    digests = list(named)
    for at in range(0, len(digests), NAMED_AT_ONCE):
        some = digests[at : at + NAMED_AT_ONCE]
        kept = select(BlockPackage.digest, BlockPackage.block_id)
        here = [tuple(row) for row in session.execute(kept.where(BlockPackage.digest.in_(some)))]
        others = select(MarketRelease.digest, MarketRelease.listing_id, MarketRelease.owner_id)
        rows = session.execute(others.where(MarketRelease.digest.in_(some))).all()
        found = [(digest, name) for digest, name in here if named[digest] != name]
        found += [(row.digest, row.listing_id) for row in rows if row.owner_id != MIRRORED]
        if found:
            digest, name = found[0]
            message = (
                f"The folder takes back {digest} as {named[digest]}, which is {name} here: ask "
                "where the folder comes from."
            )
            raise MirrorError("other", message, listing=name)
