"""Landlock: after `restrict`, this process sees no file but those it was granted, for reading.

Landlock has no wrapper in Python's library, so the three system calls are made here. Numbers and
shapes are those of <linux/landlock.h>; what each right means is in landlock(7).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_FILES_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version knows; later ones know as many as 5."""
_BIND_AND_CONNECT = 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """Return the version of Landlock that the kernel speaks, 0 when it speaks none."""
    version: int = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return max(0, version)


def restrict(
    readable: Iterable[str], *, listed: Iterable[str] = (), writable: Iterable[str] = ()
) -> None:
    """Take from this process, for good, all files but those that are named here, and TCP.

    Args:
        readable: What may be read, with all below it. Paths that are not there are left out.
        listed: Folders whose names may be listed, theirs and those below.
        writable: Files that may be read and written.

    Raises:
        OSError: the kernel refused; nothing can be relied on then.
    """
    version = abi()
    rights = (1 << _FILES_BY_ABI[min(version, max(_FILES_BY_ABI))]) - 1
    wanted = _Ruleset(
        handled_access_fs=rights,
        handled_access_net=_BIND_AND_CONNECT if version >= _NETWORK_SINCE else 0,
        scoped=_SIGNALS_AND_ABSTRACT_SOCKETS if version >= _SCOPES_SINCE else 0,
    )
    ruleset = _call(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(ctypes.sizeof(wanted)), 0)
    for path in readable:
        is_folder = os.path.isdir(path)  # noqa: PTH112 - a child imports as little as it can
        _grant(ruleset, path, _READ_FILE | _READ_DIR if is_folder else _READ_FILE)
    for path in listed:
        _grant(ruleset, path, _READ_DIR)
    for path in writable:
        _grant(ruleset, path, _READ_FILE | _WRITE_FILE)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _grant(ruleset: int, path: str, allowed: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rule = _PathBeneath(allowed_access=allowed, parent_fd=parent)
    _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(parent)


def _call(number: int, *arguments: object) -> int:
    given = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
    result: int = _libc.syscall(ctypes.c_long(number), *given)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result
