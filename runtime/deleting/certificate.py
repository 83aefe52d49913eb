"""The certificate of a deletion: a document in one fixed form, whose digest the audit notes. Pure.

The text is JSON with sorted keys, no blanks, and everything beyond ASCII escaped; the digest is the
SHA-256 of it in hexadecimal. So whoever has the file can compare it without this software.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.ids import sha256_of

FORMAT = 1
STAYS = (
    "What the audit of the organisation above says of it: that tells what those did, not its data.",
    "The totals of use by the month that stand here: they are what was charged by.",
    "People who belong to another organisation as well, with their names and addresses.",
    "Backups and copies of the database from before, until they are destroyed themselves.",
)
"""What is not deleted, as the certificate says it."""


def write_certificate(facts: Mapping[str, Any]) -> str:
    r"""Give the text of a certificate.

    >>> write_certificate({"rows": 2, "name": "Zürich"})
    '{"format":1,"name":"Z\\u00fcrich","rows":2}'
    """
    document = {"format": FORMAT, **facts}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of_certificate(text: str) -> str:
    """Give the digest of a certificate's text."""
    return sha256_of(text)


def file_of(text: str) -> str:
    """Give the file that people keep: the certificate and its digest, to be read by anybody."""
    whole = {"certificate": json.loads(text), "sha256": digest_of_certificate(text)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def digest_of_file(content: str) -> tuple[str, str, Mapping[str, Any]]:
    """Read such a file: the digest that it names, the one it has, and what it says.

    Raises:
        InvalidError: it is no certificate of a deletion.
    """
    said, document = _parts_of(content)
    if document.get("format") != FORMAT:
        message = "file: this is no certificate of a deletion, or one of a newer release"
        raise InvalidError(message, problems=[Problem("/file", message)])
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return said, digest_of_certificate(text), document


def instant_text(at: datetime | None) -> str | None:
    """Write an instant in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at is not None else None


def _parts_of(content: str) -> tuple[str, dict[str, Any]]:
    try:
        whole = json.loads(content)
        return str(whole["sha256"]), dict(whole["certificate"])
    except (ValueError, KeyError, TypeError):
        return "", {}
