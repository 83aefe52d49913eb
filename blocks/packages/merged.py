"""What holds where an installation has an index of its own and mirrors another's. Pure.

Its own comes first: a publisher that it names itself is judged by it alone. Of the other, what was
revoked holds for as long as it is known, and the rest until it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from blocks.packages.trust import Index, Release


def merge(own: Index, other: Index, *, now: datetime) -> Index:
    """Give both as one; its serial grows with that of either, its end is that of the own one.

    Keys of the installation's own publishers are revoked by its own index alone, and so are
    packages: the other one revokes what it lists itself, and nothing that the own one lists.
    """
    taken = other.expires > now
    theirs = _others(own, other)
    revocable = _digests(theirs) - _digests(own.packages)
    gone = {one: why for one, why in other.revoked_digests.items() if one in revocable}
    publishers = {one: keys for one, keys in other.publishers.items() if one not in own.publishers}
    own_keys = {key for keys in own.publishers.values() for key in keys}
    revoked = {key: at for key, at in other.revoked_keys.items() if key not in own_keys}
    return Index(
        serial=own.serial + other.serial,
        expires=own.expires,
        publishers={**(publishers if taken else {}), **own.publishers},
        packages={**(theirs if taken else {}), **own.packages},
        revoked_keys={**revoked, **own.revoked_keys},
        revoked_digests={**gone, **own.revoked_digests},
    )


def collisions(own: Index, other: Index) -> list[str]:
    """Name the publishers, and packages by their namespace, that both indexes speak for."""
    mine, theirs = ({*one.publishers, *map(_namespace, one.packages)} for one in (own, other))
    return sorted(mine & theirs)


def _others(own: Index, other: Index) -> dict[str, dict[str, Release]]:
    """Give what the other lists outside the namespaces of the own one's publishers."""
    taken = {*own.publishers, *map(_namespace, own.packages)}
    return {
        name: {version: one for version, one in versions.items() if one.by not in own.publishers}
        for name, versions in other.packages.items()
        if _namespace(name) not in taken
    }


def _digests(packages: Mapping[str, Mapping[str, Release]]) -> set[str]:
    return {one.digest for versions in packages.values() for one in versions.values()}


def _namespace(name: str) -> str:
    return name.partition(".")[0]
