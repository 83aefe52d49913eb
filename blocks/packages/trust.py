"""Whom to believe: a root that names its keys, an index that names publishers and packages.

Three signed documents, each vouched for by the one above it. The *root* is known from the start and
changes only by one that the present root signed. The *index* says, at one moment, which publishers
have which keys, which packages there are, and what was revoked; it has a serial that only grows and
an end, so that an old one cannot be shown again. A *package's listing* is signed by its publisher.
Everything here is pure: documents in, what may be believed out.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from blocks.packages.listing import LISTING, check_listing, digest_of
from blocks.packages.signing import Envelope, NotTrustedError, key_id, signers
from kernel.clock import format_instant, parse_instant
from kernel.errors import MalformedError
from kernel.json_text import read_json
from kernel.schema import Schema

ROOT = "application/vnd.garland.root+json"
INDEX = "application/vnd.garland.index+json"

_KEY = {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"}
_ID = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_DIGEST = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_INSTANT = {"type": "string", "format": "date-time"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 120}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
        "required": list(properties),
    }


def _map(names: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": dict(names), "additionalProperties": dict(values)}


ROOT_SCHEMA = Schema(
    _closed(
        {
            "root": {"const": 1},
            "serial": {"type": "integer", "minimum": 1},
            "keys": {"type": "array", "items": _KEY, "minItems": 1, "maxItems": 16},
            "threshold": {"type": "integer", "minimum": 1, "maximum": 16},
        }
    )
)
INDEX_SCHEMA = Schema(
    _closed(
        {
            "index": {"const": 1},
            "serial": {"type": "integer", "minimum": 1},
            "expires": _INSTANT,
            "publishers": _map(_NAME, {"type": "array", "items": _KEY, "maxItems": 16}),
            "packages": _map(
                _NAME, _map(_NAME, _closed({"digest": _DIGEST, "published": _INSTANT, "by": _NAME}))
            ),
            "revoked_keys": _map(_ID, _INSTANT),
            "revoked_digests": _map(_DIGEST, _NAME),
        }
    )
)


@dataclass(frozen=True, slots=True)
class Root:
    """Who may sign an index, and how many of them it takes."""

    serial: int
    keys: Mapping[str, Ed25519PublicKey]
    threshold: int


@dataclass(frozen=True, slots=True)
class Release:
    """What the index says of one version of a package.

    Attributes:
        digest: Which package it is.
        published: When the index took it in.
        by: The publisher who must have signed it: its own, or who offers it again.
    """

    digest: str
    published: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What holds at one moment; see the module.

    Attributes:
        serial: Grows with each index.
        expires: When it is too old to rely on.
        publishers: Name to keys, by id.
        packages: Id, then version.
        revoked_keys: Key id to the instant from which it is not believed.
        revoked_digests: Digest to the reason.
    """

    serial: int
    expires: datetime
    publishers: Mapping[str, Mapping[str, Ed25519PublicKey]]
    packages: Mapping[str, Mapping[str, Release]]
    revoked_keys: Mapping[str, datetime]
    revoked_digests: Mapping[str, str]

    def release_of(self, digest: str) -> Release | None:
        """Give what is listed with a digest, under whatever name; None where nothing is."""
        listed = (one for versions in self.packages.values() for one in versions.values())
        return next((one for one in listed if one.digest == digest), None)


def read_root(envelope: Envelope, known: Root | None) -> Root:
    """Read a root; one that follows another must be signed by both.

    Raises:
        NotTrustedError: `root.bad`, `root.not_signed`, `root.old`, `signature.wrong`.
    """
    document = _document(envelope, ROOT_SCHEMA, "root")
    keys = _keys(document["keys"])
    root = Root(document["serial"], keys, document["threshold"])
    if len(keys) < root.threshold:
        message = "The root asks for more signatures than it names keys."
        raise NotTrustedError("root.bad", message)
    if known and root.serial <= known.serial:
        message = f"The root has serial {root.serial}; one with {known.serial} is known already."
        raise NotTrustedError("root.old", message)
    for judge in (known, root):
        if judge and len(set(signers(envelope, ROOT, judge.keys))) < judge.threshold:
            message = "The root is not signed by those who may."
            raise NotTrustedError("root.not_signed", message)
    return root


