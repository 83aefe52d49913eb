"""Which numbers of a listing may stand beside each other: none is read off by subtraction.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from marketplace.proven.model import K


def told_of(versions: Mapping[str, Collection[UUID]]) -> dict[str, int]:
    """Give how many organisations have a listing, under "", and each version that may be told.

    No number is of fewer than `K`; nor is what is left of all organisations without those of a
    version that is told, or of all of them together, unless nobody is left. Where it would be, the
    smaller versions are kept back, never the number of all.

    Args:
        versions: By version who has it.
    """
    everyone = {one for organisations in versions.values() for one in organisations}
    if len(everyone) < K:
        return {}
    told = sorted(
        (
            version
            for version, organisations in versions.items()
            if len(organisations) >= K and not _are_few(everyone.difference(organisations))
        ),
        key=lambda version: (-len(versions[version]), version),
    )
    while _are_few(everyone.difference(*(versions[one] for one in told))):
        told.pop()
    return {"": len(everyone), **{one: len(versions[one]) for one in told}}


def _are_few(organisations: Collection[UUID]) -> bool:
    return 0 < len(organisations) < K
