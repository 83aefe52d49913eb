"""Publishers: an organisation claims a namespace, the vendor verifies it, keys are listed under it.

A namespace is what the ids of its blocks and packs begin with. Once verified it stays its owner's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.packages.signing import key_id
from blocks.packages.trust import decode_key, encode_key
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.releases._tables import (
    TITLE_MAX,
    WHO_MAX,
    MarketPublisher,
    MarketPublisherKey,
    PublisherState,
)
from marketplace.releases.claims import Claim
from marketplace.releases.owners import organisation_name
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, Actor, note

KEYS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A public key; revoked_at is None while it counts, last_used_at where no use is known."""

    key_id: str
    public: str
    label: str
    added_at: datetime
    added_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherView:
    """A namespace and who claims it, with its keys, the oldest first.

    Attributes:
        owner: The organisation's name; "" where it is gone.
    """

    namespace: str
    owner_id: UUID
    owner: str
    title: str
    support: str
    proof: str
    state: PublisherState
    reason: str
    claimed_at: datetime
    claimed_by: str
    decided_at: datetime | None
    keys: tuple[KeyView, ...]


def claim_namespace(
    session: Session, tenant_id: UUID, claim: Claim, *, by: Actor, now: datetime
) -> PublisherView:
    """Claim a namespace, or say anew what one's claim was that is not verified yet.

    Raises:
        ConflictError: it is somebody's, or verified already.
    """
    refusal = ConflictError(f"the namespace {claim.namespace} is taken: choose another")
    row = _locked(session, claim.namespace)
    if row is None:
        row = MarketPublisher(namespace=claim.namespace)
        session.add(row)
    elif row.state is PublisherState.VERIFIED and row.owner_id == tenant_id:
        raise ConflictError(f"the namespace {claim.namespace} is yours already")
    elif row.owner_id != tenant_id and row.state is not PublisherState.REFUSED:
        raise refusal
    elif row.owner_id != tenant_id:
        _drop_keys(session, row.namespace)
    row.owner_id, row.title, row.support = tenant_id, claim.title.strip(), claim.support.strip()
    row.proof, row.state, row.reason = claim.proof.strip(), PublisherState.CLAIMED, ""
    row.claimed_at, row.claimed_by = now, by.name[:WHO_MAX]
    row.decided_at, row.decided_by = None, ""
    with or_taken(session, refusal):
        session.flush()
    note(session, tenant_id, "publisher.claimed", now=now, about=_about(row), by=by)
    return _view(session, row)


def list_own(session: Session, tenant_id: UUID) -> list[PublisherView]:
    """List an organisation's namespaces by name."""
    rows = session.scalars(
        select(MarketPublisher)
        .where(MarketPublisher.owner_id == tenant_id)
        .order_by(MarketPublisher.namespace)
    )
    return [_view(session, one) for one in rows]


def get_own(session: Session, tenant_id: UUID, namespace: str) -> PublisherView:
    """Give an organisation's namespace; raises NotFoundError for another's too."""
    return _view(session, _own(session, tenant_id, namespace))


def owner_of_namespace(session: Session, namespace: str) -> UUID | None:
    """Give whose namespace it is; None where the vendor verified nobody's claim of it."""
    row = session.get(MarketPublisher, namespace)
    return row.owner_id if row is not None and row.state is PublisherState.VERIFIED else None


def owners_of_namespaces(session: Session, namespaces: Collection[str]) -> dict[str, UUID]:
    """Give whose each of some namespaces is; those of nobody are left out."""
    rows = session.execute(
        select(MarketPublisher.namespace, MarketPublisher.owner_id).where(
            MarketPublisher.namespace.in_(namespaces),
            MarketPublisher.state == PublisherState.VERIFIED,
        )
    )
    return {row.namespace: row.owner_id for row in rows}


def owns_namespace(session: Session, organisation_id: UUID) -> bool:
    """Tell whether the vendor verified any claim of an organisation's."""
    wanted = select(MarketPublisher.namespace).where(
        MarketPublisher.owner_id == organisation_id,
        MarketPublisher.state == PublisherState.VERIFIED,
    )
    return session.scalar(wanted.limit(1)) is not None


def list_claims(session: Session) -> list[PublisherView]:
    """List the claims that wait for the vendor, the oldest first; for the vendor alone."""
    rows = session.scalars(
        select(MarketPublisher)
        .where(MarketPublisher.state == PublisherState.CLAIMED)
        .order_by(MarketPublisher.claimed_at, MarketPublisher.namespace)
    )
    return [one for one in (_view(session, row) for row in rows) if one.owner]


def decide_claim(
    session: Session, vendor_id: UUID, namespace: str, reason: str, *, by: Actor, now: datetime
) -> PublisherView:
    """Verify a claimed namespace, or refuse it where a reason is given; for the vendor alone.

    Raises:
        NotFoundError: nobody claims it, or that was decided already.
    """
    row = _locked(session, namespace)
    is_claimed = row is not None and row.state is PublisherState.CLAIMED
    if row is None or not is_claimed or not organisation_name(session, row.owner_id):
        told = "no claim of this namespace waits: see the list of claims"
        raise NotFoundError(told, namespace=namespace)
    row.state = PublisherState.REFUSED if reason else PublisherState.VERIFIED
    row.reason, row.decided_at, row.decided_by = reason, now, by.name[:WHO_MAX]
    session.flush()
    vendor = Actor(name=organisation_name(session, vendor_id))
    for organisation, who in {row.owner_id: vendor, vendor_id: by}.items():
        where = (session, organisation)
        if reason:
            note(*where, "publisher.refused", now=now, about=_about(row), by=who)
        else:
            note(*where, "publisher.verified", now=now, about=_about(row), by=who)
    return _view(session, row)


