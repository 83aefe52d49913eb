"""Where templates and static files lie, and their addresses with a digest for caching."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kernel.ids import sha256_of

_PACKAGE = Path(__file__).parent
DIGEST_CHARACTERS = 12


def resource_folder(name: str) -> Path:
    """Find `templates`, `static` or `migrations`.

    They lie beside the package in a checkout, and inside it when installed from a wheel.
    """
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


@cache
def asset_version(name: str) -> str:
    """Give a short digest of a static file, so that browsers may keep it for ever."""
    return sha256_of((resource_folder("static") / name).read_bytes())[:DIGEST_CHARACTERS]
