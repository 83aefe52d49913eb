"""What a provider lays over the public catalogue: rules, offers of single listings, bundles.

Values that say what somebody wants; `marketplace.catalogue.reading` makes and checks them,
`marketplace.catalogue.resolving` says what they come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from blocks.presets import Preset
from marketplace.catalogue.public import Listing

CONNECTION = "connection"
"""The permission of whatever has a place for a connection."""


class Effect(Enum):
    """What a rule does with what it is about."""

    ALLOW = "allow"
    REFUSE = "refuse"


class About(Enum):
    """By what a rule finds releases."""

    BLOCK = "block"
    PUBLISHER = "publisher"
    PERMISSION = "permission"
    QUALITY = "quality"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Allow or refuse what something is true of.

    Attributes:
        key: Its name within the overlay, for addresses and explanations.
        values: Ids of blocks, publishers, permissions, licences, or the one level of quality.
        note: Why, for other curators.
    """

    key: str
    effect: Effect
    about: About
    values: frozenset[str]
    note: str = ""


class Whom(Enum):
    """What says to whom something is offered."""

    ALL = "all"
    PLAN = "plan"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """To whom something is offered: all customers, those on one of some plans, or named ones."""

    whom: Whom = Whom.ALL
    plans: frozenset[UUID] = frozenset()
    customers: frozenset[UUID] = frozenset()


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a provider says of one listing.

    Attributes:
        title: What it is called here; "" as above.
        summary: What is said of it here; "" as above.
        pin: The only version that is offered; "" for no pin.
        ceiling: The highest version that is offered, while a newer one is held; "" for none.
        takes_beta: Whether releases of the channel beta are offered; None as above.
    """

    listing_id: str
    title: str = ""
    summary: str = ""
    pin: str = ""
    ceiling: str = ""
    takes_beta: bool | None = None
    presets: tuple[Preset, ...] = ()
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Listings that are offered together."""

    key: str
    title: str
    words: str = ""
    members: frozenset[str] = frozenset()
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """All that one provider says.

    Attributes:
        owner: The provider.
        unmatched: What becomes of what no rule speaks of.
        entries: By the id of a listing.
        private: The provider's own listings, by id; only those below it see them.
        recalled: Packages that it recalled, by digest, with why.
    """

    owner: UUID
    unmatched: Effect = Effect.ALLOW
    rules: tuple[Rule, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    bundles: tuple[Bundle, ...] = ()
    private: Mapping[str, Listing] = field(default_factory=dict)
    recalled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """For whom it is resolved.

    Attributes:
        id: The organisation; a provider's own where it looks at all that it offers.
        above: Who stands between it and the first provider: naming one of them means it too.
        plans: The plans that it and those are on.
        plan_name: What its own is called.
        plan_blocks: What its own holds, None for every block.
    """

    id: UUID
    above: frozenset[UUID] = frozenset()
    plans: frozenset[UUID] = frozenset()
    plan_name: str = ""
    plan_blocks: tuple[str, ...] | None = None


def is_meant(audience: Audience, customer: Customer, *, owner: UUID) -> bool:
    """Tell whether a customer is in an audience that `owner` chose; the owner itself always is."""
    if audience.whom is Whom.ALL or customer.id == owner:
        return True
    if audience.whom is Whom.PLAN:
        return not audience.plans.isdisjoint(customer.plans)
    return not audience.customers.isdisjoint({customer.id, *customer.above})