def add_key(
    session: Session, tenant_id: UUID, namespace: str, key: tuple[str, str], *, by: Actor,
    now: datetime,
) -> PublisherView:  # fmt: skip
    """List a public key under a namespace; `key` is its text (base64) and a label.

    Raises:
        NotFoundError: the namespace is not theirs.
        InvalidError: the key cannot be read, or the label is empty.
        ConflictError: it is listed already, revoked or not, or there are too many.
    """
    row = _own(session, tenant_id, namespace, lock=True)
    public, label = decode_key(key[0]), require_text("label", key[1], TITLE_MAX)
    known = _keys(session, namespace)
    if any(one.key_id == key_id(public) for one in known):
        raise ConflictError("this key is listed already: a revoked one does not come back")
    if len(known) >= KEYS_MAX:
        raise ConflictError(f"a namespace has {KEYS_MAX} keys at most")
    made = MarketPublisherKey(id=new_id(), namespace=namespace, key_id=key_id(public))
    made.public, made.label = encode_key(public), label
    made.added_at, made.added_by = now, by.name[:WHO_MAX]
    session.add(made)
    session.flush()
    facts = {"key": made.key_id}
    note(session, tenant_id, "publisher.key_added", now=now, about=_about(row), facts=facts, by=by)
    return _view(session, row)


def revoke_key(
    session: Session, tenant_id: UUID, namespace: str, key: str, *, by: Actor, now: datetime
) -> PublisherView:
    """Let a key count no more for what is submitted from now on; once revoked it stays so.

    Raises:
        NotFoundError: the namespace is not theirs, or has no such key.
    """
    row = _own(session, tenant_id, namespace, lock=True)
    found = next((one for one in _keys(session, namespace) if one.key_id == key), None)
    if found is None:
        raise NotFoundError("this namespace has no such key", key=key)
    if found.revoked_at is None:
        found.revoked_at = now
        session.flush()
        facts = {"key": key}
        where = (session, tenant_id)
        note(*where, "publisher.key_revoked", now=now, about=_about(row), facts=facts, by=by)
    return _view(session, row)


def keys_of(session: Session, namespace: str) -> dict[str, Ed25519PublicKey]:
    """Give the keys of a namespace that count today, by id."""
    found = _keys(session, namespace)
    return {one.key_id: decode_key(one.public) for one in found if one.revoked_at is None}


def require_publisher(session: Session, tenant_id: UUID, namespace: str) -> PublisherView:
    """Give a namespace by which an organisation may submit.

    Raises:
        InvalidError: it is not theirs, not verified, or has no key; the words say what to do.
    """
    row = session.get(MarketPublisher, namespace)
    told = ""
    if row is None or row.owner_id != tenant_id:
        told = f"the namespace {namespace} is not yours: claim it, or choose your own in the id"
    elif row.state is not PublisherState.VERIFIED:
        told = f"the namespace {namespace} is not verified yet: wait for the vendor's answer"
    elif not keys_of(session, namespace):
        told = f"the namespace {namespace} has no key: list the one that you sign with"
    if row is None or told:
        raise InvalidError(told, problems=[Problem("/publisher", told)])
    return _view(session, row)


def _own(
    session: Session, tenant_id: UUID, namespace: str, *, lock: bool = False
) -> MarketPublisher:
    row = _locked(session, namespace) if lock else session.get(MarketPublisher, namespace)
    if row is None or row.owner_id != tenant_id:
        raise NotFoundError("no such namespace", namespace=namespace)
    return row


def _locked(session: Session, namespace: str) -> MarketPublisher | None:
    return session.get(MarketPublisher, namespace, with_for_update=True, populate_existing=True)


def _keys(session: Session, namespace: str) -> list[MarketPublisherKey]:
    return list(
        session.scalars(
            select(MarketPublisherKey)
            .where(MarketPublisherKey.namespace == namespace)
            .order_by(MarketPublisherKey.added_at, MarketPublisherKey.key_id)
        )
    )


def _drop_keys(session: Session, namespace: str) -> None:
    for one in _keys(session, namespace):
        session.delete(one)
    session.flush()


def _about(row: MarketPublisher) -> About:
    return About(kind="publisher", id=row.namespace, name=row.namespace)


def _view(session: Session, row: MarketPublisher) -> PublisherView:
    return PublisherView(
        namespace=row.namespace,
        owner_id=row.owner_id,
        owner=organisation_name(session, row.owner_id),
        title=row.title,
        support=row.support,
        proof=row.proof,
        state=row.state,
        reason=row.reason,
        claimed_at=row.claimed_at,
        claimed_by=row.claimed_by,
        decided_at=row.decided_at,
        keys=tuple(
            KeyView(
                key_id=one.key_id,
                public=one.public,
                label=one.label,
                added_at=one.added_at,
                added_by=one.added_by,
                revoked_at=one.revoked_at,
                last_used_at=one.last_used_at,
            )
            for one in _keys(session, row.namespace)
        ),
    )
