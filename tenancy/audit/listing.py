"""What an organisation's audit says, read by a filter: the newest first, or all of it in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_number, read_place
from tenancy.audit._tables import AuditEntry
from tenancy.audit.actions import actions_of, actions_saying
from tenancy.audit.sentences import details_of, sentence_of

AT_A_TIME = 1_000
PEOPLE_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries are wanted; what is empty asks for nothing.

    Attributes:
        group: One of `tenancy.audit.actions.GROUPS`.
        by: Who did it: the name as it was noted.
        kind: Of what kind the thing is; `thing` is its id.
        since: From then on.
        until: Before then.
        q: A text in the names, facts or words of an entry.
    """

    group: str = ""
    action: str = ""
    by: str = ""
    kind: str = ""
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""

    @property
    def is_any(self) -> bool:
        """Tell whether it asks for anything."""
        return self != EntryFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry of the audit, with its place in the chain."""

    number: int
    at: datetime
    action: str
    by: str
    by_id: UUID | None
    about_kind: str
    about_id: str
    about: str
    facts: dict[str, Any]
    request_id: str
    digest: str

    @property
    def sentence(self) -> str:
        """Say in one sentence what was done."""
        return sentence_of(
            by=self.by, action=self.action, about_kind=self.about_kind, about=self.about
        )

    @property
    def details(self) -> list[tuple[str, str]]:
        """Write its facts by their names."""
        return details_of(self.facts)


def list_entries(
    session: Session,
    tenant_id: UUID,
    wanted: EntryFilter,
    *,
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[EntryView]:
    """List entries, the newest first; `after` is where the page before ended."""
    query = _fitting(tenant_id, wanted)
    if after is not None:
        [number] = read_place(list(after), read_number)
        query = query.where(AuditEntry.number < number)
    rows = session.scalars(query.order_by(AuditEntry.number.desc()).limit(limit))
    return [_view(row) for row in rows]


def place_of(entry: EntryView) -> list[str]:
    """Give where a page that ends with this entry ended, for `after`."""
    return [str(entry.number)]


def every_entry(session: Session, tenant_id: UUID, wanted: EntryFilter) -> Iterator[EntryView]:
    """Give all that fit in the order of the chain, read in bites."""
    last = 0
    while True:
        rows = session.scalars(
            _fitting(tenant_id, wanted)
            .where(AuditEntry.number > last)
            .order_by(AuditEntry.number)
            .limit(AT_A_TIME)
        ).all()
        for row in rows:
            found = _view(row)
            last = found.number
            yield found
        if len(rows) < AT_A_TIME:
            return


def last_of(session: Session, tenant_id: UUID, action: str) -> EntryView | None:
    """Give the last entry of an action, or None."""
    return next(iter(list_entries(session, tenant_id, EntryFilter(action=action), limit=1)), None)


def people_of(session: Session, tenant_id: UUID) -> list[str]:
    """List who did what is kept, by name; at most 200."""
    query = (
        select(AuditEntry.by)
        .where(AuditEntry.tenant_id == tenant_id, AuditEntry.number.is_not(None))
        .group_by(AuditEntry.by)
        .order_by(func.lower(AuditEntry.by), AuditEntry.by)
        .limit(PEOPLE_SHOWN)
    )
    return list(session.scalars(query))


def _fitting(tenant_id: UUID, wanted: EntryFilter) -> Select[AuditEntry]:
    query = select(AuditEntry).where(
        AuditEntry.tenant_id == tenant_id, AuditEntry.number.is_not(None)
    )
    exact = {
        AuditEntry.action: wanted.action,
        AuditEntry.by: wanted.by,
        AuditEntry.about_kind: wanted.kind,
        AuditEntry.about_id: wanted.thing,
    }
    for column, said in exact.items():
        query = query.where(column == said) if said else query
    if wanted.group:
        query = query.where(AuditEntry.action.in_(actions_of(wanted.group)))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query.where(_says(wanted.q)) if wanted.q else query


def _says(text: str) -> Any:
    return or_(
        AuditEntry.about.icontains(text, autoescape=True),
        AuditEntry.by.icontains(text, autoescape=True),
        cast(AuditEntry.facts, String).icontains(text, autoescape=True),
        AuditEntry.request_id == text,
        AuditEntry.action == text,
        AuditEntry.action.in_(actions_saying(text)),
    )


def _view(row: AuditEntry) -> EntryView:
    return EntryView(
        number=row.number or 0,
        at=row.at,
        action=row.action,
        by=row.by,
        by_id=row.by_id,
        about_kind=row.about_kind,
        about_id=row.about_id,
        about=row.about,
        facts=row.facts,
        request_id=row.request_id,
        digest=row.digest,
    )
