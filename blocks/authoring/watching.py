"""Tells when files of a folder changed: by looking, since that works on every file system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from blocks.authoring.folders import SKIPPED

Marks = Mapping[str, tuple[int, int]]
"""By file name, when it was changed and how large it is."""

PAUSE_S = 0.3


def marks_of(folder: Path) -> Marks:
    """Take note of a folder's files; what no block consists of is left out."""
    marks = {}
    for file in folder.rglob("*"):
        inside = file.relative_to(folder)
        if any(part in SKIPPED - {"tests"} or part.startswith(".") for part in inside.parts):
            continue
        try:
            facts = file.stat()
        except OSError:
            continue  # an editor has just replaced it
        if file.is_file():
            marks[inside.as_posix()] = (facts.st_mtime_ns, facts.st_size)
    return marks


def changes(
    folder: Path, *, sleep: Callable[[float], None], pause_s: float = PAUSE_S
) -> Iterator[tuple[str, ...]]:
    """Give the names of what changed, again and again; first all there is.

    A change is told once nothing more changes: an editor writes several files at a time.
    """
    seen = marks_of(folder)
    yield tuple(sorted(seen))
    while True:
        sleep(pause_s)
        found = marks_of(folder)
        if found == seen:
            continue
        sleep(pause_s)
        found = marks_of(folder)
        changed = {name for name in {*seen, *found} if seen.get(name) != found.get(name)}
        seen = found
        if changed:
            yield tuple(sorted(changed))
