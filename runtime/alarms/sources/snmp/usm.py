"""SNMPv3's user-based security: who sent a message, and what it says where it is encrypted.

Source: RFC 3412 clause 6 (the frame), RFC 3414 (users, keys, digests, discovery, time windows),
RFC 7860 (SHA-2) and RFC 3826 (AES). `hmac` and `cryptography` do the cryptography. An engine that
keeps its users by name, as pysnmp's does, could not tell two tenants' users of one name apart; here
a source's users are tried against the digest, and only the right key fits.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from runtime.alarms.sources.snmp import ber
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.message import V3, Notification, read_notification

DIGESTS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "sha": ("sha1", 12),
        "sha224": ("sha224", 16),
        "sha256": ("sha256", 24),
        "sha384": ("sha384", 32),
        "sha512": ("sha512", 48),
        "md5": ("md5", 12),
    }
)
"""By protocol: the hash, and how many bytes of its digest a message carries."""
KEY_BYTES: Mapping[str, int] = MappingProxyType({"aes": 16, "aes192": 24, "aes256": 32})
AUTH, PRIV, REPORTABLE = 1, 2, 4
USM = 3
SALT_BYTES = 8
PASSPHRASE_LEAST = 8
ENGINE_MAX, NAME_MAX = 32, 32
SPREAD_BYTES = 1_048_576  # RFC 3414 A.2: the passphrase is repeated to a megabyte
KEYS_KEPT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user of a source, with the secrets both sides know."""

    name: str
    auth: str
    auth_secret: str = field(repr=False)
    priv: str = ""
    priv_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A message of v3 as far as it can be read without a key.

    Attributes:
        engine: The authoritative engine: the sender's for a trap, the receiver's for an inform.
        digest: Where in the datagram its digest lies.
        payload: Where what is said lies, encrypted or not.
    """

    message_id: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    digest: tuple[int, int]
    salt: bytes
    payload: tuple[int, int]

    @property
    def has_digest(self) -> bool:
        """Tell whether the message says who sent it."""
        return bool(self.flags & AUTH)

    @property
    def is_encrypted(self) -> bool:
        """Tell whether only who has the key can read it."""
        return bool(self.flags & PRIV)


def read_frame(data: bytes) -> Frame:
    """Read a message's frame.

    Raises:
        BerError: it is no message of v3 that this security model could secure.
    """
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    _, at = ber.expect(data, start, stop, ber.INTEGER)
    head, at = ber.expect(data, at, stop, ber.SEQUENCE)
    first, next_ = ber.expect(data, head, at, ber.INTEGER)
    message_id = ber.integer(data, first, next_)
    _, next_ = ber.expect(data, next_, at, ber.INTEGER)
    first, next_ = ber.expect(data, next_, at, ber.OCTETS)
    flags = _flags(data[first:next_])
    first, next_ = ber.expect(data, next_, at, ber.INTEGER)
    if ber.integer(data, first, next_) != USM:
        raise BerError("a security model other than the user-based one (3)")
    start, at = ber.expect(data, at, stop, ber.OCTETS)
    start, end = ber.expect(data, start, at, ber.SEQUENCE)
    engine, start = _octets(data, start, end, most=ENGINE_MAX)
    boots, start = _number(data, start, end)
    time, start = _number(data, start, end)
    user, start = _octets(data, start, end, most=NAME_MAX)
    digest = ber.expect(data, start, end, ber.OCTETS)
    salt, _ = _octets(data, digest[1], end, most=SALT_BYTES)
    wanted = ber.OCTETS if flags & PRIV else ber.SEQUENCE
    return Frame(
        message_id=message_id,
        flags=flags,
        engine=engine,
        boots=boots,
        time=time,
        user=user,
        digest=digest,
        salt=salt,
        payload=ber.expect(data, at, stop, wanted),
    )


def _flags(octets: bytes) -> int:
    if len(octets) != 1 or (octets[0] & PRIV and not octets[0] & AUTH):
        raise BerError("flags that no message has: encrypted without a digest, or not one byte")
    return octets[0]


def _octets(data: bytes, at: int, end: int, *, most: int) -> tuple[bytes, int]:
    start, stop = ber.expect(data, at, end, ber.OCTETS)
    if stop - start > most:
        raise BerError(f"the field at byte {at} is longer than {most} bytes")
    return data[start:stop], stop


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = ber.expect(data, at, end, ber.INTEGER)
    return ber.integer(data, start, stop), stop


def is_from(data: bytes, frame: Frame, user: User) -> bool:
    """Tell whether a user sent a message: whether the user's key gives its digest."""
    if not frame.has_digest or frame.user != user.name.encode():
        return False
    start, stop = frame.digest
    if stop - start != DIGESTS[user.auth][1]:
        return False
    return hmac.compare_digest(digest_of(data, (start, stop), user, frame.engine), data[start:stop])


