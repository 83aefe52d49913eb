"""Whether a package may be installed as a block, as far as it itself says."""

from __future__ import annotations

from collections.abc import Mapping

from blocks.manifest import Manifest, parse_manifest
from blocks.packages.package import Package
from blocks.registry import standard_registry
from blocks.translating import with_files
from kernel.errors import InvalidError, Problem
from kernel.images import why_no_image


def checked_block(package: Package) -> Manifest:
    """Give the manifest of a package that may be installed as a block, as far as it itself says.

    Raises:
        InvalidError: it is no block, or has the name of one that comes with Garland, or steers
            workflows as only those do, or lacks its page or icon.
    """
    if package.kind != "block":
        told = "this is a pack: bring it under Packs"
        raise InvalidError(told, problems=[Problem("", told)])
    manifest = parse_manifest(with_files(dict(package.manifest), package.files))
    _require_foreign(manifest)
    _require_looks(manifest, package.files)
    return manifest


def _require_looks(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Refuse a block without what its page shows: who is to agree to it has to read it."""
    problems = []
    if not files.get("README.md", b"").strip():
        problems.append(Problem("/README.md", "README.md is missing: say what the block does"))
    if manifest.icon not in files:
        problems.append(Problem("/icon", f"{manifest.icon} is missing: add the icon"))
    elif why := why_no_image(manifest.icon, files[manifest.icon]):
        problems.append(Problem("/icon", f"{manifest.icon} cannot be shown: {why}"))
    if problems:
        raise InvalidError(f"the block {manifest.id} is incomplete", problems=problems)


def _require_foreign(manifest: Manifest) -> None:
    """Refuse what only a block that comes with Garland may be called or do."""
    if standard_registry().latest(manifest.id) is not None or manifest.publisher == "garland":
        told = f"{manifest.id} is a name of the vendor's own: give the block another publisher"
        raise InvalidError(told, problems=[Problem("/id", told)])
    control = manifest.behaviour.control
    if control and (manifest.kind, control) != ("composite", "call"):
        told = (
            f"behaviour.control: only built-in blocks steer a workflow ({control}): "
            "take control out, and let the workflow decide by the port the block leaves by"
        )
        raise InvalidError(told, problems=[Problem("/behaviour/control", told)])
