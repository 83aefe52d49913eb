"""The code of a block as a child reads it: files on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blocks.manifest import Manifest
from kernel.errors import InvalidError

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The code of a block, unpacked.

    Attributes:
        digest: Which it is, for good.
        entry: The file that defines `run`.
        paths: Folders and pure wheels it may import from, and read.
        memory_bytes: What it may use beyond what an empty child does.
        timeout_s: How long a call may take where the step does not say.
    """

    digest: str
    entry: Path
    paths: tuple[Path, ...]
    memory_bytes: int = 128 * MEGABYTE
    timeout_s: float = 30.0


def package_in(folder: Path, manifest: Manifest, *, digest: str) -> Package:
    """Describe a block's folder: `block.py` in it or in `src`, pure wheels in `wheels`.

    Args:
        folder: Where the block was unpacked; nobody changes it any more.
        manifest: The block's.
        digest: The package's; children are kept by it.

    Raises:
        InvalidError: one of them is a link: what it leads to would be open to the block.
    """
    within = folder / "src"
    sources = within if (within / "block.py").is_file() else folder
    wheels = sorted((folder / "wheels").glob("*.whl"))
    for path in (within, folder / "wheels", sources / "block.py", *wheels):
        if path.is_symlink():
            name = path.relative_to(folder)
            raise InvalidError(f"{name} is a link: put what it leads to in its place")
    return Package(
        digest=digest,
        entry=sources / "block.py",
        paths=(sources, *wheels),
        memory_bytes=manifest.behaviour.memory_mb * MEGABYTE,
        timeout_s=manifest.behaviour.timeout_s,
    )
