"""The package of a block that is made of a workflow: its manifest, its workflow, and its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from blocks.kinds.composite import FLOW_FILE, CarriedFlow
from blocks.manifest import manifest_problems
from blocks.packages.archive import write_archive
from blocks.registry import STANDARD_FOLDER, Registry
from kernel.errors import InvalidError
from runtime.flows.composites import Named, composite_of

BLOCK_FILE = "block.json"
_ICON = STANDARD_FOLDER / "call_workflow" / "icon.svg"


def composite_package(flow: Mapping[str, Any], registry: Registry, named: Named) -> bytes:
    """Make the package of a workflow that becomes a block, unsigned; the same for the same.

    Raises:
        InvalidError: the workflow cannot be carried, or the name is none for a block.
    """
    manifest, carried = composite_of(flow, registry, named)
    problems = manifest_problems(manifest)
    if problems:
        raise InvalidError("the block cannot be named so", problems=problems)
    return write_archive(composite_files(manifest, carried))


def composite_files(manifest: Mapping[str, Any], carried: CarriedFlow) -> dict[str, bytes]:
    """Give the files of the block's folder by name."""
    return {
        BLOCK_FILE: _json(manifest),
        FLOW_FILE: _json(carried.to_document()),
        "README.md": _page(manifest).encode(),
        "icon.svg": _ICON.read_bytes(),
    }


def _page(manifest: Mapping[str, Any]) -> str:
    """Write the block's page for its users, of what the manifest says."""
    given = manifest["input"].get("properties", {})
    must = manifest["input"].get("required", ())
    lines = [f"# {manifest['title']}", "", manifest["summary"], "", "## It is given", ""]
    lines += [
        f"- `{name}`{' (required)' if name in must else ''}: {part.get('title') or name}"
        for name, part in given.items()
    ] or ["Nothing."]
    lines += ["", "## It leaves by", ""]
    lines += [f"- `{port['name']}`: {port['title']}" for port in manifest["outputs"]]
    return "\n".join([*lines, ""])


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
