"""Noting what was done: one call beside the change itself, in its transaction.

An entry takes its place in the chain when the transaction commits, as the last thing before it:
the organisation's chain is locked for that moment only, and a change that is rolled back, whole
or to a savepoint, leaves no entry.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.ids import new_id
from kernel.json_text import kept_text
from tenancy.audit._tables import NAME_MAX, AuditChain, AuditEntry
from tenancy.audit.chain import Fact, Told, digest_of
from tenancy.rows import insert_new
from tenancy.scope import as_tenant

_WAITING = "audit_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What something was done to: its kind, its id, and its name as people know it."""

    kind: str
    id: UUID | str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something: the name, and the person who answers for it where one is known."""

    name: str
    id: UUID | None = None


NOTHING = About(kind="")
INSTALLATION = Actor(name="installation")
"""Who did what no person and no token did."""


def note(  # noqa: PLR0913  whose audit, what, when, to what, and who
    session: Session,
    tenant_id: UUID,
    action: str,
    *,
    now: datetime,
    about: About = NOTHING,
    facts: Mapping[str, Fact] | None = None,
    by: Actor | None = None,
) -> None:
    """Note that something was done in an organisation, in its audit.

    `action` is `noun.verb_in_the_past`, such as `workflow.published`; `facts` are what else an
    auditor asks, never a secret. Who acts by the session did it, where `by` does not say. What is
    done by a grant is noted at the organisation it was given to as well.
    """
    by = by or _who_acts(session, tenant_id)
    who = acting_in(session, tenant_id)
    if who is not None and who.delegated is not None:
        told_home = {**(facts or {}), "in_customer": who.tenant_name}
        home = who.delegated.home_id
        note(session, home, action, now=now, about=about, facts=told_home, by=by)
    request = structlog.contextvars.get_contextvars().get("request_id", "")
    entry = AuditEntry(
        id=new_id(),
        tenant_id=tenant_id,
        number=None,
        at=now,
        action=action,
        by=_kept(by.name),
        by_id=by.id,
        about_kind=about.kind,
        about_id=str(about.id),
        about=_kept(about.name),
        facts=dict(facts or {}),
        request_id=str(request),
        digest="",
    )
    with as_tenant(session, tenant_id):
        session.add(entry)
    if _WAITING not in session.info:
        event.listen(session, "before_commit", _seal_waiting)
        event.listen(session, "after_rollback", _forget_waiting)
    session.info.setdefault(_WAITING, set()).add(tenant_id)


def is_noted(session: Session, tenant_id: UUID, actions: Collection[str], about: About) -> bool:
    """Tell whether the audit still holds that one of these was done to something."""
    wanted = select(AuditEntry.id).where(
        AuditEntry.tenant_id == tenant_id,
        AuditEntry.about_kind == about.kind,
        AuditEntry.about_id == str(about.id),
        AuditEntry.action.in_(actions),
    )
    with as_tenant(session, tenant_id):
        return session.scalar(wanted.limit(1)) is not None


def _who_acts(session: Session, tenant_id: UUID) -> Actor:
    who = acting_in(session, tenant_id)
    return Actor(name=who.person_name, id=who.vouched_by) if who is not None else INSTALLATION


def _kept(text: str) -> str:
    return kept_text(text)[:NAME_MAX]


def _seal_waiting(session: Session) -> None:
    """Give what this transaction noted its place: chain by chain, always in the same order."""
    if session.in_nested_transaction():
        return
    for tenant_id in sorted(session.info.get(_WAITING, ())):
        with as_tenant(session, tenant_id):
            _seal(session, tenant_id)
    session.info[_WAITING] = set()


def _forget_waiting(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_WAITING] = set()


def _seal(session: Session, tenant_id: UUID) -> None:
    chain = lock_chain(session, tenant_id)
    noted = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.tenant_id == tenant_id, AuditEntry.number.is_(None))
        .order_by(AuditEntry.id)
    )
    for entry in noted:
        entry.number = chain.last + 1
        entry.digest = digest_of(chain.ends_with, told(entry, entry.number))
        chain.last, chain.ends_with = entry.number, entry.digest
    session.flush()


def told(entry: AuditEntry, number: int) -> Told:
    """Give what a row says, as its digest is made of it."""
    return Told(
        tenant_id=str(entry.tenant_id),
        number=number,
        at=entry.at,
        action=entry.action,
        by=entry.by,
        by_id=str(entry.by_id or ""),
        about_kind=entry.about_kind,
        about_id=entry.about_id,
        about=entry.about,
        facts=entry.facts,
        request_id=entry.request_id,
    )


def lock_chain(session: Session, tenant_id: UUID) -> AuditChain:
    """Lock an organisation's chain to the end of the transaction, which should be near.

    It is made before its first entry by whoever is first.
    """
    wanted = select(AuditChain).where(AuditChain.tenant_id == tenant_id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(locked)
    if found is not None:
        return found
    nothing = {"kept_from": 1, "begins_with": "", "last": 0, "ends_with": ""}
    insert_new(session, AuditChain, {"tenant_id": tenant_id, **nothing}, keys=("tenant_id",))
    return session.scalars(locked).one()
