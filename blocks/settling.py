"""What a block's `run` gave, once it is there: a coroutine is awaited on a loop of its own.

Both the host and the child of the sandbox call it; it imports nothing else of Garland.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import Any


class LateError(Exception):
    """It was not there in time; what it was doing has been cancelled."""


def settled(given: Any, deadline: float) -> Any:
    """Return what was given, or what awaiting it gives.

    Args:
        given: What `run` returned; an outcome, or a coroutine that ends with one.
        deadline: Until when it is awaited, by `time.monotonic`.

    Raises:
        LateError: it was not there by then.
    """
    if not inspect.iscoroutine(given):
        return given
    return asyncio.run(_awaited(given, deadline - time.monotonic()))


async def _awaited(given: Any, limit_s: float) -> Any:
    task = asyncio.ensure_future(given)
    done, _ = await asyncio.wait({task}, timeout=max(limit_s, 0))
    if not done:
        task.cancel()
        raise LateError
    return task.result()
