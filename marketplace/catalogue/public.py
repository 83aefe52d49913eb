"""What the public marketplace lists, as the catalogue needs it; where it is kept is not said here.

`PublicSide` is what stands between the catalogue and whoever keeps listings and releases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from blocks.quality import Level


class Channel(Enum):
    """How ripe a release is."""

    STABLE = "stable"
    BETA = "beta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of a listing, as it is offered.

    Attributes:
        version: As semver writes it.
        digest: Of its package.
        permissions: What it asks for by name, and `connection` where it takes one.
        level: On the quality scale; `NONE` where that is not known.
        licence: An expression of SPDX.
        config: The JSON Schema of its settings; {} for a pack.
        is_deprecated: Its publisher advises against it; it is chosen where nothing else is left.
    """

    version: str
    digest: str
    channel: Channel = Channel.STABLE
    permissions: frozenset[str] = frozenset()
    level: Level = Level.NONE
    licence: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    is_deprecated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A block or pack with all its releases that may be offered.

    Attributes:
        listing_id: The id of the block or pack, as `acme.lamp`.
        publisher: The part of it before the dot.
        private_to: The provider whose own it is; None for a public one.
    """

    listing_id: str
    title: str
    summary: str = ""
    publisher: str = ""
    releases: tuple[Release, ...] = ()
    private_to: UUID | None = None


class PublicSide(Protocol):
    """Where public listings are found."""

    def listing(self, listing_id: str, *, digest: str = "") -> Listing | None:
        """Give one that is listed, with its releases; None where there is none.

        Where several packages are of one version, `digest` names the one that is meant.
        """
        ...

    def page(self, *, q: str, after: str, limit: int) -> Sequence[Listing]:
        """List those whose id or title holds `q`, by id, that come after an id; "" for the first.

        Fewer than `limit` are given where there are no more.
        """
        ...
