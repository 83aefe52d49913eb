"""What of an explanation a reader may see: nothing of whoever stands above it.

To a provider the world begins with what the one above it leaves, and to a customer with what it is
offered. Which rules, named customers and hidden values led there is nobody's below.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from blocks.presets import Hold
from marketplace.catalogue.overlay import Customer
from marketplace.catalogue.presets import Held
from marketplace.catalogue.resolving import Line, Resolved, Tree, resolve


def told_to(level: int, tree: Tree, listing_id: str, customer: Customer) -> Resolved | None:
    """Resolve a listing as one who stands on the path may see it.

    Args:
        level: Of the reader: 0 for the first on the path, the path's length for the customer.
        tree: As `resolve` takes it.
        listing_id: Of which listing.
        customer: For whom; as `resolve` takes it.

    Returns:
        None where nothing of it comes down to the reader, whether it exists or not.
    """
    whoever = replace(customer, plan_blocks=None)  # a plan is not of those above alone
    above = resolve(tree.down_to(level), listing_id, whoever) if level else None
    if level and (above is None or above.offer is None):
        return None
    whole = resolve(tree, listing_id, customer)
    if whole is None:
        return None
    came = set(above.offer.versions) if above is not None and above.offer is not None else None
    lines = tuple(one for one in whole.lines if _may_see(one, level, came))
    if whole.offer is None:
        return None if level >= len(tree.path) else replace(whole, lines=lines)
    owners = set(tree.path[:level])
    presets = tuple(_without_value(one, owners) for one in whole.offer.presets)
    return replace(whole, offer=replace(whole.offer, presets=presets), lines=lines)


def _may_see(line: Line, level: int, came: set[str] | None) -> bool:
    return line.level >= level and (came is None or not line.version or line.version in came)


def _without_value(held: Held, owners: set[UUID]) -> Held:
    """Leave out who above the reader decided on a setting, and the value where it is hidden."""
    if held.by not in owners:
        return held
    if held.preset.hold is not Hold.HIDDEN:
        return replace(held, by=None)
    return Held(preset=replace(held.preset, has_value=False, value=None), by=None)
