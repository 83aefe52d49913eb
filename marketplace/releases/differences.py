"""What a reviewer has to read of a release: how it differs from the one that it follows. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from blocks.compatibility import Difference
from marketplace.releases.checks.of_blocks import changes_between
from marketplace.releases.checks.subject import manifests_in

READ_MAX_BYTES = 128 * 1024
LINES_MAX = 2_000
SHOWN_MAX = 10_000
"""After so many lines no more are shown: nobody reads them, and a package could hold millions."""
_ELSEWHERE = "take the package and look there"
_PERMISSIONS = ("/permissions", "/secrets", "/behaviour/effects")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file that is otherwise.

    Attributes:
        how: `added`, `removed` or `changed`.
        lines: What is otherwise, as `diff -u` writes it; () where it is no text or too long.
        note: Why no lines are shown; "" where they are.
    """

    name: str
    how: str
    old_bytes: int
    new_bytes: int
    lines: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDifference:
    """What is otherwise in a release.

    Attributes:
        since: The version that it follows; "" for the first, where every file is new.
        files: By name, code before the rest.
        permissions: What it asks for otherwise, each with the block's id.
        schemas: What else is otherwise for who uses it, each with the block's id.
    """

    since: str
    files: tuple[FileChange, ...]
    permissions: tuple[tuple[str, Difference], ...]
    schemas: tuple[tuple[str, Difference], ...]


def compare_packages(
    old: Path | None, new: Path, files: tuple[Mapping[str, bytes], Mapping[str, bytes]], since: str
) -> PackageDifference:
    """Set a release beside the one that it follows.

    Args:
        old: Where that one is unpacked; None for the first release.
        new: Where this one is.
        files: The files of both, by name; {} for none.
        since: The version of that one, "" for none.
    """
    changes = []
    if old is not None:
        changes = changes_between(manifests_in(old).values(), manifests_in(new).values())
    asks = [one for one in changes if one[1].pointer.startswith(_PERMISSIONS)]
    return PackageDifference(
        since=since,
        files=file_changes(*files),
        permissions=tuple(asks),
        schemas=tuple(one for one in changes if one not in asks),
    )


def file_changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[FileChange, ...]:
    """List the files that are otherwise, code first.

    >>> [(one.name, one.how) for one in file_changes({"a.py": b"1"}, {"a.py": b"2", "b": b""})]
    [('a.py', 'changed'), ('b', 'added')]
    """
    names = [one for one in old.keys() | new.keys() if old.get(one) != new.get(one)]
    names.sort(key=lambda one: (not one.endswith(".py"), one))
    changes, shown = [], 0
    for name in names:
        changes.append(_change(name, old.get(name), new.get(name), is_room=shown < SHOWN_MAX))
        shown += len(changes[-1].lines)
    return tuple(changes)


def _change(name: str, old: bytes | None, new: bytes | None, *, is_room: bool) -> FileChange:
    how = "added" if old is None else "removed" if new is None else "changed"
    lines, note = _lines(old or b"", new or b"") if is_room else ((), _ELSEWHERE)
    return FileChange(
        name=name,
        how=how,
        old_bytes=len(old or b""),
        new_bytes=len(new or b""),
        lines=lines,
        note=note,
    )


def _lines(old: bytes, new: bytes) -> tuple[tuple[str, ...], str]:
    if max(len(old), len(new)) > READ_MAX_BYTES:
        return (), f"over {READ_MAX_BYTES // 1024} KB: {_ELSEWHERE}"
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return (), "no text"
    if len(before) > LINES_MAX or len(after) > LINES_MAX:
        return (), f"over {LINES_MAX:,} lines: {_ELSEWHERE}"
    found = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
    if not found:
        return (), "only line ends are otherwise" if old or new else "it is empty"
    return tuple(found), ""
