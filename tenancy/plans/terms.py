"""The terms of a plan: quotas, blocks, features, support and price, and how they are read.

Pure values. What is not said is not limited by the plan: the installation's own limits hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from kernel.errors import InvalidError, Problem
from tenancy.plans.price import FREE, Metered, Price

CENTS_MAX = 1_000_000_000
NUMBER_MAX = 1_000_000_000_000
BLOCKS_MAX = 200
CURRENCY_LETTERS = 3


class Quota(NamedTuple):
    """What people must know of a quota: its name, its unit, and what happens at it."""

    title: str
    unit: str
    at: str
    most: int


QUOTAS: Mapping[str, Quota] = MappingProxyType(
    {
        "events_per_s": Quota(
            "Alarm events a second", "events/s", "Intake answers 429 for a moment.", 100_000
        ),
        "events_a_day": Quota(
            "Alarm events a day",
            "events",
            "Intake answers 429 until midnight, UTC.",
            1_000_000_000,
        ),
        "runs_a_day": Quota(
            "Runs a day", "runs", "Starting another is refused until midnight, UTC.", 100_000_000
        ),
        "api_calls_a_day": Quota(
            "API calls a day", "calls", "Calls are answered 429 until midnight, UTC.", 100_000_000
        ),
        "storage_mb": Quota(
            "Storage of large values", "MB", "Steps that hand on a large value fail.", 1_000_000
        ),
        "live_workflows": Quota(
            "Live workflows", "workflows", "Publishing another is refused.", 10_000
        ),
        "members": Quota("Members", "people", "Inviting another is refused.", 100_000),
    }
)
METRICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "events": ("Alarm events", "events"),
        "runs": ("Runs", "runs"),
        "steps": ("Step tasks", "steps"),
        "api_calls": ("API calls", "calls"),
    }
)
"""What is counted as it happens and may have a price: its title and unit."""
GAUGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"storage_bytes": ("Storage", "bytes"), "members": ("Members", "people")}
)
"""What is there rather than happens: the most of a day counts."""
FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "environments": "environments to try things out in",
        "custom_roles": "roles of its own",
        "api_tokens": "API tokens",
    }
)
SUPPORT: Mapping[str, str] = MappingProxyType(
    {
        "community": "By the community",
        "business_hours": "In business hours",
        "around_the_clock": "Around the clock",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan holds.

    Attributes:
        quotas: By a name of `QUOTAS`.
        blocks: Ids of blocks that may be used, or beginnings that end in `*`; None for all.
        features: Names of `FEATURES` that are in it.
        support: A word of `SUPPORT`.
    """

    quotas: Mapping[str, int] = field(default_factory=dict)
    blocks: tuple[str, ...] | None = None
    features: frozenset[str] = frozenset(FEATURES)
    support: str = "community"
    price: Price = FREE

    def has_block(self, block_id: str) -> bool:
        """Tell whether a block may be used.

        >>> Terms(blocks=("garland.*", "acme.ticket")).has_block("garland.branch")
        True
        """
        if self.blocks is None:
            return True
        return any(
            block_id.startswith(one[:-1]) if one.endswith("*") else block_id == one
            for one in self.blocks
        )

    def document(self) -> dict[str, Any]:
        """Write it as JSON, as `read_terms` reads it."""
        return {
            "quotas": dict(self.quotas),
            "blocks": None if self.blocks is None else list(self.blocks),
            "features": sorted(self.features),
            "support": self.support,
            "price": self.price.document(),
        }


def read_terms(document: Mapping[str, Any]) -> Terms:
    """Read terms.

    Raises:
        InvalidError: naming each field that cannot be read.
    """
    problems = [*_problems(document)]
    if problems:
        raise InvalidError("this plan cannot be kept so", problems=problems)
    price, blocks = document.get("price", {}), document.get("blocks")
    return Terms(
        quotas=dict(document.get("quotas", {})),
        blocks=None if blocks is None else tuple(blocks),
        features=frozenset(document.get("features", FEATURES)),
        support=document.get("support", "community"),
        price=Price(
            currency=price.get("currency", "EUR"),
            monthly_cents=price.get("monthly_cents", 0),
            metered={
                name: Metered(
                    included=one["included"], per=one.get("per", 1), cents=one.get("cents", 0)
                )
                for name, one in price.get("metered", {}).items()
            },
        ),
    )


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in document.get("quotas", {}).items():
        if name not in QUOTAS:
            yield Problem(f"/quotas/{name}", f"{name}: choose of {', '.join(QUOTAS)}")
        elif not _is_whole(value, 1, QUOTAS[name].most):
            said = f"{name}: a whole number from 1 to {QUOTAS[name].most:,}, or nothing"
            yield Problem(f"/quotas/{name}", said)
    blocks = document.get("blocks")
    if blocks is not None and not _are_words(blocks, BLOCKS_MAX):
        yield Problem("/blocks", f"blocks: up to {BLOCKS_MAX} ids of blocks, or nothing for all")
    for name in document.get("features", ()):
        if name not in FEATURES:
            yield Problem("/features", f"features: choose of {', '.join(FEATURES)}")
    if document.get("support", "community") not in SUPPORT:
        yield Problem("/support", f"support: choose of {', '.join(SUPPORT)}")
    yield from _price_problems(document.get("price", {}))


def _price_problems(price: Mapping[str, Any]) -> Iterator[Problem]:
    currency = price.get("currency", "EUR")
    letters = isinstance(currency, str) and currency.isascii() and currency.isalpha()
    if not letters or len(currency) != CURRENCY_LETTERS or currency != currency.upper():
        yield Problem("/price/currency", "currency: three capital letters of ISO 4217, as EUR")
    if not _is_whole(price.get("monthly_cents", 0), 0, CENTS_MAX):
        yield Problem("/price/monthly_cents", f"monthly_cents: 0 to {CENTS_MAX:,}")
    for name, one in price.get("metered", {}).items():
        if name not in METRICS:
            yield Problem(f"/price/metered/{name}", f"{name}: choose of {', '.join(METRICS)}")
            continue
        for part, least, most in (
            ("included", 0, NUMBER_MAX),
            ("per", 1, NUMBER_MAX),
            ("cents", 0, CENTS_MAX),
        ):
            if not _is_whole(one.get(part, 1), least, most):
                said = f"{name} {part}: a whole number from {least} to {most:,}"
                yield Problem(f"/price/metered/{name}/{part}", said)


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _are_words(value: Any, most: int) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) <= most
        and all(isinstance(one, str) and one for one in value)
    )