def read_index(envelope: Envelope, root: Root, *, known_serial: int, now: datetime) -> Index:
    """Read an index.

    Args:
        envelope: As it came.
        root: Who may sign it.
        known_serial: Of the newest index seen so far, 0 when none was.
        now: The instant.

    Raises:
        NotTrustedError: `index.bad`, `index.not_signed`, `index.old`, `index.expired`,
            `signature.wrong`, `signature.other_kind`.
    """
    if len(set(signers(envelope, INDEX, root.keys))) < root.threshold:
        raise NotTrustedError("index.not_signed", "The index is not signed by those who may.")
    document = _document(envelope, INDEX_SCHEMA, "index")
    expires = parse_instant(document["expires"])
    if document["serial"] < known_serial:
        message = f"The index has serial {document['serial']}; {known_serial} was seen already."
        raise NotTrustedError("index.old", message)
    if expires <= now:
        message = f"The index ended at {format_instant(expires)}: fetch a newer one."
        raise NotTrustedError("index.expired", message)
    return Index(
        serial=document["serial"],
        expires=expires,
        publishers={name: _keys(keys) for name, keys in document["publishers"].items()},
        packages={
            name: {version: _release(one) for version, one in versions.items()}
            for name, versions in document["packages"].items()
        },
        revoked_keys={one: parse_instant(at) for one, at in document["revoked_keys"].items()},
        revoked_digests=document["revoked_digests"],
    )


@dataclass(frozen=True, slots=True)
class Trusted:
    """A package that may be believed: which it is, and who vouches for it."""

    digest: str
    key_ids: tuple[str, ...]


def check_package(
    envelope: Envelope | None,
    files: Mapping[str, bytes],
    index: Index,
    *,
    name: str,
    version: str,
) -> Trusted:
    """See that a package is what who answers for it signed, and that nothing was revoked since.

    Raises:
        NotTrustedError: `publisher.unknown`, `package.not_signed`, `package.changed`,
            `package.revoked`, `package.other` (the index has other bytes under this version),
            `package.unknown` (the index does not list it), `key.revoked`, `signature.wrong`,
            `signature.other_kind`.
    """
    release = index.packages.get(name, {}).get(version)
    if release is None:
        raise NotTrustedError("package.unknown", f"The index does not list {name} {version}.")
    digest, found = check_signed(envelope, files, index, publisher=release.by)
    if release.digest != digest:
        message = f"The index lists another package as {name} {version}."
        raise NotTrustedError("package.other", message)
    return Trusted(digest, still_believed(found, index, release.published))


def check_signed(
    envelope: Envelope | None, files: Mapping[str, bytes], index: Index, *, publisher: str
) -> tuple[str, tuple[str, ...]]:
    """See who of a publisher's keys signed a package that is not revoked; give digest and keys.

    Raises:
        NotTrustedError: as `check_package`, but for what the index says of the version.
    """
    keys = index.publishers.get(publisher)
    if keys is None:
        raise NotTrustedError("publisher.unknown", f"The index knows no publisher {publisher}.")
    found = signers(envelope, LISTING, keys) if envelope else ()
    if envelope is None or not found:
        message = f"No key of {publisher} signed this package."
        raise NotTrustedError("package.not_signed", message)
    check_listing(envelope.payload, files)
    digest = digest_of(envelope.payload)
    if reason := index.revoked_digests.get(digest):
        raise NotTrustedError("package.revoked", f"The package was revoked: {reason}")
    return digest, found


def check_release(
    envelope: Envelope | None,
    files: Mapping[str, bytes],
    index: Index,
    *,
    publisher: str,
    now: datetime,
) -> str:
    """See that a package may be taken into the index today; give its digest.

    Raises:
        NotTrustedError: as `check_package`.
    """
    digest, found = check_signed(envelope, files, index, publisher=publisher)
    still_believed(found, index, now)
    return digest


def still_believed(found: tuple[str, ...], index: Index, published: datetime) -> tuple[str, ...]:
    """Give those of some keys that count; a revoked one does for what was published before.

    Raises:
        NotTrustedError: `key.revoked`: none does.
    """
    good = tuple(
        one for one in found if one not in index.revoked_keys or published < index.revoked_keys[one]
    )
    if not good:
        message = "The key that signed this package was revoked."
        raise NotTrustedError("key.revoked", message)
    return good


def decode_key(text: str) -> Ed25519PublicKey:
    """Read a public key as `encode_key` writes it.

    Raises:
        NotTrustedError: `key.unreadable`.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except (ValueError, TypeError):
        message = "This is no public key: it is base64 of the 32 bytes of an Ed25519 key."
        raise NotTrustedError("key.unreadable", message) from None


def encode_key(key: Ed25519PublicKey) -> str:
    """Write a public key as the documents do: base64 of its 32 bytes."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _keys(texts: list[str]) -> dict[str, Ed25519PublicKey]:
    return {key_id(key): key for key in map(decode_key, texts)}


def _release(document: Mapping[str, Any]) -> Release:
    published = parse_instant(document["published"])
    return Release(document["digest"], published, document["by"])


def _document(envelope: Envelope, schema: Schema, what: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = read_json(envelope.payload, what=f"the {what}")
    except MalformedError as error:
        raise NotTrustedError(f"{what}.bad", error.message) from None
    problems = schema.problems(document)
    if problems:
        message = f"The {what} cannot be read: {problems[0].message}"
        raise NotTrustedError(f"{what}.bad", message)
    return document
