"""The packs that come with Garland: folders in `blocks/standard_packs`, read once.

Their blocks are always there: `blocks.json` of each names them. What is installed of such a pack is
the rest: workflows, rules and tables that are ready to use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from blocks.packages.package import Package, pack_folder, read_package
from blocks.packs import STANDARD_PACKS
from kernel.json_text import read_json

BLOCKS_FILE = "blocks.json"


@cache
def _by_id() -> Mapping[str, Package]:
    folders = sorted(one for one in STANDARD_PACKS.iterdir() if one.is_dir())
    read = [read_package(pack_folder(one)) for one in folders]
    return MappingProxyType({one.manifest["id"]: one for one in read})


def standard_packs() -> Sequence[Package]:
    """Give every pack that comes with Garland."""
    return tuple(_by_id().values())


def standard_pack(pack_id: str) -> Package:
    """Give one of them."""
    return _by_id()[pack_id]


@cache
def blocks_of_pack(pack_id: str) -> tuple[str, ...]:
    """Give the ids of Garland's blocks that stand in a pack; none of a pack of somebody else."""
    package = _by_id().get(pack_id)
    if package is None:
        return ()
    return tuple(read_json(package.files[BLOCKS_FILE], what=BLOCKS_FILE))


@cache
def has_parts(pack_id: str) -> bool:
    """Tell whether there is something to install of one of Garland's packs."""
    return any("/" in name for name in _by_id()[pack_id].files)


@cache
def pack_of_block(block_id: str) -> tuple[str, str] | None:
    """Give id and title of the pack that one of Garland's blocks stands in; None for others."""
    for pack_id, package in _by_id().items():
        if block_id in blocks_of_pack(pack_id):
            return pack_id, package.manifest["title"]
    return None
