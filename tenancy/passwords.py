"""Passwords: rules for new ones, argon2id hashes, and a check that takes as long for nobody.

Length over composition and a list of known ones, as NIST SP 800-63B (5.1.1.2) advises; nobody has
to change a password because time went by.
"""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import InvalidError, Problem
from tenancy.breached.listed import is_breached

LENGTH_MIN = 12
LENGTH_MAX = 256
CHARACTERS_MIN = 5
MADE_UP_BYTES = 12
PRODUCT = "garland"
BREACHED = "it is known from a breach, so others try it first: choose other words"
NAME_TELLING = 5  # a shorter name before the @ occurs in ordinary words

_hasher = PasswordHasher()


def check_new_password(
    password: str, *, email: str, name: str = "", field: str = "password"
) -> None:
    """Raise InvalidError, with what to do, unless the password may be used.

    Args:
        password: As it was typed; spaces and every character of Unicode count.
        email: The person's address: a password that holds it is the first to be guessed.
        name: What the person is called.
        field: The name of the form's field, for the problem's pointer.
    """
    why = _why_not(password, email.strip().lower(), name.strip().lower())
    if why:
        message = f"password: {why}"
        raise InvalidError(message, problems=[Problem(f"/{field}", message)])


def made_up_password(*, email: str, name: str) -> str:
    """Make a password up that may be used: now and then a random one meets the list by chance."""
    while True:
        password = secrets.token_urlsafe(MADE_UP_BYTES)
        if not _why_not(password, email.strip().lower(), name.strip().lower()):
            return password


def _why_not(password: str, address: str, name: str) -> str:
    """Say why a password may not be used; "" where it may."""
    lowered = password.lower()
    telling = (address, *_telling(address.partition("@")[0]))
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        why = f"use {LENGTH_MIN} to {LENGTH_MAX} characters, such as a few words"
    elif len(set(password)) < CHARACTERS_MIN:
        why = f"it repeats the same few characters: use {CHARACTERS_MIN} different ones at least"
    elif any(one in lowered for one in telling):
        why = "it must not hold your e-mail address: choose other words"
    elif any(one in lowered for one in _telling(name)):
        why = "it must not hold your name: choose other words"
    elif PRODUCT in lowered:
        why = "it must not hold the name of the product: choose other words"
    else:
        why = BREACHED if is_breached(password) else ""
    return why


def _telling(name: str) -> list[str]:
    return [name] if len(name) >= NAME_TELLING else []


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
