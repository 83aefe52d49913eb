"""Blocks' folders for tests: good ones, and ones in which one thing is otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blocks.authoring.starting import Wish, make_block


def make_block_folder(place: Path, *, kind: str = "python", **changes: Any) -> Path:
    """Make the folder of a new block; `changes` are put into its manifest."""
    folder = place / "circuit-state"
    wish = Wish(id="acme.circuit-state", kind=kind, title="Circuit state", summary="Ask a probe")
    make_block(wish, folder)
    change_manifest(folder, **changes)
    return folder


def change_manifest(folder: Path, **changes: Any) -> None:
    """Put other values into a folder's manifest."""
    file = folder / "block.json"
    document = {**json.loads(file.read_text(encoding="utf-8")), **changes}
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")


def change_code(folder: Path, old: str, new: str) -> None:
    """Write something else into a folder's code, where `old` stands."""
    file = folder / "block.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
