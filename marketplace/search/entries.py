"""A block or a pack as it is searched for, made of what its manifest says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks.manifest import Manifest, Permission
from marketplace.search.model import (
    DOCS_MAX,
    SUMMARY_MAX,
    TITLE_MAX,
    Entry,
    Kind,
    PriceKind,
)

ABILITIES = {
    "http": "Call servers",
    "mail": "Send mail",
    "alarms": "Read and change alarms",
    "tables": "Read look-up tables",
    "calendars": "Read calendars",
    "state": "Keep values from run to run",
    "ssh": "Open SSH sessions",
    "snmp": "Speak SNMP with devices",
    "mqtt": "Exchange MQTT messages",
    "inventory": "Read the network inventory and services",
}
"""What a block may ask for by the name of its permission, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a manifest does not know of its listing; see `model.Entry`."""

    publisher_name: str
    updated_at: datetime
    quality: str = "none"
    price: PriceKind = PriceKind.FREE
    rating: float | None = None
    proven_uses: int = 0
    is_public: bool = True


def entry_of_block(manifest: Manifest, readme: str, listed: Listed) -> Entry:
    """Make the entry of a block; `readme` is its page."""
    slots = (f"Use a connection for {one.title}" for one in manifest.secrets)
    return Entry(
        kind=Kind.BLOCK,
        listing_id=manifest.id,
        title=manifest.title[:TITLE_MAX],
        summary=manifest.summary[:SUMMARY_MAX],
        publisher=manifest.publisher,
        version=manifest.version,
        licence=manifest.licence,
        categories=(manifest.category,),
        keywords=manifest.keywords,
        docs=readme[:DOCS_MAX],
        permissions=(*(plain_words(one) for one in manifest.permissions), *slots),
        publisher_name=listed.publisher_name,
        updated_at=listed.updated_at,
        quality=listed.quality,
        price=listed.price,
        rating=listed.rating,
        proven_uses=listed.proven_uses,
        is_public=listed.is_public,
    )


def entry_of_pack(said: Mapping[str, Any], readme: str, listed: Listed) -> Entry:
    """Make the entry of a pack; `said` is its `pack.json`."""
    return Entry(
        kind=Kind.PACK,
        listing_id=said["id"],
        title=said["title"][:TITLE_MAX],
        summary=said["summary"][:SUMMARY_MAX],
        publisher=said["publisher"],
        version=said["version"],
        licence=said["licence"],
        docs=readme[:DOCS_MAX],
        publisher_name=listed.publisher_name,
        updated_at=listed.updated_at,
        quality=listed.quality,
        price=listed.price,
        rating=listed.rating,
        proven_uses=listed.proven_uses,
        is_public=listed.is_public,
    )


def plain_words(permission: Permission) -> str:
    """Say what a permission allows, for people.

    >>> plain_words(Permission(name="http", reason="To ask it", hosts=("api.acme.example",)))
    'Call servers (api.acme.example): To ask it'
    """
    what = ABILITIES.get(permission.name, permission.name)
    hosts = ", ".join(one for one in permission.hosts if one != "*")
    return f"{what} ({hosts}): {permission.reason}" if hosts else f"{what}: {permission.reason}"
