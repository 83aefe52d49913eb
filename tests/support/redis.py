"""A real Redis of the test's own: the bundled server on a socket in the test's folder."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from garland import redis_server

STARTED_WITHIN_S = 10.0


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    """Start the bundled server and give a client of it."""
    process = subprocess.Popen(redis_server.prepare_server(folder))
    try:
        ends = time.monotonic() + STARTED_WITHIN_S
        while not redis_server.is_answering(redis_server.socket_path(folder)):
            assert time.monotonic() < ends, "the bundled Redis did not start"
            time.sleep(0.05)
        with Redis.from_url(redis_server.server_url(folder)) as client:
            yield client
    finally:
        process.terminate()
        process.wait(10)
