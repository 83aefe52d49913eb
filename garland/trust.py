"""The installation's trust on the command line: its root key file and what is done with it.

The private key of the root lies in `trust/root.key` of the data folder (0600). It may be kept
elsewhere, and be brought only where something changes: nothing else needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from blocks.packages import trusted
from blocks.packages.archive import ARCHIVE_MAX_BYTES
from blocks.packages.keys import KeyFileError, make_key_file, public_file, read_key_file
from blocks.packages.mirrored import own_fingerprint
from blocks.packages.package import read_package
from blocks.packages.signing import Envelope, NotTrustedError, read_envelope
from blocks.packages.trust import INDEX, ROOT
from garland.services import Services
from garland.settings import Settings
from kernel.clock import format_instant, utc_now
from kernel.errors import NotFoundError, TooLargeError

log = structlog.get_logger(__name__)


def root_key_file(settings: Settings) -> Path:
    """Say where the root's private key lies unless told otherwise."""
    return settings.data_dir / "trust" / "root.key"


def begin_trust(settings: Settings) -> None:
    """At the start: make a root where there is none, renew the index in time where that can be."""
    file, now = root_key_file(settings), utc_now()
    with opened(settings) as session:
        if trusted.known_root(session) is None:
            trusted.found_trust(session, _own_key(file, passphrase=""), now=now)
        elif file.exists():
            _renew_in_time(session, file, now)


def init_trust(settings: Settings, *, passphrase: str) -> str:
    """Make a root of this installation's own; say where its key is."""
    file = root_key_file(settings)
    with opened(settings) as session:
        if trusted.known_root(session) is not None:
            message = "There is a root of trust already; `garland trust rotate` changes its key."
            raise NotTrustedError("root.known", message)
        trusted.found_trust(session, _own_key(file, passphrase=passphrase), now=utc_now())
    return f"The root's private key is in {file}: keep a copy where nobody else can read it."


def rotate(settings: Settings, old: Ed25519PrivateKey, *, passphrase: str) -> str:
    """Make a new root key in the old one's place; the old file is kept beside it."""
    file, now = root_key_file(settings), utc_now()
    mark = now.strftime("%Y%m%dT%H%M%SZ")
    fresh = file.with_name(f"root-{mark}.key")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = make_key_file(fresh, passphrase=passphrase)
    with opened(settings) as session:
        trusted.rotate_root(session, old, new, now=now)
    for before, after in ((file, fresh), (public_file(file), public_file(fresh))):
        if before.exists():
            before.rename(before.with_name(before.name + f".until-{mark}"))
        after.rename(before)
    return f"The new root key is in {file}; the old one lies beside it: delete it."


def show(settings: Settings) -> str:
    """Tell whom the installation trusts, for people."""
    with opened(settings) as session:
        root = trusted.known_root(session)
        if root is None:
            return "There is no root of trust yet: run `garland trust init`."
        lines = [f"Root {root.serial}, signed by {root.threshold} of {len(root.keys)}:"]
        lines += [f"  key {one}" for one in root.keys]
        lines.append(f"  fingerprint {own_fingerprint(session)}")
        try:
            index = trusted.own_index(session, now=utc_now())
        except NotTrustedError as error:
            return "\n".join([*lines, f"No index holds ({error.code}): {error.message}"])
    lines.append(f"Index {index.serial}, until {format_instant(index.expires)}")
    for name, keys in sorted(index.publishers.items()):
        lines.append(f"Publisher {name}")
        lines += [
            f"  key {one}" + (", revoked" if one in index.revoked_keys else "") for one in keys
        ]
    for name, versions in sorted(index.packages.items()):
        lines += [
            f"{name} {version} by {one.by} {one.digest}"
            + (", revoked" if one.digest in index.revoked_digests else "")
            for version, one in sorted(versions.items())
        ]
    return "\n".join(lines)


def take_in(settings: Settings, files: list[Path]) -> list[str]:
    """Import roots and indexes from files, all or none; roots first."""
    envelopes = sorted((_read(file) for file in files), key=lambda one: one.kind != ROOT)
    told = []
    with opened(settings) as session:
        for one in envelopes:
            if one.kind == ROOT:
                told.append(f"Root {trusted.import_root(session, one, now=utc_now()).serial}")
            elif one.kind == INDEX:
                told.append(f"Index {trusted.import_index(session, one, now=utc_now()).serial}")
            else:
                raise NotFoundError(f"{one.kind} is neither a root nor an index")
    return told


def export(settings: Settings, folder: Path) -> list[Path]:
    """Write root and index as they were signed, for other installations."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened(settings) as session:
        documents = trusted.stored_documents(session)
    made = []
    for kind, text in documents.items():
        file = folder / f"{kind}.json"
        file.write_bytes(text)
        made.append(file)
    return made


def list_release(settings: Settings, key: Ed25519PrivateKey, file: Path, *, by: str) -> str:
    """List a package file in the index."""
    if file.stat().st_size > ARCHIVE_MAX_BYTES:
        raise TooLargeError(f"{file} has over {ARCHIVE_MAX_BYTES:,} bytes")
    package = read_package(file.read_bytes())
    with opened(settings) as session:
        return trusted.add_release(session, key, package, by=by, now=utc_now())


def change(settings: Settings, what: Callable[[Session, datetime], None]) -> None:
    """Change the index in one transaction."""
    with opened(settings) as session:
        what(session, utc_now())


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """Open the database for one transaction of the command line."""
    services = Services(settings)
    try:
        with services.sessions() as session, session.begin():
            yield session
    finally:
        services.engine.dispose()


def _own_key(file: Path, *, passphrase: str) -> Ed25519PrivateKey:
    """Make the root key, or take the one that a start before this one made and did not use."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists():
        return read_key_file(file, passphrase=passphrase)
    return make_key_file(file, passphrase=passphrase)


def _renew_in_time(session: Session, file: Path, now: datetime) -> None:
    try:
        index = trusted.own_index(session, now=now)
        if index.expires - now > trusted.INDEX_LIFE / 2:
            return
    except NotTrustedError as error:
        if error.code != "index.expired":
            return
    try:
        trusted.renew_index(session, read_key_file(file), now=now)
    except (KeyFileError, NotTrustedError) as error:
        log.warning("index_not_renewed", code=error.code, reason=error.message)


def _read(file: Path) -> Envelope:
    if file.stat().st_size > ARCHIVE_MAX_BYTES:
        raise TooLargeError(f"{file} has over {ARCHIVE_MAX_BYTES:,} bytes")
    return read_envelope(file.read_bytes().strip())
