"""And back: releases of an installation that is cut off, handed in where the marketplace is.

What comes is nobody's word: a namespace is claimed and verified as any, and each release is
checked and reviewed as any. The folder's signature shows that it came whole, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.mirrored import fingerprint_of
from blocks.packages.trusted import stored_documents
from kernel.errors import ConflictError, GarlandError
from marketplace.mirror.exporting import Wish as ExportWish
from marketplace.mirror.exporting import Written, require_root_key, write_folder
from marketplace.mirror.importing import Taken
from marketplace.mirror.importing import Wish as ImportWish
from marketplace.mirror.layout import ROOT, MirrorError, Purpose, package_path
from marketplace.mirror.origin import MIRRORED
from marketplace.mirror.reading import Documents, Opened, open_folder, read_documents
from marketplace.mirror.reading import require_purpose as for_purpose
from marketplace.mirror.telling import Told, listing_document, publisher_document
from marketplace.releases._tables import (
    MarketListing,
    MarketPublisher,
    MarketPublisherKey,
    MarketRelease,
    PublisherState,
)
from marketplace.releases.claims import Claim
from marketplace.releases.publishers import add_key, claim_namespace
from marketplace.releases.states import Channel, ReleaseState
from marketplace.releases.submitting import Submission, submit
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant

_OFFERED = (ReleaseState.LISTED, ReleaseState.DEPRECATED)


def export_own(session: Session, folder: Path, wish: ExportWish) -> Written:
    """Write the releases of this installation's own publishers, to be handed in elsewhere.

    Raises:
        MirrorError: as `export_whole`; `mirror.empty`: there is none.
    """
    require_root_key(session, wish.key)
    documents: dict[str, bytes] = {ROOT: stored_documents(session)["root"]}
    packages: dict[str, UUID] = {}
    for listing in session.scalars(
        select(MarketListing)
        .where(MarketListing.owner_id != MIRRORED)
        .order_by(MarketListing.listing_id)
    ):
        rows = _rows(session, listing.listing_id)
        if rows:
            documents[f"listings/{listing.listing_id}.json"] = listing_document(listing, rows)
            documents[f"publishers/{listing.namespace}.json"] = _publisher(
                session, listing.namespace
            )
            packages |= {package_path(one.digest): one.id for one in rows}
    if not packages:
        raise MirrorError("empty", "No release of a publisher of this installation is listed.")
    told = Told(documents=documents, packages=packages)
    return write_folder(session, folder, told, wish, Purpose.OWN, serial_of=lambda _content: 0)


def import_own(
    sessions: sessionmaker[Session],
    organisation: OrganisationView,
    folder: Path,
    wish: ImportWish,
    *,
    by: Actor,
    now: datetime,
) -> Taken:
    """Hand in what a folder holds, for an organisation: claims first, releases once verified.

    Raises:
        MirrorError: as `open_folder`; `mirror.collision`: a namespace is another's here.
    """
    opened = open_folder(folder)
    for_purpose(opened, Purpose.OWN)
    documents = read_documents(opened)
    hand = _Hand(sessions, organisation, opened, wish, by, now)
    lines, verified = _claims(hand, documents)
    told, not_done = _submissions(hand, _of(documents, verified))
    return Taken(
        source=opened.manifest.source,
        serial=opened.manifest.serial,
        fingerprint=fingerprint_of(opened.root),
        listings=len(documents.listings),
        lines=(*lines, *told),
        not_done=tuple(not_done),
    )


@dataclass(frozen=True, slots=True)
class _Hand:
    """What is handed in, for whom, by whom and when."""

    sessions: sessionmaker[Session]
    organisation: OrganisationView
    opened: Opened
    wish: ImportWish
    by: Actor
    now: datetime

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open one, which is undone where somebody only looks."""
        with self.sessions() as session, session.begin() as transaction:
            with as_tenant(session, self.organisation.id):
                yield session
            if self.wish.check:
                transaction.rollback()


def _claims(hand: _Hand, documents: Documents) -> tuple[list[str], set[str]]:
    """Claim what nobody has; give what was done in words, and what is verified already."""
    lines, verified = [], set()
    with hand.transaction() as session:
        for namespace, said in documents.publishers.items():
            row = session.get(MarketPublisher, namespace)
            is_open = row is None or row.state is PublisherState.REFUSED
            if row is not None and not is_open and row.owner_id != hand.organisation.id:
                message = f"The namespace {namespace} is another's here: agree on one of your own."
                raise MirrorError("collision", message, namespaces=[namespace])
            if row is not None and row.state is PublisherState.VERIFIED:
                verified.add(namespace)
            elif is_open:
                _claim(session, hand, said)
                lines.append(f"{namespace}: claimed; import again once the vendor verified it")
            else:
                lines.append(f"{namespace}: waits for the vendor, import again once it is verified")
    return lines, verified


def _claim(session: Session, hand: _Hand, said: Mapping[str, Any]) -> None:
    """Claim a namespace with its keys; who verifies it compares the fingerprint with its owner."""
    proof = (
        f"Handed in as a folder from {hand.opened.manifest.source}, signed by the root with the "
        f"fingerprint {fingerprint_of(hand.opened.root)}: compare it with what its owner says."
    )
    namespace = said["namespace"]
    claim = Claim(namespace=namespace, title=said["title"], support=said["support"], proof=proof)
    claim_namespace(session, hand.organisation.id, claim, by=hand.by, now=hand.now)
    for text in said["keys"]:
        add_key(
            session, hand.organisation.id, namespace, (text, "handed in"), by=hand.by, now=hand.now
        )


def _submissions(
    hand: _Hand, releases: list[tuple[str, Mapping[str, Any]]]
) -> tuple[list[str], list[str]]:
    """Submit releases one by one; those that came before change nothing."""
    lines: list[str] = []
    not_done: list[str] = []
    for done, (listing_id, said) in enumerate(releases, start=1):
        name = f"{listing_id} {said['version']}"
        data = hand.opened.read(package_path(said["digest"]))
        submission = Submission(
            data=data, channel=Channel(said["channel"]), changelog=said["changelog"]
        )
        try:
            with hand.transaction() as session:
                organisation_id = hand.organisation.id
                found = submit(session, organisation_id, submission, by=hand.by, now=hand.now)
            lines += [f"{name}: submitted"] if found.submitted_at == hand.now else []
        except ConflictError as error:
            not_done.append(f"{name}: {error.message}")
        except GarlandError as error:
            raise MirrorError("package", f"{name} is not taken: {error.message}") from None
        hand.wish.progress(done, len(releases))
    return lines, not_done


def _of(documents: Documents, namespaces: Iterable[str]) -> list[tuple[str, Mapping[str, Any]]]:
    kept = set(namespaces)
    return [one for one in documents.releases() if one[0].partition(".")[0] in kept]


def _rows(session: Session, listing_id: str) -> list[MarketRelease]:
    wanted = select(MarketRelease).where(
        MarketRelease.listing_id == listing_id, MarketRelease.state.in_(_OFFERED)
    )
    return list(session.scalars(wanted.order_by(MarketRelease.listed_at, MarketRelease.version)))


def _publisher(session: Session, namespace: str) -> bytes:
    """Write a publisher with the keys that count today."""
    row = session.get_one(MarketPublisher, namespace)
    wanted = select(MarketPublisherKey.public).where(
        MarketPublisherKey.namespace == namespace, MarketPublisherKey.revoked_at.is_(None)
    )
    return publisher_document(row, list(session.scalars(wanted)), {})
