"""What people write about publishers and releases, and why it is refused. Pure."""

from __future__ import annotations

import re

from kernel.errors import InvalidError, Problem

_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_SITE = re.compile(r"https://[^\s/<>\"@]+\.[^\s<>\"@]+")


def require_text(field: str, text: str, most: int) -> str:
    """Give a text without the space around it.

    Raises:
        InvalidError: it is empty or longer than `most` characters.
    """
    found = text.strip()
    if not found or len(found) > most:
        told = f"{field}: write 1 to {most:,} characters"
        raise InvalidError(told, problems=[Problem(f"/{field}", told)])
    return found


def require_support(text: str, most: int) -> str:
    """Give where users get help: a mail address or an https address.

    Raises:
        InvalidError: it is neither.

    >>> require_support(" help@acme.example ", 300)
    'help@acme.example'
    """
    found = text.strip()
    if len(found) > most or not (_MAIL.fullmatch(found) or _SITE.fullmatch(found)):
        told = "support: give a mail address, or an address that begins with https://"
        raise InvalidError(told, problems=[Problem("/support", told)])
    return found
