"""What lay round alarms at instants of the past: of events that somebody gave, or of recent alarms.

The network, the inventory and planned work are as they are defined now. What is down is what the
given events say, and what else the tenant's alarms say of those instants.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from runtime.alarms.documents import AlarmView, facts_while_it_stood
from runtime.alarms.standing import Standing
from runtime.alarms.stood import ids_of_keys, stood_between
from runtime.alarms.store import Change
from runtime.surroundings.facts import Asked, Surroundings
from runtime.surroundings.topology import DOWN


class GivenSurroundings(Surroundings):
    """The surroundings of instants; alarms of the identities `keys` are as `changes` say alone."""

    def __init__(
        self,
        session: Session,
        tenant_id: UUID,
        changes: Sequence[Change] = (),
        keys: Collection[str] = (),
    ) -> None:
        super().__init__(session, tenant_id, changes)
        self._keys = keys
        self._instants: Sequence[datetime] = ()

    @override
    def of(self, paths: frozenset[str], asked: Sequence[Asked]) -> list[dict[str, Any]]:
        """Give the facts that these fields need, for each alarm in turn."""
        self._instants = [one.at for one in asked]
        return super().of(paths, asked)

    @override
    def standing(self, objects: Collection[str]) -> list[Standing]:
        """List what stood on these objects, from and until when."""
        first, last = min(self._instants), max(self._instants)
        where = (self._session, self._tenant_id)
        found = stood_between(*where, objects, least=DOWN, first=first, last=last)
        given = ids_of_keys(*where, self._keys)
        return [one for one in found if one.alarm_id not in given]

    @override
    def _add_maintenance(self, asked: Sequence[Asked], found: Sequence[dict[str, Any]]) -> None:
        """Look at one day after the other: instants may lie years apart."""
        places = sorted(range(len(asked)), key=lambda place: asked[place].at)
        for _, day in groupby(places, key=lambda place: asked[place].at.date()):
            mine = list(day)
            super()._add_maintenance([asked[one] for one in mine], [found[one] for one in mine])


def recent_facts(
    session: Session, tenant_id: UUID, paths: frozenset[str], alarms: Sequence[AlarmView]
) -> list[dict[str, Any]]:
    """Write alarms as they were while they stood, with what lay round them when last raised."""
    asked = [Asked(one, one.last_seq or 0, one.last_raised_at) for one in alarms]
    around = GivenSurroundings(session, tenant_id).of(paths, asked)
    return [facts_while_it_stood(one) | near for one, near in zip(alarms, around, strict=True)]
