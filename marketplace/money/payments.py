"""The hook for a payment provider: a Python distribution beside this one that takes statements.

No provider is built in. One that is installed names, under the entry point group
`marketplace.payments`, an object with a method `collect`. It is given each statement of a closed
month once its month is closed, and again until it took it: the `key` stays the same, so that
whoever is asked twice can tell.
"""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.money._tables import SAID_MAX, WHO_MAX, MarketStatement
from marketplace.money.exports import statement_document
from marketplace.money.statements import statement_of
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

GROUP = "marketplace.payments"
A_ROUND = 100


class Provider(Protocol):
    """Who moves the money."""

    def collect(self, statement: dict[str, Any], *, key: str) -> str:
        """Take a statement and give what it is called there; raise where it cannot be taken now.

        Args:
            statement: One organisation's month in one currency, as REST gives it.
            key: Names this statement, and stays the same however often it is handed over.
        """


def find_provider() -> Provider | None:
    """Give the provider that is installed, or None.

    Raises:
        RuntimeError: there are several: nobody can tell which one is meant.
    """
    found = list(entry_points(group=GROUP))
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise RuntimeError(f"several payment providers are installed: leave one of {names}")
    provider: Provider | None = found[0].load() if found else None
    return provider


def hand_over(sessions: sessionmaker[Session], provider: Provider, *, now: datetime) -> int:
    """Hand statements that nobody took yet to a provider, each by itself; give how many it took.

    At most a hundred in a round: first what it was never asked to take, then by when it last was.
    """
    with sessions() as session, system(session):
        query = select(MarketStatement.id, MarketStatement.tenant_id).where(
            MarketStatement.handed_at.is_(None)
        )
        turns = (MarketStatement.asked_at.asc().nulls_first(), MarketStatement.id)
        waiting = session.execute(query.order_by(*turns).limit(A_ROUND)).all()
    return sum(_hand(sessions, provider, row.tenant_id, row.id, now=now) for row in waiting)


def _hand(
    sessions: sessionmaker[Session],
    provider: Provider,
    tenant_id: UUID,
    statement_id: UUID,
    *,
    now: datetime,
) -> bool:
    """Ask outside any transaction, then write what was answered."""
    with sessions() as session, as_tenant(session, tenant_id):
        row = session.get_one(MarketStatement, statement_id)
        whole = statement_document(statement_of(session, tenant_id, row.month), row.currency)
    reference, refused = "", ""
    try:
        reference = provider.collect(whole, key=str(statement_id))
    except Exception as error:  # whatever a foreign provider raises keeps no other from its turn
        log.exception("statement_not_taken", statement_id=str(statement_id))
        refused = f"{type(error).__name__}: {error}"[:SAID_MAX]
    with sessions.begin() as session, as_tenant(session, tenant_id):
        row = session.get_one(MarketStatement, statement_id)
        row.asked_at, row.refused = now, refused
        if not refused:
            row.handed_at, row.reference = now, str(reference)[:WHO_MAX]
    return not refused
