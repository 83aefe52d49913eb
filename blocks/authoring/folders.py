"""A block as its author has it: a folder of files, read without running any of it.

What is wrong is told with file, field and remedy, all of it at once. Nothing here imports the
block's code: a folder from anybody can be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from blocks.manifest import Manifest, manifest_problems, parse_manifest
from blocks.translating import files_in, with_files
from kernel.errors import GarlandError, InvalidError, MalformedError
from kernel.json_text import read_json

MANIFEST_FILE = "block.json"
PAGE_FILE = "README.md"
CODE_FILE = "block.py"
ENTRIES = (f"src/{CODE_FILE}", CODE_FILE)
KINDS_WITH_CODE = frozenset({"python", "trigger"})
SKIPPED = frozenset({"__pycache__", ".git", ".venv", "tests", "node_modules"})
"""Folders whose files are no part of a block, whoever works on it."""

_CODE_MAX_BYTES = 1024 * 1024


class FolderError(GarlandError):
    """The folder is none of a block, or cannot be worked on as asked."""

    code = "blocks.folder"
    status = 422


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a block's folder.

    Attributes:
        file: Where, relative to the folder.
        pointer: JSON Pointer inside it, `line 12` for code, "" for all of it.
        message: A sentence naming the remedy.
    """

    file: str
    pointer: str
    message: str


@dataclass(frozen=True)
class BlockFolder:
    """A block's folder and what its manifest says.

    Attributes:
        path: The folder.
        document: The manifest with its translations, None when it cannot be read.
        findings: What is wrong with the manifest.
    """

    path: Path
    document: Any
    findings: tuple[Finding, ...] = ()

    @cached_property
    def manifest(self) -> Manifest | None:
        """The manifest, None while it is wrong."""
        return None if self.findings else parse_manifest(self.document)

    @cached_property
    def page(self) -> str:
        """The block's page for its users, "" when it is missing."""
        return self.text(PAGE_FILE)

    @cached_property
    def code(self) -> dict[str, str]:
        """The block's own Python by file name; tests and wheels are left out."""
        return {
            name: self.text(name)
            for name in self.names()
            if name.endswith(".py") and not name.startswith("wheels/")
        }

    def names(self) -> list[str]:
        """List the block's files, relative and by name; what no block consists of is left out."""
        return sorted(_names_in(self.path))

    def text(self, name: str) -> str:
        """Read one file as text, "" when it is missing, no text, or too long to be read."""
        file = self.path / name
        try:
            if file.stat().st_size > _CODE_MAX_BYTES:
                return ""
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""


def read_folder(path: Path) -> BlockFolder:
    """Read a block's folder; a manifest that is wrong is told in `findings`.

    Raises:
        FolderError: there is no manifest.
    """
    file = path / MANIFEST_FILE
    try:
        content = file.read_bytes()
    except OSError:
        message = (
            f"{path} is no block's folder: it has no {MANIFEST_FILE}."
            " Name the folder of a block, or make one with `garland block new`."
        )
        raise FolderError(message) from None
    try:
        document = with_files(read_json(content, what=MANIFEST_FILE), files_in(path))
    except MalformedError as error:
        return BlockFolder(path, None, (Finding(MANIFEST_FILE, "", error.message),))
    except InvalidError as error:
        told = [Finding(MANIFEST_FILE, one.pointer, one.message) for one in error.problems]
        return BlockFolder(path, None, tuple(told))
    found = manifest_problems(document)
    return BlockFolder(
        path, document, tuple(Finding(MANIFEST_FILE, one.pointer, one.message) for one in found)
    )


def entry_of(path: Path) -> str:
    """Name the file that defines a block's `run`: `block.py`, in the folder or in `src`.

    Raises:
        FolderError: there is none.
    """
    found = next((name for name in ENTRIES if (path / name).is_file()), None)
    if found is None:
        raise FolderError(f"{path} has no {CODE_FILE}: write it, with def run(ctx).")
    return found


def write_version(path: Path, version: str) -> None:
    """Write another version into a folder's manifest; the rest of the file stays as it is.

    Raises:
        FolderError: the version cannot be found in it.
    """
    file = path / MANIFEST_FILE
    text = file.read_text(encoding="utf-8")
    changed, count = re.subn(
        r'^(\s*\{?\s*"version"\s*:\s*)"[^"\n]*"',
        rf'\g<1>"{version}"',
        text,
        count=1,
        flags=re.MULTILINE,
    )
    if not count:
        message = f'{MANIFEST_FILE} has no line of its own with "version": write "{version}" there.'
        raise FolderError(message)
    made = file.with_suffix(".json.new")
    made.write_text(changed, encoding="utf-8")
    made.replace(file)


def _names_in(path: Path) -> Iterator[str]:
    for folder, inner, files in os.walk(path):
        inner[:] = [name for name in inner if name not in SKIPPED and not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(path).as_posix()
