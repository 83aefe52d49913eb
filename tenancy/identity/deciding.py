"""What becomes of somebody whom a provider sent: who they are here, or why they do not get in.

Pure: what the provider said, what the organisation wants and whom the installation knows, in; one
verdict, out. The rules that keep one organisation's provider away from others' people:

- An identity is known by the provider's issuer and subject. An address only ever leads to a person
  the first time, and only where the organisation proved the address's domain, or where the person
  is a member already and confirms it by their password.
- Somebody who belongs elsewhere is never taken over by a claimed address: where the domain is
  proven they may join by confirming with their password, else the answer is the same as for an
  address that nobody has.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from tenancy.identity.claims import Said
from tenancy.identity.model import Provider


class Outcome(Enum):
    """What is done."""

    ENTER = "enter"
    LINK = "link"
    CONFIRM = "confirm"
    MAKE = "make"
    REFUSE = "refuse"


class Why(Enum):
    """Why somebody does not get in, in words that say what to do."""

    INACTIVE = "Your account is closed. Ask an admin of {organisation}."
    NO_MEMBER = (
        "You are no member of {organisation} any more. Ask an admin of it to invite you again."
    )
    NO_EMAIL = (
        "{provider} did not say your e-mail address. Ask whoever runs {provider} to send it "
        "(the scope “email”)."
    )
    UNVERIFIED = (
        "{provider} did not say that your e-mail address is confirmed. Confirm it there, then "
        "try again, or ask whoever runs {provider}."
    )
    NOT_INVITED = (
        "Nobody in {organisation} is known by this sign-in. Ask an admin of it to invite you at "
        "the address that {provider} knows you by, then sign in here again."
    )
    NO_ROLE = (
        "You are in no group of {provider} that may use {organisation}. Ask whoever runs "
        "{provider}, or an admin of {organisation}."
    )
    NO_ROOM = (
        "{organisation} has no room for another member. Ask an admin of it to make some, then sign "
        "in here again; if you were invited, open the link of the invitation."
    )
    AT_REST = (
        "{organisation} takes nobody new in at the moment. Ask an admin of it when that goes on."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person of this installation, as far as the verdict needs them.

    Attributes:
        is_member: Of the provider's organisation.
        has_other: Whether they are linked to somebody else at this provider already.
    """

    id: UUID
    is_active: bool
    is_member: bool
    has_other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is done, with whom, and which role the provider's groups give; "" leaves it."""

    outcome: Outcome
    person_id: UUID | None = None
    role: str = ""
    why: Why | None = None
    joins: bool = False

    @property
    def adds_a_member(self) -> bool:
        """Tell whether there is one member more afterwards."""
        return self.outcome is Outcome.MAKE or self.joins


def decide(
    said: Said,
    provider: Provider,
    *,
    linked: Known | None,
    owner: Known | None,
    ended: bool = False,
) -> Verdict:
    """Decide what becomes of who came.

    Args:
        said: What the provider said, which was checked.
        provider: As the organisation set it up.
        linked: Whom issuer and subject are linked to.
        owner: Who has the address that was said, whoever they are.
        ended: Whether they were a member and are one no more, or a directory ended them.
    """
    if linked is not None:
        return _known(said, provider, linked)
    speaks = said.domain in provider.proven
    if not said.email or not _is_verified(said, provider, speaks=speaks):
        return refused(Why.UNVERIFIED if said.email else Why.NO_EMAIL)
    if owner is None or not owner.is_member:
        verdict = _unknown(said, provider, owner, speaks=speaks)
        comes = verdict.outcome is not Outcome.REFUSE
        return refused(Why.NO_MEMBER) if comes and ended else verdict
    if not owner.is_active:
        return refused(Why.INACTIVE)
    sure = speaks and not owner.has_other
    outcome = Outcome.LINK if sure else Outcome.CONFIRM
    return Verdict(outcome=outcome, person_id=owner.id, role=followed_role(said, provider))


def refused(why: Why) -> Verdict:
    """Give the verdict that somebody does not get in."""
    return Verdict(outcome=Outcome.REFUSE, why=why)


def role_of(said: Said, provider: Provider) -> str:
    """Give the role that the groups give: of the first line that fits, else the default; or ""."""
    groups = frozenset(said.groups)
    found = next((role for group, role in provider.role_map if group in groups), "")
    return found or provider.default_role


def followed_role(said: Said, provider: Provider) -> str:
    """Give the role that a member gets at every sign-in; "" where roles do not follow groups.

    Groups that give none leave the role as it is: a claim that is missing takes nothing away.
    """
    if not provider.follows_groups:
        return ""
    groups = frozenset(said.groups)
    return next((role for group, role in provider.role_map if group in groups), "")


def counts_as_second_factor(said: Said, provider: Provider) -> bool:
    """Tell whether the provider says that it asked for more than a password."""
    return not said.ways.isdisjoint(provider.strong_values)


def in_words(why: Why, *, organisation: str, provider: str) -> str:
    """Say why, to the person it is about."""
    return why.value.format(organisation=organisation, provider=provider)


def _known(said: Said, provider: Provider, linked: Known) -> Verdict:
    if not linked.is_active:
        return refused(Why.INACTIVE)
    if not linked.is_member:
        return refused(Why.NO_MEMBER)
    role = followed_role(said, provider)
    return Verdict(outcome=Outcome.ENTER, person_id=linked.id, role=role)


def _unknown(said: Said, provider: Provider, owner: Known | None, *, speaks: bool) -> Verdict:
    """Decide of somebody who is no member: only a proven domain may bring people in."""
    if not (speaks and provider.makes_people) or (owner is not None and not owner.is_active):
        return refused(Why.NOT_INVITED)
    role = role_of(said, provider)
    if not role:
        return refused(Why.NO_ROLE)
    if owner is None:
        return Verdict(outcome=Outcome.MAKE, role=role)
    return Verdict(outcome=Outcome.CONFIRM, person_id=owner.id, role=role, joins=True)


def _is_verified(said: Said, provider: Provider, *, speaks: bool) -> bool:
    """Tell whether the address counts as proven; one that is said to be unproven never does."""
    if said.email_verified is None:
        return speaks and provider.trusts_addresses
    return said.email_verified
