"""Addresses of static files with a digest, for caching."""

from __future__ import annotations

from functools import cache

from kernel.ids import sha256_of
from kernel.resources import resource_folder

DIGEST_CHARACTERS = 12


@cache
def asset_version(name: str) -> str:
    """Give a short digest of a static file, so that browsers may keep it for ever."""
    return sha256_of((resource_folder("static") / name).read_bytes())[:DIGEST_CHARACTERS]
