"""A package set beside the one that it follows, unpacked for as long as that takes."""

from __future__ import annotations

from blocks.packages.package import read_package
from marketplace.releases.checks.subject import unpacked_for_a_while
from marketplace.releases.differences import PackageDifference, compare_packages


def difference_between(
    new: tuple[str, bytes], last: tuple[str, str, bytes] | None
) -> PackageDifference:
    """Say how a package differs from the one that it follows; nothing of either is run.

    Args:
        new: Its digest and its bytes.
        last: Version, digest and bytes of the one before; None for the first.
    """
    before = read_package(last[2]).files if last is not None else {}
    packages = [new, *([last[1:]] if last is not None else [])]
    with unpacked_for_a_while(*packages) as folders:
        return compare_packages(
            folders[1] if last is not None else None,
            folders[0],
            (before, read_package(new[1]).files),
            last[0] if last is not None else "",
        )
