"""Leadership by a row: one process plays a part until its lease runs out.

The lease is renewed inside the transaction that does the part's work, so a process that was
paused past its lease cannot commit after another one took over.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.ids import new_secret
from runtime._tables import Lease

CORRELATOR = "correlator"


def process_name() -> str:
    """Name this process for leases and logs: host, process id and something unique."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{new_secret('p')[2:10]}"


def hold_lease(session: Session, name: str, owner: str, *, now: datetime, for_s: float) -> bool:
    """Take or renew a lease; False while another owner's has not run out.

    Args:
        session: The transaction that will do the work under the lease.
        name: The part, such as "scheduler".
        owner: `process_name()` of the asker.
        now: The present instant.
        for_s: Seconds until it must be renewed, > 0.
    """
    until = now + timedelta(seconds=for_s)
    mine_or_free = or_(Lease.owner == owner, Lease.until <= now)
    renewed = session.execute(
        update(Lease)
        .where(Lease.name == name, mine_or_free)
        .values(owner=owner, until=until, fence=Lease.fence + 1)
        .returning(Lease.fence)
    ).first()
    if renewed is not None:
        return True
    if session.get(Lease, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, owner=owner, until=until))
    except IntegrityError:
        return False
    return True


def wait_for_holder(session: Session, name: str) -> None:
    """Wait until whoever works under a lease has committed, and keep them out meanwhile.

    On SQLite the transaction's write lock does that already.
    """
    session.scalar(select(Lease.fence).where(Lease.name == name).with_for_update())


def release_lease(session: Session, name: str, owner: str, *, now: datetime) -> None:
    """Give a lease back, so that a successor need not wait for it to run out."""
    session.execute(update(Lease).where(Lease.name == name, Lease.owner == owner).values(until=now))
