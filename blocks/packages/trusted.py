"""Whom this installation trusts: its root and index, kept as signed and judged at each use.

They hold for the whole installation, not for a tenant. The private key of the root is never here:
who changes something brings it along. What is kept is checked again whenever it is read, so that a
row that was changed behind Garland's back is not believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.packages._kept import envelope_of, keep, row_of
from blocks.packages._tables import TrustDocument
from blocks.packages.merged import merge
from blocks.packages.mirrored import OWN, mirrored_index, refuse_expired
from blocks.packages.package import Package
from blocks.packages.signing import Envelope, NotTrustedError, canonical, key_id, sign
from blocks.packages.trust import (
    INDEX,
    ROOT,
    Index,
    Root,
    Trusted,
    check_package,
    check_release,
    encode_key,
    read_index,
    read_root,
)
from kernel.clock import format_instant
from kernel.errors import NotFoundError

INDEX_LIFE = timedelta(days=90)
log = structlog.get_logger(__name__)


def known_root(session: Session) -> Root | None:
    """Return the root; None before there is one."""
    row = row_of(session, "root")
    return read_root(envelope_of(row), None) if row else None


def current_index(session: Session, *, now: datetime) -> Index:
    """Return what holds now: this installation's index, and with it that of a mirrored one.

    Raises:
        NotTrustedError: `root.missing`, `index.missing`, or as `read_index`.
    """
    own, other = own_index(session, now=now), mirrored_index(session)
    return own if other is None else merge(own, other, now=now)


def own_index(session: Session, *, now: datetime) -> Index:
    """Return what this installation's own index says.

    Raises:
        NotTrustedError: as `current_index`.
    """
    row = row_of(session, "index")
    root = _required_root(session)
    if row is None:
        message = "There is no index yet: import one with `garland trust import`."
        raise NotTrustedError("index.missing", message)
    return read_index(envelope_of(row), root, known_serial=row.serial, now=now)


def admit(session: Session, package: Package, *, now: datetime) -> Trusted:
    """See that a package may be used here: signed, listed, and not revoked.

    Raises:
        NotTrustedError: as `current_index` and `check_package`; `index.expired` where the
            mirrored index that would vouch for it ended.
    """
    index, name = current_index(session, now=now), package.manifest["id"]
    if name not in index.packages:
        refuse_expired(session, name, now=now)
    version = package.manifest["version"]
    return check_package(package.envelope, package.files, index, name=name, version=version)


def found_trust(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> None:
    """Begin a trust of this installation's own: a root with one key, and an empty index.

    Raises:
        NotTrustedError: `root.known`: there is a root already.
    """
    _refuse_second_root(session)
    keep(session, "root", 1, _signed_root(1, key.public_key(), [key]), now=now)
    empty: dict[str, Any] = {"index": 1, "serial": 0, "publishers": {}, "packages": {}}
    empty |= {"revoked_keys": {}, "revoked_digests": {}}
    import_index(session, _signed_index(empty, key, now=now), now=now)
    log.info("trust_founded", key_id=key_id(key.public_key()))


def import_root(session: Session, envelope: Envelope, *, now: datetime) -> Root:
    """Take a root from outside: the first one, or one that the present root signed as well.

    The one that is known already changes nothing.

    Raises:
        NotTrustedError: as `read_root`.
    """
    known = row_of(session, "root", lock=True)
    if known and envelope_of(known).payload == envelope.payload:
        return _required_root(session)
    root = read_root(envelope, known_root(session))
    keep(session, "root", root.serial, envelope, now=now)
    log.info("root_taken", serial=root.serial)
    return root


def import_index(session: Session, envelope: Envelope, *, now: datetime) -> Index:
    """Take an index from outside; it must be newer than the one that is known.

    Raises:
        NotTrustedError: as `read_index`; `index.old` for another one with the same serial too.
    """
    known = row_of(session, "index", lock=True)
    serial = known.serial if known else 0
    index = read_index(envelope, _required_root(session), known_serial=serial, now=now)
    if known and index.serial == serial and envelope_of(known).payload != envelope.payload:
        message = f"Another index with serial {serial} is known already."
        raise NotTrustedError("index.old", message)
    keep(session, "index", index.serial, envelope, now=now)
    log.info("index_taken", serial=index.serial, expires=format_instant(index.expires))
    return index


def rotate_root(
    session: Session, old: Ed25519PrivateKey, new: Ed25519PrivateKey, *, now: datetime
) -> None:
    """Let another key stand for the root from now on, and sign the index anew with it.

    Raises:
        NotTrustedError: `root.not_signed`: the old key is not the root's.
    """
    root = _required_root(session)
    import_root(session, _signed_root(root.serial + 1, new.public_key(), [old, new]), now=now)
    _change(session, new, lambda _: None, now=now)


def renew_index(session: Session, key: Ed25519PrivateKey, *, now: datetime) -> None:
    """Sign the index anew as it is, so that it holds for longer."""
    _change(session, key, lambda _: None, now=now)


def add_publisher(
    session: Session,
    key: Ed25519PrivateKey,
    name: str,
    public: Ed25519PublicKey,
    *,
    now: datetime,
) -> None:
    """Believe a publisher's key; a publisher may have several, to change from one to the next."""
    text = encode_key(public)

    def change(document: dict[str, Any]) -> None:
        keys = document["publishers"].setdefault(name, [])
        if text not in keys:
            keys.append(text)

    _change(session, key, change, now=now)
    log.info("publisher_key_added", publisher=name, key_id=key_id(public))


