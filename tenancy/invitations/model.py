"""What others see of invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from tenancy.mails.outbox import Fate

DAYS = 7
DAYS_MAX = 30
OPEN_MAX = 500
SENDS_MAX = 10
SEND_AGAIN_AFTER = timedelta(minutes=1)


class State(Enum):
    """What an open invitation waits for.

    `WRITTEN` means that its mail lies in the outbox, `SENT` that a mail server took it, `FAILED`
    that none did, and `BY_HAND` that its link has to be handed over.
    """

    WRITTEN = "written"
    SENT = "sent"
    FAILED = "failed"
    BY_HAND = "by_hand"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation with its link's key, which is never given again.

    Show the key only where `is_mailed` is False: a key that went by mail proves whose the address
    is, and one that somebody else saw does not.
    """

    id: UUID
    email: str
    role: str
    key: str
    expires_at: datetime
    is_mailed: bool

    @property
    def path(self) -> str:
        """Where the link leads, from the first slash."""
        return f"/join/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """One open invitation; `failed` says why its mail was not sent."""

    id: UUID
    email: str
    role: str
    role_name: str
    state: str
    failed: str
    made_at: datetime
    made_by: str
    link_made_at: datetime
    expires_at: datetime
    sends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What whoever opened a link is offered."""

    tenant_id: UUID
    tenant_name: str
    email: str
    role: str
    invited_by: str
    expires_at: datetime
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Who became a member, and of what; `is_new` where they were no member before."""

    person_id: UUID
    tenant_slug: str
    tenant_name: str
    is_new: bool


def state_of(*, is_mailed: bool, is_expired: bool, fate: Fate | None) -> State:
    """Tell what an open invitation waits for.

    >>> fate = Fate(sent_at=None, due_at=None, failed="no such person")
    >>> state_of(is_mailed=True, is_expired=False, fate=fate)
    <State.FAILED: 'failed'>
    """
    if is_expired:
        return State.EXPIRED
    if not is_mailed:
        return State.BY_HAND
    if fate is None or fate.sent_at is not None:
        return State.SENT
    return State.WRITTEN if fate.due_at is not None and not fate.failed else State.FAILED
