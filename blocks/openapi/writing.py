"""Writing an imported pack as a folder, with a page that says what is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blocks.openapi.importing import Imported
from kernel.errors import ConflictError

PAGE = "IMPORTED.md"
_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none"
  stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
  <path d="M4 7h11M11 3l4 4-4 4M20 17H9m4-4-4 4 4 4"/>
</svg>
"""


def write_pack(imported: Imported, folder: Path) -> None:
    """Write the pack; nothing that is there already is touched.

    Raises:
        ConflictError: the folder is there and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} is not empty: name a folder that is not there yet")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "pack.json", _json(imported.pack))
    _write(folder / PAGE, page_of(imported))
    for name, manifest in imported.blocks.items():
        block = folder / "blocks" / name
        block.mkdir(parents=True)
        _write(block / "block.json", _json(manifest))
        _write(block / "icon.svg", _ICON)
        _write(block / "README.md", _readme(manifest, imported.notes.get(name, ())))


def page_of(imported: Imported) -> str:
    """Say what is in the pack, what of it was cut, and what is not in it and why."""
    return "\n".join(_lines(imported)) + "\n"


def _lines(imported: Imported) -> Iterator[str]:
    yield f"# {imported.pack['title']}"
    yield f"{len(imported.blocks)} blocks, made from an OpenAPI document."
    yield ""
    yield "| block | asks |"
    yield "|---|---|"
    for name, manifest in imported.blocks.items():
        request = manifest["request"]
        path = request["url"].removeprefix("${config.server}")
        yield f"| `{name}` | `{request['method']} {path}` |"
    told = {name: notes for name, notes in imported.notes.items() if notes}
    if told:
        yield "\n## What could not be kept"
        yield from (f"- `{name}`: {note}" for name, notes in told.items() for note in notes)
    if imported.left_out:
        yield "\n## What is left out"
        yield from (f"- `{what}`: {why}" for what, why in imported.left_out)


def _readme(manifest: dict[str, Any], notes: tuple[str, ...]) -> str:
    request = manifest["request"]
    path = request["url"].removeprefix("${config.server}")
    ports = "\n".join(f"- **{port['title']}** (`{port['name']}`)" for port in manifest["outputs"])
    kept = "".join(f"\n- {note}" for note in notes)
    return (
        f"# {manifest['title']}\n{manifest['summary']}\n\n"
        f"Asks the server that the step is set up with: `{request['method']} {path}`.\n"
        f"An account is given by a connection.\n\n## Ways out\n{ports}\n"
        + (f"\n## What differs from the document{kept}\n" if notes else "")
    )


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
