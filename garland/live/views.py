"""Server-sent events: an open page learns that alarms, runs, rules or workflows changed.

A stream ends after some minutes and the browser opens it anew: a thread is never held for ever by
a page that was left open, and a session that ended stops being told.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

from flask import Blueprint, Response, current_app, request
from redis.exceptions import RedisError

from garland.services import Services
from kernel import signals
from kernel.http import acting

bp = Blueprint("live", __name__)

HEARTBEAT_S = 5.0  # a page that went away is noticed by writing to it
STREAM_S = 240.0
RETRY_MS = 3_000
GATHER_S = 0.3  # a storm of notices becomes a few refreshes a second


@bp.get("/t/<tenant>/live")
def stream() -> Response:
    """Stream notices of the acting tenant."""
    services: Services = current_app.extensions["garland.services"]
    since_ms = request.args.get("since", 0, type=int)
    events = _events(services, acting().tenant_id, since_ms)
    response = Response(events, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(services: Services, tenant_id: UUID, since_ms: int) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    try:
        with closing(signals.Listener(services.patient_redis, tenant_id)) as listener:
            for event in signals.missed_since(services.redis, tenant_id, since_ms):
                yield _frame(signals.Notice(event, {}))
            yield from _frames(listener)
    except RedisError:
        return  # the browser asks again after RETRY_MS


def _frames(listener: signals.Listener) -> Iterator[str]:
    """Write notices as frames: the first of a kind at once, then the newest each short while."""
    ends = time.monotonic() + STREAM_S
    held: dict[str, signals.Notice | None] = {}
    release_at = 0.0
    while (now := time.monotonic()) < ends:
        if held and now >= release_at:
            yield from (_frame(notice) for notice in held.values() if notice is not None)
            held.clear()
        notice = listener.hear(at_most_s=max(release_at - now, 0.0) if held else HEARTBEAT_S)
        if notice is None:
            if not held:
                yield ": still here\n\n"
        elif notice.event in held:
            held[notice.event] = notice
        else:
            release_at = release_at if held else time.monotonic() + GATHER_S
            held[notice.event] = None
            yield _frame(notice)


def _frame(notice: signals.Notice) -> str:
    return f"event: {notice.event}\ndata: {json.dumps(notice.facts)}\n\n"
