"""Keeps what a process of Garland holds from other processes of the same user."""

import ctypes

_PR_SET_DUMPABLE = 4


def hide_from_others() -> None:
    """Let no other process of this user read this one's environment or memory (prctl(2)).

    It dumps no core either. Root, with its capabilities, reads all the same. What this process
    starts is not covered: each calls it for itself.
    """
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
