"""Wake-ups: telling a sleeping process or an open page that something is due.

A wake-up is only ever sent after the commit that made its cause durable, and may be lost: the
sweep in `garland.scheduler` finds what is due in the database and wakes again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.db import after_commit

WAKER = "garland.waker"
Sleeper = Literal["correlator", "runs", "steps"]


class Waker(Protocol):
    """Who carries wake-ups: Redis in an installation, nobody in most tests."""

    def wake(self, sleeper: Sleeper, worker_group: str = "", /) -> None:
        """Wake the processes of one kind; several wake-ups before they look count as one.

        Steps are performed by workers that serve their group; the others have no groups.
        """
        ...

    def tell_pages(self, tenant_id: UUID, event: str, facts: dict[str, Any], /) -> None:
        """Tell the tenant's open pages that something changed."""
        ...


def wake_after_commit(session: Session, sleeper: Sleeper, worker_group: str = "") -> None:
    """Wake a kind of process once this session's transaction is durable."""
    _once(
        session,
        ("wake", sleeper, worker_group),
        lambda waker: waker.wake(sleeper, worker_group),
    )


def tell_pages_after_commit(
    session: Session, tenant_id: UUID, event: str, facts: dict[str, Any]
) -> None:
    """Tell the tenant's pages once this session's transaction is durable.

    Of several notices of one kind in a transaction the last is sent: pages read the truth anew.
    """
    _once(session, (event, tenant_id), lambda waker: waker.tell_pages(tenant_id, event, facts))


def _once(session: Session, key: tuple[Any, ...], send: Callable[[Waker], None]) -> None:
    waker: Waker | None = session.info.get(WAKER)
    if waker is None:
        return
    waiting = session.info.get("after_commit")  # gone with a transaction that was rolled back
    known, pending = session.info.get("notices", (None, {}))
    if not waiting or known is not waiting:
        pending = {}
        after_commit(session, lambda: _send(pending, waker))
        session.info["notices"] = (session.info["after_commit"], pending)
    pending[key] = send


def _send(pending: Mapping[tuple[Any, ...], Callable[[Waker], None]], waker: Waker) -> None:
    for send in pending.values():
        send(waker)
