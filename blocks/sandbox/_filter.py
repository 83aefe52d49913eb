"""The system calls that code of others may make, as a filter for the kernel.

It is a list of what is allowed: what is not on it fails with EPERM, as if it were forbidden to
this user. The filter is built by libseccomp once, in Garland's own process; a child only loads it.
"""

from __future__ import annotations

import errno
import socket
import tempfile
from functools import cache

_ALLOWED = (
    # memory
    "brk mmap mprotect munmap mremap madvise mincore membarrier "
    # files that are open or may be opened: Landlock says which
    "read write readv writev pread64 pwrite64 preadv pwritev close close_range lseek "
    "open openat access faccessat faccessat2 stat fstat lstat newfstatat statx statfs fstatfs "
    "readlink readlinkat getdents64 getcwd dup dup2 dup3 fcntl flock ftruncate fsync fdatasync "
    # waiting and waking
    "select pselect6 poll ppoll epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
    "eventfd2 pipe pipe2 nanosleep clock_nanosleep futex futex_waitv sched_yield restart_syscall "
    # an event loop wakes itself by a pair of sockets
    "recvfrom sendto recvmsg sendmsg shutdown getsockopt "
    # time, chance and itself
    "clock_gettime clock_getres gettimeofday time times getrandom getpid gettid getppid getuid "
    "geteuid getgid getegid getgroups getrusage sysinfo uname sched_getaffinity getcpu getpgrp "
    "getresuid getresgid getsid getpgid getrlimit getpriority "
    # signals to itself, and the end
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack alarm "
    "setitimer getitimer exit exit_group set_robust_list rseq arch_prctl"
).split()
_FIONBIO = 0x5421
"""What makes a socket not block: <asm-generic/ioctls.h>."""
_UNKNOWN = ("clone3",)
"""glibc falls back to older calls only where the kernel seems not to know the newer one."""


@cache
def filter_bytes() -> bytes:
    """Build the filter as the kernel reads it (seccomp(2), struct sock_filter).

    Raises:
        ImportError, RuntimeError, OSError: libseccomp is not there, or refuses.
    """
    # It loads libseccomp; where there is none, all but code of others must work.
    from pyseccomp import ALLOW, EQ, ERRNO, Arg, SyscallFilter

    made = SyscallFilter(defaction=ERRNO(errno.EPERM))
    for name in _ALLOWED:
        made.add_rule(ALLOW, name)
    for name in _UNKNOWN:
        made.add_rule(ERRNO(errno.ENOSYS), name)
    made.add_rule(ALLOW, "ioctl", Arg(1, EQ, _FIONBIO))
    made.add_rule(ALLOW, "socketpair", Arg(0, EQ, socket.AF_UNIX))
    made.add_rule(ALLOW, "prlimit64", Arg(0, EQ, 0), Arg(2, EQ, 0))
    with tempfile.TemporaryFile() as written:
        made.export_bpf(written)
        written.seek(0)
        return written.read()
