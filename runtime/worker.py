"""The worker's life: take wake-ups from Redis and do what is due in the database.

Runs are advanced in the main thread, in batches; steps that may take long are performed by a few
threads, so that one slow call to the outside never holds up the others.
"""

from __future__ import annotations

from runtime._queue import (
    RedisWaker,
    queue_name,
    serve,
    served_groups,
    wait_for_correlator_wake,
)

__all__ = ["RedisWaker", "queue_name", "serve", "served_groups", "wait_for_correlator_wake"]
