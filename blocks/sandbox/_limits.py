"""What a child may use, and what it is taken before anything else: capabilities and limits."""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path

_PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL = 24, 47, 4
_CAPABILITIES = 64
_VERSION_3 = 0x20080522
_OPEN_FILES_MAX = 64
_NOTHING = (0, 0)


def drop_capabilities() -> None:
    """Give up all that root may do, for good (capabilities(7)); nothing to give up is no error.

    Raises:
        OSError: they were kept.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capabilities were not dropped")


def limit(*, memory_bytes: int, cpu_s: int) -> None:
    """Limit this process, for good.

    Args:
        memory_bytes: Address space beyond what it has now.
        cpu_s: Seconds of a processor, in all its life; should nobody be there to stop it.
    """
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES_MAX, _OPEN_FILES_MAX))
    for none in (
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_CORE,
        resource.RLIMIT_NPROC,
        resource.RLIMIT_MEMLOCK,
        resource.RLIMIT_MSGQUEUE,
    ):
        resource.setrlimit(none, _NOTHING)
