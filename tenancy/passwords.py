"""Passwords: rules for new ones, argon2id hashes, and a check that takes as long for nobody."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import InvalidError, Problem

LENGTH_MIN = 12
LENGTH_MAX = 256
NAME_TELLING = 5  # a shorter name before the @ occurs in ordinary words

_hasher = PasswordHasher()


def check_new_password(password: str, *, email: str) -> None:
    """Raise InvalidError, with what to do, unless the password may be used.

    Length over composition, as NIST SP 800-63B (5.1.1.2) advises.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        message = f"password: use {LENGTH_MIN} to {LENGTH_MAX} characters, such as a few words"
        raise InvalidError(message, problems=[Problem("/password", message)])
    address = email.lower()
    name = address.partition("@")[0]
    telling = [address, name] if len(name) >= NAME_TELLING else [address]
    if any(word in password.lower() for word in telling):
        message = "password: it must not hold your e-mail address: choose other words"
        raise InvalidError(message, problems=[Problem("/password", message)])


def hash_password(password: str) -> str:
    """Hash a password by argon2id (RFC 9106) with the library's current parameters."""
    return _hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password fits its hash; for nobody (None) it takes as long and is wrong."""
    try:
        _hasher.verify(kept or _nobody(_hasher), password[:LENGTH_MAX])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Tell whether a hash was made with parameters weaker than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """Give what nobody's password is compared with; made when it is first needed.

    Most processes check no password, and a hash is a tenth of their start. Only the first check
    for nobody in a process takes longer for it.
    """
    return hasher.hash("nobody has this password")
