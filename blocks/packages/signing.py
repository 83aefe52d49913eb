"""Signatures: DSSE envelopes (https://github.com/secure-systems-lab/dsse, version 1) with Ed25519.

What is signed is the bytes of a JSON document together with its type, so a signature of one kind of
document never passes for another's.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel.errors import GarlandError, MalformedError
from kernel.json_text import read_json


class NotTrustedError(GarlandError):
    """A signature, a key or a document is not to be relied on; the code says in which way."""

    status = 422

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document and who signed it."""

    kind: str
    payload: bytes
    signatures: tuple[Signature, ...]


def key_id(key: Ed25519PublicKey) -> str:
    """Name a key: SHA-256 over its 32 bytes, in hexadecimal."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def canonical(document: Any) -> bytes:
    """Write a document of texts, whole numbers, lists and objects the one way it is signed.

    >>> canonical({"b": 1, "a": "ü"})
    b'{"a":"\\xc3\\xbc","b":1}'
    """
    return json.dumps(
        document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def sign(kind: str, payload: bytes, keys: Iterable[Ed25519PrivateKey]) -> Envelope:
    """Sign a document with each of the keys."""
    signed = _to_be_signed(kind, payload)
    made = tuple(Signature(key_id(key.public_key()), key.sign(signed)) for key in keys)
    return Envelope(kind, payload, made)


def add_signature(envelope: Envelope, key: Ed25519PrivateKey) -> Envelope:
    """Counter-sign: the same document, vouched for by one more."""
    (more,) = sign(envelope.kind, envelope.payload, [key]).signatures
    return Envelope(envelope.kind, envelope.payload, (*envelope.signatures, more))


def signers(envelope: Envelope, kind: str, keys: Mapping[str, Ed25519PublicKey]) -> tuple[str, ...]:
    """Return the ids of those of `keys` which signed the document.

    Raises:
        NotTrustedError: `signature.other_kind`: it is a document of another kind;
            `signature.wrong`: a signature by one of the keys does not hold.
    """
    if envelope.kind != kind:
        message = f"This is a document of the kind {envelope.kind}; {kind} was expected."
        raise NotTrustedError("signature.other_kind", message)
    signed = _to_be_signed(envelope.kind, envelope.payload)
    found = []
    for one in envelope.signatures:
        key = keys.get(one.key_id)
        if key is None:
            continue
        try:
            key.verify(one.value, signed)
        except InvalidSignature:
            message = (
                f"The signature by the key {one.key_id[:12]} does not hold: something was changed."
            )
            raise NotTrustedError("signature.wrong", message) from None
        found.append(one.key_id)
    return tuple(found)


def write_envelope(envelope: Envelope) -> bytes:
    """Write an envelope as its JSON."""
    return canonical(
        {
            "payloadType": envelope.kind,
            "payload": base64.b64encode(envelope.payload).decode(),
            "signatures": [
                {"keyid": one.key_id, "sig": base64.b64encode(one.value).decode()}
                for one in envelope.signatures
            ],
        }
    )


def read_envelope(text: bytes) -> Envelope:
    """Read an envelope; only what `write_envelope` writes is taken.

    Raises:
        MalformedError: it is none.
    """
    document = read_json(text, what="the signature")
    try:
        envelope = Envelope(
            kind=_text(document["payloadType"]),
            payload=base64.b64decode(_text(document["payload"]), validate=True),
            signatures=tuple(
                Signature(_text(one["keyid"]), base64.b64decode(_text(one["sig"]), validate=True))
                for one in document["signatures"]
            ),
        )
    except (KeyError, TypeError, binascii.Error, ValueError):
        raise MalformedError("the signature is no DSSE envelope") from None
    if write_envelope(envelope) != text:  # base64 and JSON have many ways to say the same
        raise MalformedError("the signature is not written the one way it is")
    return envelope


def _to_be_signed(kind: str, payload: bytes) -> bytes:
    """What DSSE calls PAE: lengths keep the parts from running into each other."""
    named = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
