"""What came to a webhook lately, and what deliveries with an id were answered.

Both are bounded: of deliveries the latest of each hook are kept; receipts are kept for some days,
longer than senders repeat, and are purged in small bites as new ones come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from kernel.ids import new_id, sha256_of
from runtime.hooks._tables import MESSAGE_MAX, SENDER_MAX, Hook, HookDelivery, HookReceipt, Outcome
from runtime.wake import tell_pages_after_commit
from tenancy.rows import insert_new

DELIVERIES_KEPT = 50
RECEIPTS_KEPT = timedelta(days=3)
BITE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One delivery as the page shows it."""

    at: datetime
    sender: str
    outcome: Outcome
    status: int
    message: str
    run_id: UUID | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the first delivery with an id came to."""

    outcome: Outcome
    run_ids: tuple[UUID, ...]


def note_delivery(session: Session, tenant_id: UUID, hook_id: UUID, delivery: DeliveryView) -> None:
    """Add a delivery to those shown, and drop the oldest beyond what is kept.

    A hook that was removed meanwhile is left alone.
    """
    owned = select(Hook.id).where(Hook.tenant_id == tenant_id, Hook.id == hook_id)
    if session.scalar(owned) is None:
        return
    session.add(
        HookDelivery(
            id=new_id(),
            tenant_id=tenant_id,
            hook_id=hook_id,
            at=delivery.at,
            sender=delivery.sender[:SENDER_MAX],
            outcome=delivery.outcome,
            status=delivery.status,
            message=delivery.message[:MESSAGE_MAX],
            run_id=delivery.run_id,
            size_bytes=delivery.size_bytes,
        )
    )
    session.flush()
    tell_pages_after_commit(session, tenant_id, "webhooks", {"id": str(hook_id)})
    surplus = (
        select(HookDelivery.id)
        .where(HookDelivery.tenant_id == tenant_id, HookDelivery.hook_id == hook_id)
        .order_by(HookDelivery.id.desc())
        .offset(DELIVERIES_KEPT)
        .limit(BITE)
        .with_for_update(skip_locked=True)  # another delivery may be dropping the same ones
    )
    found = session.scalars(surplus).all()
    session.execute(
        delete(HookDelivery)
        .where(HookDelivery.tenant_id == tenant_id, HookDelivery.id.in_(found))
        .execution_options(synchronize_session=False)
    )


def list_deliveries(session: Session, tenant_id: UUID, hook_id: UUID) -> list[DeliveryView]:
    """List the latest deliveries of a hook, newest first."""
    rows = session.scalars(
        select(HookDelivery)
        .where(HookDelivery.tenant_id == tenant_id, HookDelivery.hook_id == hook_id)
        .order_by(HookDelivery.id.desc())
        .limit(DELIVERIES_KEPT)
    )
    return [
        DeliveryView(
            at=row.at,
            sender=row.sender,
            outcome=row.outcome,
            status=row.status,
            message=row.message,
            run_id=row.run_id,
            size_bytes=row.size_bytes,
        )
        for row in rows
    ]


def claim_receipt(
    session: Session, tenant_id: UUID, hook_id: UUID, message_id: str, *, now: datetime
) -> Receipt | None:
    """Give what the first delivery with this id came to; None when this is the first.

    Waits for one with the same id that is being dealt with right now.
    """
    digest = sha256_of(message_id)
    row = {
        "hook_id": hook_id,
        "message_digest": digest,
        "tenant_id": tenant_id,
        "at": now,
        "run_ids": [],
    }
    if insert_new(session, HookReceipt, row, keys=("hook_id", "message_digest")):
        purge_receipts(session, now=now)
        return None
    known = session.execute(
        select(HookReceipt.outcome, HookReceipt.run_ids).where(
            HookReceipt.tenant_id == tenant_id,
            HookReceipt.hook_id == hook_id,
            HookReceipt.message_digest == digest,
        )
    ).first()
    if known is None:  # it was so old that another delivery has purged it in between
        return claim_receipt(session, tenant_id, hook_id, message_id, now=now)
    runs = tuple(UUID(one) for one in known.run_ids)
    return Receipt(outcome=known.outcome or Outcome.SKIPPED, run_ids=runs)


def write_receipt(
    session: Session,
    tenant_id: UUID,
    hook_id: UUID,
    message_id: str,
    *,
    outcome: Outcome,
    run_ids: Sequence[UUID],
) -> None:
    """Keep what a delivery with an id came to."""
    session.execute(
        update(HookReceipt)
        .where(
            HookReceipt.tenant_id == tenant_id,
            HookReceipt.hook_id == hook_id,
            HookReceipt.message_digest == sha256_of(message_id),
        )
        .values(outcome=outcome, run_ids=[str(one) for one in run_ids])
        .execution_options(synchronize_session=False)
    )


def purge_receipts(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Drop some receipts that are older than they need to be, of those in reach; give how many."""
    old = (
        select(HookReceipt.hook_id, HookReceipt.message_digest)
        .where(HookReceipt.at < now - RECEIPTS_KEPT)
        .order_by(HookReceipt.at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = [tuple(row) for row in session.execute(old)]
    if found:
        keys = tuple_(HookReceipt.hook_id, HookReceipt.message_digest)
        session.execute(
            delete(HookReceipt).where(keys.in_(found)).execution_options(synchronize_session=False)
        )
    return len(found)
