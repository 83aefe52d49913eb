"""`ctx.inventory`: what the tenant's network is made of, and which services rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

Direction = Literal["any", "above", "below"]


def is_alike(own: Any, wanted: Any) -> bool:
    """Tell whether an attribute is what is asked for: equal, or written so in a form.

    >>> is_alike(1, "1"), is_alike(True, "true"), is_alike("1", 1), is_alike(True, 1)
    (True, True, False, False)
    """
    if isinstance(wanted, str) and isinstance(own, bool | int | float):
        return str(own).lower() == wanted.strip().lower()
    return isinstance(own, bool) == isinstance(wanted, bool) and bool(own == wanted)


class Inventory(Protocol):
    """The tenant's network inventory and services, to read; needs the permission `inventory`.

    A *resource* is known by its key, which alarms name as their managed object. *Above* it is what
    can take it down: what contains it, what it depends on, what carries it. Each answer is bounded
    and says in `more` whether there was more than that.
    """

    def find(
        self,
        key: str = "",
        *,
        name: str = "",
        kind: str = "",
        attributes: Mapping[str, Any] | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """Find resources that have all of what is given; at least one of it must be.

        Args:
            key: As it is written.
            name: Whatever the case of its letters.
            kind: `site`, `node`, `part`, `link`, `service` or `customer`.
            attributes: Values by name, each equal to the resource's own, or its text (`"1"` is 1).
            limit: At most so many, from 1 to 100.

        Returns:
            `resources`, by key, each with `key`, `kind`, `name`, `type`, `site`, `attributes`; and
            `more`.

        Raises:
            BlockError: `inventory.bad_question`.
        """
        ...

    def neighbours(
        self, key: str, *, depth: int = 1, direction: Direction = "any"
    ) -> dict[str, Any] | None:
        """Give what lies within so many hops (1 to 5) of a resource; None where it is not known.

        Returns:
            `neighbours`, the nearest first and at most 500, each with `key`, `kind`, `name`,
            `type`, `site` and `hops`; and `more`.

        Raises:
            BlockError: `inventory.bad_question`.
        """
        ...

    def common_causes(self, keys: list[str], *, depth: int = 5) -> dict[str, Any]:
        """Give what could have disturbed these resources: those and what is above them.

        Args:
            keys: At most 1,000 different ones, such as the managed objects of alarms.
            depth: So many hops up at most, from 0 to 5.

        Returns:
            `causes`, at most 20, what explains most first, of equals the nearest; the first ten of
            those that are themselves among the keys are never left out. Each is as a
            neighbour is, with `explains` (how many of the keys), `hops` (up to it from the farthest
            of these) and `is_given` (whether it is one of them); `unknown`, the keys that no
            resource has; and `more`.

        Raises:
            BlockError: `inventory.bad_question`.
        """
        ...

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """Give the services and customers that depend on any of these resources or services.

        Args:
            keys: At most 1,000 different ones.

        Returns:
            `services`, the worst first and at most 200, each with `key`, `name`, `kind`, `state`
            (`working`, `planned`, `degraded`, `down`, or "" for what only the inventory knows),
            `down`, `since`, `percent` (what was agreed, else null) and `because` (up to 10 of the
            keys that it depends on); `customers`, at most 200, as neighbours are, with
            `because`; `unknown`, the keys that nothing has; and `more`.

        Raises:
            BlockError: `inventory.bad_question`.
        """
        ...
