"""Is anybody at work: who leads, how far the correlator is behind, which steps nobody performs.

An installation that was never started has no leaders and nothing that waits: that is right so.
"""

from __future__ import annotations

from contextlib import suppress

from redis.exceptions import RedisError

from garland.operations.asking import asked
from garland.operations.finding import Finding
from garland.services import Services
from kernel.clock import utc_now
from runtime import backlog
from runtime.backlog import Waiting
from runtime.metrics import MAIN_GROUP
from runtime.worker import served_groups

LAG_MOST_S = 60.0
_UNKNOWN = "not known while the database cannot be read"


def lag(services: Services) -> Finding:
    """Tell how far the correlator is behind."""
    name = "alarms"
    found = asked(services, lambda session: backlog.journal_backlog(session, now=utc_now()))
    if found is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    message = f"{found.count} events wait, the oldest for {found.oldest_s:.0f} s"
    remedy = (
        "See whether `garland correlator` runs and what it logs; many rules that read much, or a "
        "slow disk, hold it up."
    )
    return Finding(name=name, ok=found.oldest_s < LAG_MOST_S, message=message, remedy=remedy)


def leaders(services: Services) -> Finding:
    """Tell whether each part that was ever led is led now."""
    name = "leaders"
    found = _leaders(services)
    if found is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    if not found:
        return Finding(name=name, ok=True, message="none yet: nothing was started")
    gone = [f"{part} (since {-left:.0f} s)" for part, left in sorted(found.items()) if left <= 0]
    if gone:
        message = f"nobody leads: {', '.join(gone)}"
        remedy = "Start `garland up`, or `garland scheduler` and `garland correlator`."
        return Finding(name=name, ok=False, message=message, remedy=remedy)
    return Finding(name=name, ok=True, message=f"{', '.join(sorted(found))} led")


def workers(services: Services) -> Finding:
    """Tell whether steps wait for a group that no worker serves; Redis knows who works."""
    name = "workers"
    waiting = asked(services, lambda session: backlog.due_steps(session, now=utc_now()))
    if waiting is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    served: dict[str, int] | None = None
    with suppress(RedisError):
        served = served_groups(services.redis)
    if served is None:
        return Finding(name=name, ok=True, message="not known while Redis does not answer")
    unserved = {group: one for group, one in waiting.items() if group not in served}
    if unserved:
        return _unserved(unserved)
    told = ", ".join(f"{n} for {group or MAIN_GROUP}" for group, n in sorted(served.items()))
    if not served and _leaders(services):
        return Finding(name=name, ok=False, message="none", remedy="Start `garland worker`.")
    return Finding(name=name, ok=True, message=told or "none yet: nothing was started")


def _leaders(services: Services) -> dict[str, float] | None:
    return asked(services, lambda session: backlog.leaders(session, now=utc_now()))


def _unserved(groups: dict[str, Waiting]) -> Finding:
    told = [
        f"{one.count} steps wait for the group {group or MAIN_GROUP}, the oldest for "
        f"{one.oldest_s:.0f} s"
        for group, one in sorted(groups.items())
    ]
    start = " ".join(f"--group {group or MAIN_GROUP}" for group in sorted(groups))
    return Finding(
        name="workers",
        ok=False,
        message=f"{'; '.join(told)}: no worker serves it",
        remedy=f"Start `garland worker {start}` where what these steps must reach can be reached.",
    )
