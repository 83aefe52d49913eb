"""Whose turn is it? Weighted fair turns between tenants, so that a storm of one starves nobody.

Stride scheduling: each tenant has a pass that grows by 1/weight with every turn, and the lowest
pass goes next. A tenant that had nothing to do for a while starts at the present pass: it is
served at once, and not made up for the turns it had no use for.

Source: C. Waldspurger and W. Weihl, Stride Scheduling, MIT/LCS/TM-528, 1995.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from uuid import UUID

KEPT_MAX = 10_000


class Turns:
    """Remembers how much each tenant was served by this process."""

    def __init__(self) -> None:
        self._passes: dict[UUID, float] = {}
        self._now = 0.0

    def share(
        self, waiting: Collection[UUID], total: int, weights: Mapping[UUID, float]
    ) -> dict[UUID, int]:
        """Divide so many turns among those who wait, and note them as taken.

        Args:
            waiting: The tenants with something to do.
            total: How many turns there are, >= 0.
            weights: By tenant, its share, > 0; who is not there has 1.

        Returns:
            Turns by tenant, in the order in which they come first; only those with a turn.

        >>> a, b = UUID(int=1), UUID(int=2)
        >>> list(Turns().share([a, b], 4, {a: 3.0}).values())
        [3, 1]
        """
        queue = [(max(self._passes.get(one, 0.0), self._now), one) for one in waiting]
        heapq.heapify(queue)
        given: dict[UUID, int] = {}
        for _ in range(total if queue else 0):
            at, tenant_id = queue[0]
            self._now = at
            given[tenant_id] = given.get(tenant_id, 0) + 1
            self._passes[tenant_id] = at + 1.0 / weights.get(tenant_id, 1.0)
            heapq.heapreplace(queue, (self._passes[tenant_id], tenant_id))
        self._forget()
        return given

    def _forget(self) -> None:
        if len(self._passes) > KEPT_MAX:
            self._passes = {one: at for one, at in self._passes.items() if at > self._now}
