"""Control groups round all children of this machine: what they may use in sum (cgroups(7)).

The operator makes them and sets their limits, and lets Garland's user put processes in; Garland
makes none, so that none is left behind. Version 2 needs one group, version 1 one for memory and one
for processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

Groups = tuple[Path, ...]
_ENTRY = "cgroup.procs"
_LIMITS = {
    "memory": ("memory.max", "memory.limit_in_bytes"),
    "processes": ("pids.max",),
}
_NO_LIMIT_FROM = 1 << 60
"""Version 1 writes the largest number of bytes where there is no limit."""
_ENTER = (
    'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"'
)
"""A shell that goes into each group, and then becomes what follows: 0 is who writes it."""


def read_groups(said: str) -> Groups:
    """Read folders with colons between them.

    >>> [str(one) for one in read_groups("/sys/fs/cgroup/memory/g:/sys/fs/cgroup/pids/g")]
    ['/sys/fs/cgroup/memory/g', '/sys/fs/cgroup/pids/g']
    """
    return tuple(Path(part) for part in said.split(":") if part)


def why_unfit(groups: Groups) -> Iterator[str]:
    """Say what keeps these groups from limiting children, each with the remedy."""
    shut = [group for group in groups if not os.access(group / _ENTRY, os.W_OK)]
    for group in shut:
        yield (
            f"The control group {group} is not there, or Garland may put nothing in: make it, and "
            f"let Garland's user write its {_ENTRY}."
        )
    if not groups or shut:
        return
    for what, files in _LIMITS.items():
        if not any(_has_limit(group / name) for group in groups for name in files):
            told = " or ".join(files)
            yield f"No group of GARLAND_SANDBOX_CGROUP limits {what}: write its {told}."


def entering(groups: Groups) -> list[str]:
    """Begin a command that goes into these groups before it becomes what follows."""
    return ["/bin/sh", "-c", _ENTER, "sh", *map(str, groups), "--"] if groups else []


def _has_limit(path: Path) -> bool:
    try:
        said = path.read_text(encoding="ascii").strip()
    except OSError:
        return False
    return said.isdecimal() and int(said) < _NO_LIMIT_FROM
