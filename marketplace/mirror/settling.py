"""Writing what a folder says, in the one transaction in which it comes to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blocks.installs.offering import keep_signed
from blocks.installs.recalling import keep_recall
from blocks.packages.mirrored import Judged, take
from blocks.packages.signing import key_id
from blocks.packages.trust import decode_key
from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.errors import GarlandError, InvalidError, NotFoundError
from kernel.ids import new_id
from marketplace.advisories._tables import MarketAdvisory, Severity
from marketplace.advisories.model import view_of
from marketplace.advisories.telling import tell_affected
from marketplace.mirror._tables import THE_ONLY, MarketMirrorPackage, MarketMirrorSource
from marketplace.mirror.layout import Manifest, MirrorError
from marketplace.mirror.origin import MIRRORED
from marketplace.mirror.reading import Documents, Opened, check_release, is_carried
from marketplace.mirror.taking_back import new_recalls
from marketplace.recalls.store import Wish, recall
from marketplace.releases._tables import (
    MarketListing,
    MarketPublisher,
    MarketPublisherKey,
    MarketRelease,
    PublisherState,
)
from marketplace.releases.recalling import recall_releases
from marketplace.releases.shelving import shelve
from marketplace.releases.states import PUBLIC, Channel, ReleaseState

GONE_THERE = "It is not listed any more where it comes from."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What is written in the transaction, for whom, and when."""

    session: Session
    vendor: Acting
    opened: Opened
    documents: Documents
    judged: Judged
    now: datetime


def settle(taking: Taking) -> list[str]:
    """Let a folder that was judged hold here.

    Returns:
        What could not be done with it, in words; the rest holds.

    Raises:
        MirrorError: `mirror.collision`, `mirror.raced`: something changed since it was judged.
    """
    session, judged, now = taking.session, taking.judged, taking.now
    take(session, taking.opened.root, taking.opened.index(), judged, now=now)
    for said in taking.documents.publishers.values():
        _publisher(session, said, now=now)
    not_done = []
    for listing_id, said in sorted(taking.documents.listings.items()):
        not_done += _listing(taking, listing_id, said)
    _leave_others(taking)
    not_done += _recalls(taking)
    for said in taking.documents.advisories.values():
        _advisory(session, said, now=now)
    _source(session, taking.opened.manifest, judged, now=now)
    session.execute(delete(MarketMirrorPackage))
    return not_done


def _publisher(session: Session, said: Mapping[str, Any], *, now: datetime) -> None:
    namespace = said["namespace"]
    row = session.get(MarketPublisher, namespace, with_for_update=True, populate_existing=True)
    if row is None:
        row = MarketPublisher(namespace=namespace)
        session.add(row)
    elif row.owner_id != MIRRORED and row.state is not PublisherState.REFUSED:
        # claimed since the folder was judged, which saw no claim that was under way then
        message = f"{namespace} was claimed here meanwhile: refuse the claim, and import again."
        raise MirrorError("collision", message, namespaces=[namespace])
    if row.owner_id != MIRRORED:
        row.owner_id, row.proof, row.claimed_at, row.claimed_by = MIRRORED, "", now, ""
        row.decided_at, row.decided_by = now, ""
    row.state, row.reason = PublisherState.VERIFIED, ""
    row.title, row.support = said["title"], said["support"]
    session.flush()
    _keys(session, said, now=now)


def _keys(session: Session, said: Mapping[str, Any], *, now: datetime) -> None:
    wanted = select(MarketPublisherKey).where(MarketPublisherKey.namespace == said["namespace"])
    known = {one.key_id: one for one in session.scalars(wanted)}
    told = {key_id(decode_key(text)): text for text in said["keys"]}
    for name, text in told.items():
        row = known.pop(name, None)
        if row is None:
            row = MarketPublisherKey(id=new_id(), namespace=said["namespace"], key_id=name)
            row.public, row.label, row.added_at, row.added_by = text, "mirrored", now, ""
            session.add(row)
        revoked = said["revoked"].get(name)
        row.revoked_at = parse_instant(revoked) if revoked else None
    for row in known.values():
        session.delete(row)
    session.flush()


def _listing(taking: Taking, listing_id: str, said: Mapping[str, Any]) -> list[str]:
    session, now = taking.session, taking.now
    row = session.get(MarketListing, listing_id)
    if row is None:
        row = MarketListing(listing_id=listing_id, namespace=listing_id.partition(".")[0])
        row.owner_id, row.kind = MIRRORED, said["kind"]
        session.add(row)
    row.title, row.summary, row.support = said["title"], said["summary"], said["support"]
    row.changed_at, row.changed_by = now, ""
    session.flush()
    wanted = select(MarketRelease).where(MarketRelease.listing_id == listing_id)
    known = {one.version: one for one in session.scalars(wanted)}
    not_done = []
    for release in said["releases"]:
        found = known.get(release["version"])
        if found is None:
            not_done += _new_release(taking, listing_id, release)
        else:
            _say(found, release)
    session.flush()
    shelve(session, listing_id, now=now)
    return not_done


