"""Host names of brands: asked for by a provider, agreed to by the vendor, known by every process.

Only a name that the vendor agreed to is ever used: whoever could take any name would put their
own sign-in page, links and terms before the people of another provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import or_taken
from kernel.errors import ConflictError, NotFoundError
from tenancy._tables import Organisation
from tenancy.audit.trail import About, note
from tenancy.brand._tables import BrandRow

KNOWN_FOR_S = 5.0
"""How long a process goes by what it read; a new name is served that much later at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A name that waits for the vendor, or is served, and for whom."""

    organisation_id: UUID
    organisation: str
    product: str
    host: str
    host_asked: str


def names_asked(session: Session) -> list[Asked]:
    """List the names that wait, then those that are served, by organisation."""
    rows = session.execute(
        select(BrandRow, Organisation.name)
        .join(Organisation, Organisation.id == BrandRow.organisation_id)
        .where((BrandRow.host.is_not(None)) | (BrandRow.host_asked != ""))
        .order_by(BrandRow.host_asked == "", Organisation.name)
    )
    return [
        Asked(
            organisation_id=row.organisation_id,
            organisation=name,
            product=row.product,
            host=row.host or "",
            host_asked=row.host_asked,
        )
        for row, name in rows
    ]


def agree(
    session: Session, vendor_id: UUID, organisation_id: UUID, host: str, *, now: datetime
) -> None:
    """Serve a name that an organisation asked for.

    Raises:
        NotFoundError: it does not ask for that name, or no longer.
        ConflictError: the name is served for somebody else.
    """
    row = _asking(session, organisation_id, host)
    told = ConflictError(f"{host} is served for somebody else: refuse it, or take it from them")
    if session.scalar(select(BrandRow.organisation_id).where(BrandRow.host == host)) is not None:
        raise told
    with or_taken(session, told):
        row.host, row.host_asked = host, ""
        session.flush()
    _note(session, vendor_id, row, "brand.host_agreed", host, now=now)


def refuse(
    session: Session, vendor_id: UUID, organisation_id: UUID, host: str, *, now: datetime
) -> None:
    """Refuse a name that is asked for, or serve one no longer; raises NotFoundError."""
    row = session.get(BrandRow, organisation_id)
    if row is None or not host or host not in (row.host, row.host_asked):
        raise NotFoundError(f"{host} is no longer asked for")
    if row.host_asked == host:
        row.host_asked = ""
    else:
        row.host = None
    session.flush()
    _note(session, vendor_id, row, "brand.host_refused", host, now=now)


def _asking(session: Session, organisation_id: UUID, host: str) -> BrandRow:
    row = session.get(BrandRow, organisation_id)
    if row is None or not host or row.host_asked != host:
        raise NotFoundError(f"{host} is no longer asked for")
    return row


def _note(
    session: Session, vendor_id: UUID, row: BrandRow, action: str, host: str, *, now: datetime
) -> None:
    """Note it where it was decided and where it holds."""
    about = About(kind="brand", id=row.organisation_id, name=host)
    for tenant_id in {vendor_id, row.organisation_id}:
        note(session, tenant_id, action, now=now, about=about, facts={"name": row.product})


class HostBook:
    """The names that are served, as one process knows them."""

    def __init__(self, reading: sessionmaker[Session]) -> None:
        self._reading = reading
        self._lock = Lock()
        self._known: Mapping[str, UUID] = {}
        self._read_at = -KNOWN_FOR_S

    def owner_of(self, host: str) -> UUID | None:
        """Give whose brand a host name is served for; None for a name that nobody has."""
        with self._lock:
            if monotonic() - self._read_at >= KNOWN_FOR_S:
                self._known, self._read_at = self._read(), monotonic()
        return self._known.get(host)

    def forget(self) -> None:
        """Read them anew for the next who asks."""
        with self._lock:
            self._read_at = -KNOWN_FOR_S

    def _read(self) -> Mapping[str, UUID]:
        wanted = select(BrandRow.host, BrandRow.organisation_id).where(BrandRow.host.is_not(None))
        try:
            with self._reading() as session:
                return {host: owner for host, owner in session.execute(wanted) if host is not None}
        except (
            SQLAlchemyError
        ):  # what was known holds on; whatever else is asked says what is wrong
            return self._known
