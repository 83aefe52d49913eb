"""Packages, wheels and archives, good ones and such as nobody honest makes."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blocks.packages.archive import write_archive
from blocks.packages.package import Package, read_package, sign_package

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
ROOT_KEY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)


def make_manifest(**said: Any) -> dict[str, Any]:
    """Give a block's manifest, with what is said otherwise."""
    return {
        "block": 1,
        "id": "acme.lamp",
        "version": "1.0.0",
        "kind": "python",
        "title": "Lamp",
        "summary": "Switches a lamp.",
        "category": "other",
        "publisher": "acme",
        "licence": "MIT",
        "config": {"type": "object", "properties": {}, "additionalProperties": False},
        "input": {"type": "object", "properties": {}, "additionalProperties": False},
        "outputs": [{"name": "done", "title": "Done"}],
        "behaviour": {"effects": "none"},
        **said,
    }


def make_files(more: Mapping[str, bytes] | None = None, **said: Any) -> dict[str, bytes]:
    """Give a block's files."""
    return {
        "block.json": json.dumps(make_manifest(**said)).encode(),
        "block.py": b"def run(ctx):\n    return None\n",
        "README.md": b"# Lamp\n",
        "icon.svg": b"<svg/>",
        **(more or {}),
    }


def make_package(
    *keys: Ed25519PrivateKey, more: Mapping[str, bytes] | None = None, **said: Any
) -> Package:
    """Give a package signed by the keys."""
    data = write_archive(make_files(more, **said))
    for key in keys:
        data = sign_package(data, key)
    return read_package(data)


def make_wheel(
    files: Mapping[str, bytes] | None = None,
    *,
    name: str = "lampkit",
    tag: str = "py3-none-any",
    pure: str = "true",
    record: str | None = None,
) -> bytes:
    """Give a wheel as installers make it: compressed, with a RECORD."""
    info = f"{name}-1.0.dist-info"
    about = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: MIT\n"
    content = {
        f"{name}/__init__.py": b"BRIGHT = 1\n",
        f"{info}/METADATA": about.encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n".encode(),
        **(files or {}),
    }
    lines = [f"{one},sha256={_hash(content[one])},{len(content[one])}" for one in content]
    told = "\n".join([*lines, f"{info}/RECORD,,"]) if record is None else record
    content[f"{info}/RECORD"] = told.encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for one, text in content.items():
            made.writestr(zipfile.ZipInfo(one, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def zip_of(
    *files: tuple[str, bytes], mode: int = 0o100644, method: int = zipfile.ZIP_STORED
) -> bytes:
    """Give an archive as `zipfile` writes it, in this order and with this mode."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.create_system = mode << 16, 3
            made.writestr(info, content, method)
    return target.getvalue()


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