def digest_of(data: bytes, place: tuple[int, int], user: User, engine: bytes) -> bytes:
    """Give the digest of a message, in which the digest itself counts as zeros."""
    start, stop = place
    name, size = DIGESTS[user.auth]
    blank = data[:start] + bytes(size) + data[stop:]
    key = localized_key(user.auth, user.auth_secret, engine)
    return hmac.digest(key, blank, name)[:size]


def said_by(data: bytes, frame: Frame, user: User) -> Notification:
    """Give what a user's message says, decrypted where it is encrypted.

    Raises:
        BerError: it is secured less than the user's messages are, or what it says is unreadable.
    """
    if frame.is_encrypted != bool(user.priv):
        raise BerError(
            "the message is not encrypted, as this user's must be"
            if user.priv
            else "the message is encrypted, and the user has no key for that"
        )
    start, stop = frame.payload
    if not frame.is_encrypted:
        return _scoped(data, start, stop)
    plain = crypt(data[start:stop], frame, user, encrypting=False)
    start, stop = ber.expect(plain, 0, len(plain), ber.SEQUENCE)
    return _scoped(plain, start, stop)


def scoped_part(data: bytes, frame: Frame, user: User) -> bytes:
    """Give a message's scoped part in plain: what `said_by` reads, for the answer to an inform."""
    start, stop = frame.payload
    if frame.is_encrypted:
        plain = crypt(data[start:stop], frame, user, encrypting=False)
        start, stop = ber.expect(plain, 0, len(plain), ber.SEQUENCE)
        return plain[start:stop]
    return data[start:stop]


def _scoped(data: bytes, start: int, stop: int) -> Notification:
    _, at = ber.expect(data, start, stop, ber.OCTETS)
    _, at = ber.expect(data, at, stop, ber.OCTETS)
    return read_notification(data, at, stop, version=V3)


def crypt(octets: bytes, frame: Frame, user: User, *, encrypting: bool) -> bytes:
    """Encrypt or decrypt by AES in cipher feedback mode, with the frame's boots, time and salt."""
    if len(frame.salt) != SALT_BYTES:
        raise BerError("the message carries no salt to decrypt it with")
    try:
        clock = frame.boots.to_bytes(4, "big") + frame.time.to_bytes(4, "big")
    except OverflowError:
        raise BerError("boots and time of the engine are no numbers of 32 bits") from None
    key = localized_key(user.auth, user.priv_secret, frame.engine)[: KEY_BYTES[user.priv]]
    cipher = Cipher(AES(key), CFB(clock + frame.salt))
    worker = cipher.encryptor() if encrypting else cipher.decryptor()
    return worker.update(octets) + worker.finalize()


@lru_cache(maxsize=KEYS_KEPT)
def localized_key(auth: str, secret: str, engine: bytes) -> bytes:
    """Give a passphrase's key at one engine (RFC 3414 A.2).

    >>> localized_key("sha", "maplesyrup", bytes(11) + bytes([2])).hex()
    '6695febc9288e36282235fc7151f128497b38f3f'
    """
    name = DIGESTS[auth][0]
    key = _spread_key(name, secret)
    return hashlib.new(name, key + engine + key, usedforsecurity=False).digest()


@lru_cache(maxsize=KEYS_KEPT)
def _spread_key(name: str, secret: str) -> bytes:
    octets = secret.encode()
    spread = (octets * (SPREAD_BYTES // len(octets) + 1))[:SPREAD_BYTES]
    return hashlib.new(name, spread, usedforsecurity=False).digest()
