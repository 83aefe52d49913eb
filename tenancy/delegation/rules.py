"""What a grant gives, to whom and for how long: pure rules, asked anew at every request.

What may be given is a list of what is allowed, not of what is forbidden: a permission that is
added to the table later is given by no grant until somebody names it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.errors import InvalidError, Problem
from tenancy.delegation._tables import REASON_MAX, GrantKind, GrantState
from tenancy.roles import permissions_of

ROLES = ("viewer", "operator", "designer")
MINUTES_LEAST = 15
MINUTES_MOST = 7 * 24 * 60
MINUTES_USUAL = 4 * 60
GLASS_MINUTES_MOST = 60
ASK_LAPSES = timedelta(days=7)
CONFIRM_WITHIN = timedelta(minutes=15)
PROVIDERS = ("csp", "reseller")

MAY_GIVE = frozenset(
    {
        "alarms.view",
        "alarms.operate",
        "alarms.share",
        "workflows.view",
        "workflows.edit",
        "workflows.publish",
        "workflows.run",
        "blocks.view",
        "rules.view",
        "rules.edit",
        "rules.publish",
        "runs.view",
        "runs.operate",
        "calendars.view",
        "calendars.edit",
        "inventory.view",
        "inventory.edit",
        "maintenance.view",
        "maintenance.edit",
        "services.view",
        "services.edit",
        "sources.view",
        "connections.view",
        "limits.view",
    }
)
"""All that any grant can give. Members, tokens, secrets, policies, the audit and grants are none
of it; neither are sources, whose addresses are keys, nor letting workflows use connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked for, or given: a role, how many minutes, and why."""

    role: str
    minutes: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """One grant as both sides see it; the names are those of the organisations and the person."""

    id: UUID
    customer_id: UUID
    customer: str
    customer_slug: str
    provider_id: UUID
    provider: str
    person_id: UUID | None
    person: str
    kind: GrantKind
    state: GrantState
    role: str
    minutes: int
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    ends_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    seen_at: datetime | None
    seen_by: str

    @property
    def is_glass(self) -> bool:
        """Tell whether it was taken by two of the provider's people."""
        return self.kind is GrantKind.BREAK_GLASS


def permissions_given(role: str) -> frozenset[str]:
    """Give what a grant with a role lets somebody do; nothing for a role that cannot be given.

    >>> "alarms.operate" in permissions_given("operator"), permissions_given("admin")
    (True, frozenset())
    """
    return permissions_of(role) & MAY_GIVE if role in ROLES else frozenset()


def is_active(state: GrantState, ends_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a grant holds; at the very moment it ends it does not."""
    return state is GrantState.GRANTED and ends_at is not None and now < ends_at


def is_open(kind: GrantKind, state: GrantState, asked_at: datetime, *, now: datetime) -> bool:
    """Tell whether what was asked can still be answered."""
    lapses = CONFIRM_WITHIN if kind is GrantKind.BREAK_GLASS else ASK_LAPSES
    return state is GrantState.ASKED and now < asked_at + lapses


def state_word(grant: GrantView, *, now: datetime) -> str:
    """Say in a word how far a grant is: asked, lapsed, active, over, ended, refused, withdrawn."""
    if grant.state is GrantState.GRANTED:
        return "active" if is_active(grant.state, grant.ends_at, now=now) else "over"
    if grant.state is GrantState.ASKED:
        open_ = is_open(grant.kind, grant.state, grant.asked_at, now=now)
        return "asked" if open_ else "lapsed"
    word: str = grant.state.value
    return word


def narrows(asked: Terms, given: Terms) -> bool:
    """Tell whether what is given is no more than what was asked for."""
    fits = given.role in ROLES and asked.role in ROLES
    return (
        fits
        and ROLES.index(given.role) <= ROLES.index(asked.role)
        and given.minutes <= asked.minutes
    )


def checked(terms: Terms, *, most: int = MINUTES_MOST) -> Terms:
    """Give the terms as they are kept.

    Raises:
        InvalidError: naming each field.
    """
    reason, problems = terms.reason.strip(), []
    if terms.role not in ROLES:
        problems.append(Problem("/role", "role: choose one of " + ", ".join(ROLES)))
    if not MINUTES_LEAST <= terms.minutes <= most:
        longest = "7 days" if most == MINUTES_MOST else f"{most} minutes"
        message = f"minutes: choose from {MINUTES_LEAST} minutes to {longest}"
        problems.append(Problem("/minutes", message))
    if not 1 <= len(reason) <= REASON_MAX:
        message = f"reason: say why, in 1 to {REASON_MAX} characters"
        problems.append(Problem("/reason", message))
    if problems:
        raise InvalidError("; ".join(one.message for one in problems), problems=problems)
    return Terms(role=terms.role, minutes=terms.minutes, reason=reason)
