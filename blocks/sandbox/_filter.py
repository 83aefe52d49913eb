"""The system calls that code of others may make, as a filter for the kernel.

It is a list of what is allowed: what is not on it fails with EPERM, as if it were forbidden to
this user. The filter is built by libseccomp once, in Garland's own process; a child only loads it.
Calls of another architecture (32 bit, x32) end the child: libseccomp's own default.
"""

from __future__ import annotations

import errno
import socket
import tempfile
from functools import cache
from typing import Any

_ALLOWED = {
    "memory": "brk mmap mprotect munmap mremap madvise",
    "open files": "read write readv writev pread64 close lseek fstat dup dup2 dup3 getdents64",
    "files, of which Landlock says which": "open openat access faccessat faccessat2 stat lstat "
    "newfstatat statx getcwd",
    "waiting and waking": "select pselect6 poll ppoll epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait epoll_pwait2 eventfd2 pipe pipe2 nanosleep clock_nanosleep futex sched_yield "
    "restart_syscall",
    "an event loop that wakes itself by a pair of sockets": "shutdown getsockopt",
    "time, chance and itself": "clock_gettime clock_getres gettimeofday time times getrandom "
    "getpid gettid getppid getuid geteuid getgid getegid getgroups getrusage sysinfo uname "
    "sched_getaffinity getcpu getpgrp getresuid getresgid getsid getpgid getrlimit getpriority",
    "signals it deals with, and the end": "rt_sigaction rt_sigprocmask rt_sigreturn "
    "rt_sigpending sigaltstack exit exit_group",
}
_UNKNOWN = ("clone3",)
"""glibc falls back to older calls only where the kernel seems not to know the newer one."""
_IOCTLS = {"FIONBIO": 0x5421, "FIOCLEX": 0x5451}
"""What makes a descriptor not block, or close at exec: <asm-generic/ioctls.h>."""
_FCNTLS = {
    "F_DUPFD": 0,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "F_DUPFD_CLOEXEC": 1030,
}
"""No locks, no owner that a signal goes to, no larger pipes: <linux/fcntl.h>."""
_MSG_OOB = 1


@cache
def filter_bytes() -> bytes:
    """Build the filter as the kernel reads it (seccomp(2), struct sock_filter).

    Raises:
        ImportError, RuntimeError, OSError: libseccomp is not there, or refuses.
    """
    # It loads libseccomp; where there is none, all but code of others must work.
    from pyseccomp import ALLOW, ERRNO, SyscallFilter

    made = SyscallFilter(defaction=ERRNO(errno.EPERM))
    for name in " ".join(_ALLOWED.values()).split():
        made.add_rule(ALLOW, name)
    for name in _UNKNOWN:
        made.add_rule(ERRNO(errno.ENOSYS), name)
    _add_narrow_rules(made)
    with tempfile.TemporaryFile() as written:
        made.export_bpf(written)
        written.seek(0)
        return written.read()


def _add_narrow_rules(made: Any) -> None:
    """Allow some calls with some arguments only."""
    from pyseccomp import ALLOW, EQ, MASKED_EQ, Arg

    for request in _IOCTLS.values():
        made.add_rule(ALLOW, "ioctl", Arg(1, EQ, request))
    for command in _FCNTLS.values():
        made.add_rule(ALLOW, "fcntl", Arg(1, EQ, command))
    no_oob = Arg(3, MASKED_EQ, _MSG_OOB, 0)
    made.add_rule(ALLOW, "recvfrom", no_oob)
    # Without an address: a socket of a pair reaches nobody but its twin.
    made.add_rule(ALLOW, "sendto", no_oob, Arg(4, EQ, 0))
    made.add_rule(ALLOW, "socketpair", Arg(0, EQ, socket.AF_UNIX))
    made.add_rule(ALLOW, "prlimit64", Arg(0, EQ, 0), Arg(2, EQ, 0))
