"""Names for blocks, fields and packs: short, and the same each time a document is imported."""

from __future__ import annotations

import re
from collections.abc import Container
from hashlib import sha256

NAME_MAX = 40
_FIELD = re.compile(r"[A-Za-z_@][A-Za-z0-9_@-]{0,59}")


def slug(text: str, *, prefix: str = "") -> str:
    """Make a block's or a pack's name of an operation's id or a title.

    The prefix is left out where the name has it already, or no room for it. What is too long is cut
    and ends in a mark of the whole name.

    >>> slug("listTroubleTicket", prefix="trouble-ticket"), slug("createHub", prefix="alarm")
    ('list-trouble-ticket', 'alarm-create-hub')
    """
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3-\2\4", text)
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if prefix and prefix not in name and len(prefix) + len(name) < NAME_MAX:
        name = f"{prefix}-{name}".strip("-")
    name = name if name[:1].isalpha() else f"api-{name}".strip("-")
    return name if len(name) <= NAME_MAX else f"{name[:33].rstrip('-')}-{mark(name)}"


def mark(text: str) -> str:
    """Give six letters and digits that stand for a text."""
    return sha256(text.encode()).hexdigest()[:6]


def field_name(name: str, where: str, taken: Container[str]) -> str:
    """Name the field of a parameter: as it is called, where a place can name it so.

    >>> field_name("filter[status]", "query", ()), field_name("id", "query", {"id"})
    ('filter_status', 'id_query')
    """
    made = name
    if not _FIELD.fullmatch(made):
        made = re.sub(r"[^A-Za-z0-9_@-]+", "_", name).strip("_-")[:50] or mark(name)
        made = made if _FIELD.fullmatch(made) else f"p_{made}"
    if made in taken:
        made = f"{made}_{where}"
    return f"{made}_{mark(name)}" if made in taken else made


def version_of(text: str) -> str:
    """Give a document's version as semver, 1.0.0 where it is none.

    >>> version_of("4.0"), version_of("v5.0.1"), version_of("latest")
    ('4.0.0', '5.0.1', '1.0.0')
    """
    found = re.match(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", text)
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else "1.0.0"
