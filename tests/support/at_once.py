"""Two transactions of one tenant at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, GarlandError, InvalidError
from tenancy.scope import as_tenant

Deed = Callable[[Session, UUID], Any]


def at_once(
    sessions: sessionmaker[Session], tenant_id: UUID, first: Deed, second: Deed | None = None
) -> GarlandError | None:
    """Let one transaction do the first deed, and another the second before the first commits.

    Without a second both do the first. Gives how the later one was refused, None where it was not.
    """

    def later() -> GarlandError | None:
        try:
            with sessions.begin() as session, as_tenant(session, tenant_id):
                (second or first)(session, tenant_id)
        except (ConflictError, InvalidError) as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            first(session, tenant_id)
            waiting = pool.submit(later)
            _give_way(waiting)
        return waiting.result(20)


def _give_way(waiting: Future[GarlandError | None]) -> None:
    """Let the other come as far as it can: it waits for this transaction, or is done."""
    try:
        waiting.exception(0.3)
    except TimeoutError:
        return
