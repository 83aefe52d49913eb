"""What lay round alarms while a tenant's past is played.

Which alarms stood is known as it was. The network, the inventory and planned work are read as they
are defined now, once for the whole past: nothing keeps what they were.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from runtime.alarms.past_alarms import PastAlarms
from runtime.alarms.standing import Standing
from runtime.alarms.store import Change
from runtime.inventory.graph import Graph
from runtime.maintenance.covering import Covering
from runtime.surroundings.facts import Surroundings
from runtime.surroundings.topology import DOWN

DAY = timedelta(days=1)


class PastSurroundings(Surroundings):
    """The surroundings of one batch after the other."""

    def __init__(self, session: Session, tenant_id: UUID, alarms: PastAlarms) -> None:
        super().__init__(session, tenant_id)
        self._alarms = alarms
        self._graph: Graph | None = None
        self._days: dict[tuple[date, date], Covering] = {}

    def during(self, changes: Sequence[Change]) -> PastSurroundings:
        """Go on to a batch; `changes` are all of it, judged or not."""
        self._changes = changes
        return self

    @override
    def graph(self) -> Graph:
        """Give the network as it is now."""
        if self._graph is None:
            self._graph = super().graph()
        return self._graph

    @override
    def standing(self, objects: Collection[str]) -> list[Standing]:
        """List what stood then."""
        return self._alarms.standing_on(objects, least=DOWN)

    @override
    def covering(self, first: datetime, last: datetime) -> Covering:
        """Give the planned work of these days; that of one day is kept at a time."""
        days = (first.date(), last.date())
        if days not in self._days:
            begins = datetime.combine(days[0], time(), first.tzinfo)
            ends = datetime.combine(days[1], time(), last.tzinfo) + DAY
            self._days = {days: super().covering(begins, ends)}
        return self._days[days]
