"""Packages of made-up blocks, packed as the integrator's tool packs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from blocks.packages.archive import write_archive

CODE = """
def run(ctx):
    return ctx.emit("done", {"text": ctx.config["word"] + " @VERSION@"})
"""


def make_manifest(**changes: Any) -> dict[str, Any]:
    """Write the manifest of a block that says a word."""
    text = {"type": "string"}
    return {
        "block": 1,
        "id": "acme.say",
        "version": "1.0.0",
        "kind": "python",
        "title": "Say a word",
        "summary": "Says the word it is set up with.",
        "category": "data",
        "publisher": "acme",
        "licence": "Apache-2.0",
        "config": {
            "type": "object",
            "additionalProperties": False,
            "required": ["word"],
            "properties": {"word": {**text, "title": "Word"}},
        },
        "input": {"type": "object", "additionalProperties": False, "properties": {}},
        "outputs": [
            {
                "name": "done",
                "title": "Said",
                "schema": {"type": "object", "properties": {"text": text}},
            }
        ],
        "behaviour": {"effects": "none"},
        "examples": [
            {
                "title": "A word",
                "config": {"word": "hi"},
                "expect": {"port": "done", "output": {"text": "hi 1.0.0"}},
            }
        ],
        **changes,
    }


def make_package(
    code: str = CODE, *, files: Mapping[str, bytes] | None = None, **changes: Any
) -> bytes:
    """Pack a block of a manifest and its code; `files` are others, empty ones are left out."""
    manifest = make_manifest(**changes)
    whole = {
        "block.json": json.dumps(manifest).encode(),
        "block.py": code.replace("@VERSION@", manifest["version"]).encode(),
        "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>',
        "README.md": b"# Say a word\n\nSays it.\n",
    }
    whole |= files or {}
    return write_archive({name: content for name, content in whole.items() if content})


REACHES_OUT = [
    {"name": "http", "reason": "To ask the probe", "hosts": ["probe.example"]},
]
