"""Starts the process of a child: with nothing of its surroundings, and one line to Garland."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from blocks.sandbox.groups import Groups, entering

_PROGRAM = Path(__file__).with_name("_child.py")
_PYTHON = os.path.realpath(sys.executable)
BUBBLEWRAP = "bwrap"
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
"""One arena: each further one would take 64 MB of address space, which is what is limited."""
_OF_OTHERS = frozenset({"site-packages", "dist-packages", "__pycache__"})
_SURROUNDINGS = (
    "/lib64",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
    "/dev/urandom",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Garland's ends of the two pipes to a child."""

    reads: int
    writes: int

    def close(self) -> None:
        """Let go of both."""
        os.close(self.reads)
        os.close(self.writes)


def start_process(
    empty_folder: str, *, seen: tuple[Path, ...] | None = None, groups: Groups = ()
) -> tuple[subprocess.Popen[bytes], Line]:
    """Start a child; it is locked down before it is told what to run.

    The kernel ends it when the thread that calls this ends.

    Args:
        empty_folder: Where it stands.
        seen: Hardened: it is put into namespaces of its own, with no other files in sight than
            these and what Python needs. None: it is not.
        groups: Control groups that it goes into before all else.

    Returns:
        The process, and Garland's end of the line to it.
    """
    theirs_to_read, ours_to_write = os.pipe()
    ours_to_read, theirs_to_write = os.pipe()
    ours, theirs = Line(ours_to_read, ours_to_write), Line(theirs_to_read, theirs_to_write)
    parent = os.getpid() if seen is None else 0
    # -I and -S: nothing of the surroundings' path, environment or site packages reaches it.
    told = [str(each) for each in (theirs.reads, theirs.writes, parent)]
    command = [_PYTHON, "-I", "-S", str(_PROGRAM), *told]
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*entering(groups), *([] if seen is None else _wrapped(seen)), *command],
            env=_ENVIRONMENT,
            cwd=empty_folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.reads, theirs.writes],
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _wrapped(seen: tuple[Path, ...]) -> list[str]:
    """Begin a command that runs in namespaces of its own (bwrap(1)), on a root of what it needs."""
    ours = [str(_PROGRAM.parents[2] / name) for name in ("blocks", "kernel")]
    needed = [sys.base_prefix, "/lib", "/lib64", "/usr/lib", "/usr/lib64", *_SURROUNDINGS, *ours]
    binds = [
        part
        for path in [*needed, *(str(one) for one in seen)]
        for part in ("--ro-bind-try", path, path)
    ]
    return [
        shutil.which(BUBBLEWRAP) or BUBBLEWRAP,
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        *("--cap-drop", "ALL"),
        *("--proc", "/proc"),
        *binds,
        *("--dev", "/dev"),
        *("--dir", "/empty"),
        *("--chdir", "/empty"),
    ]


@cache
def surroundings() -> Mapping[str, list[str]]:
    """Name what any Python program reads: its library, shared libraries, time zones.

    Python's own folder is granted name by name, so that what others installed into it is not.
    """
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    names = [each for folder in folders for each in folder.iterdir()]
    own = sorted(str(each) for each in names if each.name not in _OF_OTHERS)
    triplet = sysconfig.get_config_var("MULTIARCH")
    shared = [f"/lib/{triplet}", f"/usr/lib/{triplet}"] if triplet else ["/lib", "/usr/lib"]
    return {
        "readable": [
            *own,
            *(f"{folder}/__pycache__" for folder in folders),
            *shared,
            *_SURROUNDINGS,
        ],
        "listed": sorted(str(folder) for folder in folders),
    }
