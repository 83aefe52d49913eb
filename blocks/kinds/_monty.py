"""Monty, an interpreter of a subset of Python: the only module that knows it.

It always runs in a process apart, with an empty environment, and has no files, network, packages or
other processes to reach. Each call gets a process of its own: it costs some milliseconds, and
nothing of one tenant's code is left when another's comes. Memory, time and depth are limited by the
interpreter; one that hangs or dies is ended by the pool, and Garland goes on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pydantic_monty

DEPTH_MAX = 200
PRINTED_MAX_BYTES = 128 * 1024
PROCESSES_MAX = 4
WAIT_S = 30.0
GRACE_S = 0.5
LONGEST_S = 60.0


class CodeError(Exception):
    """The code could not be carried out; the message is for its author.

    Attributes:
        kind: `syntax`, `failed`, `too_slow`, `too_large` or `busy`.
        line: Where, from 1; 0 where that is not known.
        column: Likewise.
    """

    def __init__(self, kind: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.kind, self.message, self.line, self.column = kind, message, line, column


@dataclass(frozen=True, slots=True)
class Came:
    """What the code gave, and what it printed."""

    value: Any
    printed: str


def evaluate(
    source: str, variables: Mapping[str, Any], *, limit_s: float, memory_mb: int, now: datetime
) -> Came:
    """Carry code out.

    Args:
        source: The lines.
        variables: What they find by name; plain data.
        limit_s: How long they may take, at most a minute.
        memory_mb: How much memory they may fill.
        now: What their clock says.

    Raises:
        CodeError: they are wrong, failed, took too long or too much.
    """
    printed = pydantic_monty.CollectString(max_bytes=PRINTED_MAX_BYTES)
    limits: pydantic_monty.ResourceLimits = {
        "max_feed_duration_secs": min(limit_s, LONGEST_S - GRACE_S),
        "max_memory": memory_mb << 20,
        "max_recursion_depth": DEPTH_MAX,
        "max_suspensions": 100,
        "max_total_sleep_secs": 0.0,
    }
    policy: pydantic_monty.OSPolicy = {"sleep": "zero", "datetime": now}
    try:
        with _pool().checkout(limits=limits, os_policy=policy) as session:
            value = session.feed_run(source, inputs=dict(variables), print_callback=printed)
    except pydantic_monty.MontyError as error:
        raise _told(error) from None
    except TimeoutError:
        raise CodeError("busy", "All places for code were taken.") from None
    return Came(value, printed.output)


def _told(error: pydantic_monty.MontyError) -> CodeError:
    line, column = _place(error)
    slow = CodeError("too_slow", "it took longer than it may", line, column)
    if isinstance(error, pydantic_monty.MontyCrashedError):
        died = CodeError("too_large", "it took more than its process could give")
        return slow if error.timed_out else died
    if isinstance(error, pydantic_monty.MontySyntaxError):
        return CodeError("syntax", error.display("msg"), line, column)
    inner = error.exception()
    if isinstance(inner, TimeoutError):
        return slow
    if isinstance(inner, MemoryError):
        return CodeError("too_large", "it took more memory than it may", line, column)
    return CodeError("failed", str(error), line, column)


def _place(error: pydantic_monty.MontyError) -> tuple[int, int]:
    frames = error.traceback() if hasattr(error, "traceback") else []
    return (frames[-1].line, frames[-1].column) if frames else (0, 0)


_lock = threading.Lock()
_pools: dict[int, pydantic_monty.Monty] = {}


def _pool() -> pydantic_monty.Monty:
    """Give this process's pool: one that was made before a fork is not taken along."""
    with _lock:
        found = _pools.get(os.getpid())
        if found is None:
            found = pydantic_monty.Monty(
                min_processes=1,
                max_processes=PROCESSES_MAX,
                checkout_timeout=WAIT_S,
                request_timeout=LONGEST_S,
                max_checkouts_per_worker=1,
                feed_duration_limit_grace=GRACE_S,
            )
            found.__enter__()
            _pools.clear()
            _pools[os.getpid()] = found
        return found
