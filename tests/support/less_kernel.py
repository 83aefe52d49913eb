"""A kernel that lacks Landlock or seccomp, for the program that is run under it.

`python -m tests.support.less_kernel landlock|seccomp PROGRAM…`: a filter of the kernel's own
answers as an older kernel would, for this process and all it starts.
"""

from __future__ import annotations

import errno
import os
import sys

from pyseccomp import ALLOW, EQ, ERRNO, Arg, SyscallFilter

LANDLOCK_CALLS = (444, 445, 446)
PR_SET_SECCOMP = 22


def lack(part: str) -> None:
    """Take a part of the kernel away."""
    made = SyscallFilter(defaction=ALLOW)
    if part == "landlock":
        for number in LANDLOCK_CALLS:
            made.add_rule(ERRNO(errno.ENOSYS), number)
    else:
        made.add_rule(ERRNO(errno.EINVAL), "prctl", Arg(0, EQ, PR_SET_SECCOMP))
        made.add_rule(ERRNO(errno.EINVAL), "seccomp")
    made.load()


if __name__ == "__main__":
    lack(sys.argv[1])
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  what the test names
