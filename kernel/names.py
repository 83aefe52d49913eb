"""The name of a process among those that one supervisor runs."""

from __future__ import annotations

import os

PROCESS_NAME = "GARLAND_PROCESS"
"""The variable by which a supervisor tells each of its children."""


def own_name() -> str:
    """Give this process's name, or "" where nobody gave it one."""
    return os.environ.get(PROCESS_NAME, "")
