"""What is checked: a package that was submitted, its files on disk, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blocks.authoring.folders import MANIFEST_FILE, BlockFolder, read_folder
from blocks.authoring.running import Bounds
from blocks.installs.cache import open_folder, unpacked
from blocks.manifest import Manifest
from blocks.packages.package import Package, read_package
from marketplace.releases._tables import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a check.

    Attributes:
        words: What was found, a sentence.
        remedy: What the publisher can do; "" where nothing has to be done.
        findings: Where and what, each; at most `FINDINGS_MAX` are kept.
        level: The quality level, of the check that finds it.
    """

    outcome: Outcome
    words: str
    remedy: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A submitted package and what it is held against.

    Attributes:
        archive: The bytes.
        digest: Which package it is, as it was noted when it came.
        folder: Where it is unpacked.
        bounds: How its code is kept in while its examples run.
        keys: Those of its publisher that count today, by id.
        revoked: Why the index revoked this package; "" where it did not.
        last: The folder of the release that it follows; None for the first.
        last_version: Of that one.
    """

    archive: bytes
    digest: str
    folder: Path
    bounds: Bounds
    keys: Mapping[str, Ed25519PublicKey]
    revoked: str = ""
    last: Path | None = None
    last_version: str = ""

    @cached_property
    def package(self) -> Package:
        """The package, read; raises as `read_package`."""
        return read_package(self.archive)

    @cached_property
    def blocks(self) -> tuple[BlockFolder, ...]:
        """The block, or those of a pack."""
        return blocks_in(self.folder)

    @cached_property
    def last_blocks(self) -> Mapping[str, Manifest]:
        """The manifests of the release that it follows, by the blocks' ids."""
        return manifests_in(self.last)


def blocks_in(folder: Path) -> tuple[BlockFolder, ...]:
    """Read the block of an unpacked package, or those of a pack, by name."""
    if (folder / MANIFEST_FILE).is_file():
        return (read_folder(folder),)
    found = sorted(one.parent for one in folder.glob(f"blocks/*/{MANIFEST_FILE}"))
    return tuple(map(read_folder, found))


def manifests_in(folder: Path | None) -> Mapping[str, Manifest]:
    """Give the manifests in an unpacked package by their ids; {} without a folder."""
    found = [] if folder is None else [one.manifest for one in blocks_in(folder)]
    return {one.id: one for one in found if one is not None}


@contextmanager
def unpacked_for_a_while(*packages: tuple[str, bytes]) -> Iterator[tuple[Path, ...]]:
    """Unpack packages, each a digest and its bytes, until the end of the `with`.

    Raises:
        DamagedPackageError: what is kept is another package.
    """
    with TemporaryDirectory(prefix="market-check-") as place:
        root = Path(place)
        try:
            yield tuple(unpacked(root, digest, partial(bytes, data)) for digest, data in packages)
        finally:
            open_folder(root)
