"""Who did something, in one text: a user of another system is kept as "bob via ems-1"."""

from __future__ import annotations

OWN_SYSTEM = "oss"
_JOINT = " via "


def sign(user: str, system: str) -> str:
    """Write a user of a system as one text.

    >>> sign("bob@example.net", "ems-1")
    'bob@example.net via ems-1'
    """
    return f"{user}{_JOINT}{system}"


def read_signature(text: str) -> tuple[str, str]:
    """Read user and system back; whoever is not from elsewhere is of Garland.

    >>> read_signature("bob@example.net via ems-1"), read_signature("Ada"), read_signature("")
    (('bob@example.net', 'ems-1'), ('Ada', 'oss'), ('', ''))
    """
    user, joint, system = text.rpartition(_JOINT)
    if joint:
        return user, system
    return text, OWN_SYSTEM if text else ""
