"""`ctx.inventory` in the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from blocks.abilities.attempt import Attempt
from blocks.sdk import BlockError, Direction, Inventory

FOUND_MAX = 100
KEYS_MAX = 1_000
DEPTH_MAX = 5
KINDS = ("site", "node", "part", "link", "service", "customer")


@dataclass(frozen=True, slots=True)
class InventoryAbility:
    """`ctx.inventory`: what is asked for is judged here, wherever it is answered."""

    attempt: Attempt

    def find(
        self,
        key: str = "",
        *,
        name: str = "",
        kind: str = "",
        attributes: Mapping[str, Any] | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """See `sdk.Inventory.find`."""
        inventory = self._permitted()
        if not (key or name or kind or attributes):
            raise _bad("say what to find: a key, a name, a kind or attributes")
        if kind and kind not in KINDS:
            raise _bad(f"{kind[:40]} is no kind of resource: use {', '.join(KINDS)}")
        _check_number("limit", limit, 1, FOUND_MAX)
        return inventory.find(key, name=name, kind=kind, attributes=attributes, limit=limit)

    def neighbours(
        self, key: str, *, depth: int = 1, direction: Direction = "any"
    ) -> dict[str, Any] | None:
        """See `sdk.Inventory.neighbours`."""
        inventory = self._permitted()
        _check_number("depth", depth, 1, DEPTH_MAX)
        if direction not in get_args(Direction):
            raise _bad(f"there is no direction {direction}: use {', '.join(get_args(Direction))}")
        return inventory.neighbours(key, depth=depth, direction=direction)

    def common_causes(self, keys: list[str], *, depth: int = DEPTH_MAX) -> dict[str, Any]:
        """See `sdk.Inventory.common_causes`."""
        inventory = self._permitted()
        _check_number("depth", depth, 0, DEPTH_MAX)
        return inventory.common_causes(_different(keys), depth=depth)

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """See `sdk.Inventory.services_over`."""
        inventory = self._permitted()
        return inventory.services_over(_different(keys))

    def _permitted(self) -> Inventory:
        self.attempt.permit("inventory")
        self.attempt.time_left_s()
        return self.attempt.services.inventory


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not (is_whole and least <= value <= most):
        raise _bad(f"{name} is a whole number from {least} to {most}")


def _different(keys: list[str]) -> list[str]:
    """Give each key once, in their order."""
    found = list(dict.fromkeys(keys))
    if not all(isinstance(key, str) for key in found):
        raise _bad("keys are texts")
    if len(found) > KEYS_MAX:
        raise _bad(f"ask for at most {KEYS_MAX:,} keys at once, not {len(found):,}")
    return found


def _bad(message: str) -> BlockError:
    text = f"The inventory cannot be asked so: {message}."
    return BlockError("inventory.bad_question", text, retryable=False)