def _new_release(taking: Taking, listing_id: str, said: Mapping[str, Any]) -> list[str]:
    """Make the release of a package that waits; one that was taken back there needs none here.

    Raises:
        MirrorError: `mirror.raced`: another import ended meanwhile, and what waited is gone.
    """
    session, now, version = taking.session, taking.now, said["version"]
    waiting = session.get(MarketMirrorPackage, said["digest"])
    if waiting is None:
        if not is_carried(said, taking.judged.index):
            return []
        message = (
            f"The package of {listing_id} {version} does not wait any more: another import ended "
            "meanwhile. Import again."
        )
        raise MirrorError("raced", message, listing=listing_id)
    data = waiting.archive
    session.expunge(waiting)
    package, trusted = check_release(data, listing_id, said, taking.judged.index)
    row = MarketRelease(id=new_id(), listing_id=listing_id, version=version)
    row.owner_id, row.kind, row.digest = MIRRORED, package.kind, package.digest
    row.manifest, row.archive, row.size_bytes = dict(package.manifest), data, len(data)
    row.state, row.submitted_at, row.submitted_by = ReleaseState.LISTED, now, ""
    row.decided_at = now
    _say(row, said)
    session.add(row)
    session.flush()
    if package.kind != "block":
        return []
    try:
        keep_signed(session, package, data, trusted, now=now)
    except InvalidError as error:
        return [f"{listing_id} {version} cannot be installed here: {error.message}"]
    return []


def _say(row: MarketRelease, said: Mapping[str, Any]) -> None:
    """Let a release be as it is there; what was recalled here stays so."""
    row.channel, row.level = Channel(said["channel"]), said["quality"]
    row.changelog, row.listed_at = said["changelog"], parse_instant(said["listed_at"])
    if row.state is ReleaseState.RECALLED:
        return
    if said["state"] != ReleaseState.RECALLED.value:  # recalling does more than a word here
        row.state = ReleaseState(said["state"])
    row.successor, row.state_reason = said["successor"], said["reason"]
    row.ends_on = date.fromisoformat(said["ends_on"]) if said["ends_on"] else None


def _leave_others(taking: Taking) -> None:
    """Advise against what was mirrored and is not told of any more."""
    told = {(listing, one["version"]) for listing, one in taking.documents.releases()}
    wanted = select(MarketRelease).where(
        MarketRelease.owner_id == MIRRORED, MarketRelease.state == ReleaseState.LISTED
    )
    for row in taking.session.scalars(wanted).all():
        if (row.listing_id, row.version) not in told:
            row.state, row.state_reason = ReleaseState.DEPRECATED, GONE_THERE
            taking.session.flush()
            shelve(taking.session, row.listing_id, now=taking.now)


def _recalls(taking: Taking) -> list[str]:
    """Recall what was recalled there, as this installation's vendor would."""
    session, vendor, now = taking.session, taking.vendor, taking.now
    not_done = []
    for said in new_recalls(session, vendor.tenant_id, taking.documents, taking.judged.index):
        wish = Wish(reason=said["reason"], lets_finish=said["lets_finish"])
        try:
            with session.begin_nested():
                found = recall(session, vendor, said["digest"], wish, now=now)
            not_done += [f"{said['listing']} {said['version']}: {one}" for one in found.not_done]
        except NotFoundError:  # it is kept nowhere here, or is a pack
            keep_recall(session, vendor.tenant_id, said["digest"], reason=said["reason"], now=now)
        except GarlandError as error:
            not_done.append(f"{said['listing']} {said['version']}: {error.message}")
    for listing_id, said in taking.documents.releases():
        if said["state"] == ReleaseState.RECALLED.value and _is_open(session, said["digest"]):
            log.info("mirrored_release_recalled", listing=listing_id, version=said["version"])
            recall_releases(session, said["digest"], said["reason"], now=now)
    return not_done


def _is_open(session: Session, digest: str) -> bool:
    wanted = select(MarketRelease.id).where(
        MarketRelease.digest == digest, MarketRelease.state.in_(PUBLIC - {ReleaseState.RECALLED})
    )
    return session.scalar(wanted.limit(1)) is not None


def _advisory(session: Session, said: Mapping[str, Any], *, now: datetime) -> None:
    row = session.get(MarketAdvisory, said["advisory"])
    is_new = row is None
    if row is None:
        row = MarketAdvisory(advisory_id=said["advisory"], owner_id=MIRRORED, written_by="")
        session.add(row)
    row.listing_id, row.severity = said["listing"], Severity(said["severity"])
    row.title, row.text, row.affected = said["title"], said["text"], said["affected"]
    row.fixed_in, row.references, row.reason = (
        said["fixed_in"], list(said["references"]), said["reason"],
    )  # fmt: skip
    row.published_at = parse_instant(said["published_at"])
    row.changed_at = parse_instant(said["changed_at"])
    at = said["withdrawn_at"]
    row.withdrawn_at = parse_instant(at) if at else None
    session.flush()
    if is_new:
        tell_affected(session, view_of(row), now=now)


def _source(session: Session, manifest: Manifest, judged: Judged, *, now: datetime) -> None:
    row = session.get(MarketMirrorSource, THE_ONLY) or MarketMirrorSource(id=THE_ONLY)
    row.name, row.fingerprint = manifest.source, judged.fingerprint
    row.serial, row.content, row.imported_at = manifest.serial, manifest.content, now
    session.add(row)
    session.flush()
