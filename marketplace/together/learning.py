"""Learning what works with what: from what is live in each organisation, in bites.

Only numbers are kept, and only from `proven.K` organisations on; each time all is counted anew, so
that what falls below vanishes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from marketplace.proven.standing import Everybody
from marketplace.together._tables import PORT_MAX, MarketPair
from marketplace.together.model import Pair, Tally, pairs_in
from runtime.flows.block_moves import live_documents
from tenancy.scope import as_tenant, system

BITE = 100


def learn(reading: sessionmaker[Session], everyone: Everybody) -> dict[Pair, int]:
    """Count what leads to what, some organisations in one transaction; give what may be told."""
    environments = defaultdict(list)
    for one, live_id in everyone.live_of.items():
        environments[live_id].append(one)
    tally, whole = Tally(), sorted(everyone.places)
    for at in range(0, len(whole), BITE):
        with reading() as session:
            for organisation_id in whole[at : at + BITE]:
                those = [organisation_id, *environments[organisation_id]]
                tally.add(organisation_id, _pairs_of(session, those), everyone.counts)
    return tally.told()


def keep(session: Session, told: dict[Pair, int]) -> None:
    """Keep what may be told in the place of what was."""
    with system(session):
        session.execute(delete(MarketPair))
        session.add_all(
            MarketPair(from_id=one.from_id, port=one.port, to_id=one.to_id, organisations=number)
            for one, number in sorted(told.items())
            if len(one.port) <= PORT_MAX
        )
        session.flush()


def _pairs_of(session: Session, organisation_ids: Sequence[UUID]) -> set[Pair]:
    found: set[Pair] = set()
    for one in organisation_ids:
        with as_tenant(session, one):
            for document in live_documents(session, one):
                found |= pairs_in(document)
    return found