def add_release(
    session: Session, key: Ed25519PrivateKey, package: Package, *, by: str = "", now: datetime
) -> str:
    """List a package in the index; give its digest.

    Args:
        session: Open.
        key: The root's.
        package: As it was read.
        by: Who offers it again and has counter-signed it; its publisher where "".
        now: The instant.

    Raises:
        NotTrustedError: as `check_package`; `package.other` when the version is listed with
            another content, which never changes.
    """
    index = own_index(session, now=now)
    name, version = package.manifest["id"], package.manifest["version"]
    publisher = by or package.manifest["publisher"]
    digest = check_release(package.envelope, package.files, index, publisher=publisher, now=now)
    known = index.packages.get(name, {}).get(version)
    if known and known.digest != digest:
        message = f"The index lists another package as {name} {version}: raise the version."
        raise NotTrustedError("package.other", message)
    release = {"digest": digest, "published": format_instant(now), "by": publisher}

    def change(document: dict[str, Any]) -> None:
        document["packages"].setdefault(name, {})[version] = release

    _change(session, key, change, now=now)
    log.info("release_listed", block=name, version=version, digest=digest, by=publisher)
    return digest


def revoke_key(
    session: Session, key: Ed25519PrivateKey, revoked: str, *, since: datetime, now: datetime
) -> None:
    """Believe a publisher's key no more, for what was published from an instant on.

    Raises:
        NotFoundError: no publisher has that key.
    """
    index = own_index(session, now=now)
    if not any(revoked in keys for keys in index.publishers.values()):
        raise NotFoundError(f"no publisher has the key {revoked}: see `garland trust show`")
    at = min(since, index.revoked_keys.get(revoked, since))

    def change(document: dict[str, Any]) -> None:
        document["revoked_keys"][revoked] = format_instant(at)

    _change(session, key, change, now=now)
    log.warning("publisher_key_revoked", key_id=revoked, since=format_instant(at))


def revoke_package(
    session: Session, key: Ed25519PrivateKey, digest: str, *, reason: str, now: datetime
) -> None:
    """Refuse a package from now on, whoever signed it and under whatever name it comes."""

    def change(document: dict[str, Any]) -> None:
        document["revoked_digests"][digest] = reason

    _change(session, key, change, now=now)
    log.warning("package_revoked", digest=digest)


def stored_documents(session: Session) -> dict[str, bytes]:
    """Return root and index as they were signed, for other installations."""
    rows = session.scalars(select(TrustDocument).where(TrustDocument.kind.in_(OWN)))
    return {row.kind: row.envelope.encode() for row in rows}


def _change(
    session: Session,
    key: Ed25519PrivateKey,
    change: Callable[[dict[str, Any]], None],
    *,
    now: datetime,
) -> None:
    """Write the next index; an expired one can be changed, which is how it is renewed."""
    row = row_of(session, "index", lock=True)
    if row is None:
        raise NotTrustedError("index.missing", "There is no index yet.")
    document = json.loads(envelope_of(row).payload)
    change(document)
    import_index(session, _signed_index(document, key, now=now), now=now)


def _signed_index(document: dict[str, Any], key: Ed25519PrivateKey, *, now: datetime) -> Envelope:
    document["serial"] += 1
    document["expires"] = format_instant(now + INDEX_LIFE)
    return sign(INDEX, canonical(document), [key])


def _signed_root(serial: int, key: Ed25519PublicKey, by: list[Ed25519PrivateKey]) -> Envelope:
    document = {"root": 1, "serial": serial, "keys": [encode_key(key)], "threshold": 1}
    return sign(ROOT, canonical(document), by)


def _required_root(session: Session) -> Root:
    root = known_root(session)
    if root is None:
        message = "This installation has no root of trust yet: run `garland trust init`."
        raise NotTrustedError("root.missing", message)
    return root


def _refuse_second_root(session: Session) -> None:
    if row_of(session, "root", lock=True):
        message = "There is a root of trust already; `garland trust rotate` changes its key."
        raise NotTrustedError("root.known", message)
