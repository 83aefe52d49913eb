"""Identifiers, secrets and digests."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from uuid import UUID

import uuid_utils.compat as uuid_utils

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
SLUG_MAX = 60


def new_id() -> UUID:
    """Make a version 7 UUID (RFC 9562); later ids sort after earlier ones."""
    return uuid_utils.uuid7()


def new_secret(prefix: str) -> str:
    """Make a URL-safe secret of 256 bits whose prefix tells people and scanners what it opens.

    >>> new_secret("gat").startswith("gat_")
    True
    """
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def sha256_of(content: str | bytes) -> str:
    """Give the SHA-256 digest in hexadecimal.

    >>> sha256_of("")[:8]
    'e3b0c442'
    """
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def slugify(text: str) -> str:
    """Turn a name into lower-case words joined by hyphens, at most 60 characters; never empty.

    >>> slugify("Ticket a critical link!")
    'ticket-a-critical-link'
    >>> slugify("Überwachung")
    'uberwachung'
    >>> slugify("!!!")
    'unnamed'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", plain).strip("-")[:SLUG_MAX].strip("-") or "unnamed"
