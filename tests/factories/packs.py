"""Builders of packs: folders as an integrator brings them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.packages.archive import read_archive, write_archive
from tests.factories.installs import make_package

FAN_FAILED, FAN_WELL = "1.3.6.1.4.1.32473.0.1", "1.3.6.1.4.1.32473.0.2"
FAN = "1.3.6.1.4.1.32473.1.1"


def make_entry(**changes: Any) -> dict[str, Any]:
    """Give the entry of a trap that raises: a fan failed."""
    entry = {
        "trap": 1,
        "oid": FAN_FAILED,
        "name": "fanFailed",
        "severity": "major",
        "specific_problem": "Fan failed",
        "key": "{fan}",
        "objects": {"fan": FAN},
    }
    return {**entry, **changes}


def make_ending(**changes: Any) -> dict[str, Any]:
    """Give the entry of the trap that ends it."""
    ends = {"severity": "cleared", "clears": [FAN_FAILED]}
    return make_entry(oid=FAN_WELL, name="fanWell", **{**ends, **changes})


def make_pack(folder: Path, name: str = "fans", /, *, traps: Any = None, **said: Any) -> Path:
    """Write a pack into a packs folder; give its own folder.

    Args:
        folder: The packs folder.
        name: Of the pack: of its folder, and the second part of its id.
        traps: What its `traps/` holds, by file; a fan that fails and is well again where left out.
        said: Other lines of its `pack.json`.
    """
    pack = folder / name
    (pack / "traps").mkdir(parents=True)
    told = {
        "pack": 1,
        "id": f"acme.{name}",
        "version": "1.2.0",
        "title": f"Acme {name}",
        "summary": "What fans of Acme say",
        "publisher": "acme",
        "licence": "MIT",
        **said,
    }
    (pack / "pack.json").write_text(json.dumps(told))
    for file, document in (traps or {"fans.json": [make_entry(), make_ending()]}).items():
        text = document if isinstance(document, str) else json.dumps(document)
        (pack / "traps" / file).write_text(text)
    return pack


def make_pack_package(*, parts: Mapping[str, Any] | None = None, **said: Any) -> bytes:
    """Pack a pack as its author's tool does.

    Args:
        parts: Its other files by name: text or bytes as they are, anything else as JSON.
        said: Other lines of its `pack.json`.
    """
    told = {
        "pack": 1,
        "id": "acme.core-site",
        "version": "1.0.0",
        "title": "Core site",
        "summary": "What a core site needs",
        "publisher": "acme",
        "licence": "MIT",
        **said,
    }
    files = {"pack.json": told, **(parts or {})}
    return write_archive({name: _content(one) for name, one in files.items()})


def make_block_files(name: str = "say", **changes: Any) -> dict[str, bytes]:
    """Give the files of a block inside a pack."""
    files = read_archive(make_package(**changes))
    return {f"blocks/{name}/{file}": content for file, content in files.items()}


def _content(said: Any) -> bytes:
    if isinstance(said, bytes):
        return said
    return (said if isinstance(said, str) else json.dumps(said)).encode()
