"""What lay round one alarm at a moment of its life, as rules saw it then.

Which alarms stood is as the history knows it of that very moment. The network, the inventory and
planned work are as they are defined now: nothing keeps what they were.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from runtime.alarms.moments import Moment
from runtime.alarms.standing import Standing
from runtime.alarms.stood import stood_at_line
from runtime.surroundings.facts import Asked, Surroundings
from runtime.surroundings.topology import DOWN


class MomentSurroundings(Surroundings):
    """The surroundings of an alarm at one moment."""

    def __init__(self, session: Session, tenant_id: UUID, moment: Moment) -> None:
        super().__init__(session, tenant_id)
        self._moment = moment

    def facts(self, paths: frozenset[str]) -> dict[str, Any]:
        """Give the facts that these fields need."""
        alarm = self._moment.alarm
        asked = Asked(alarm, self._moment.seq or 0, alarm.changed_at)
        return self.of(paths, [asked])[0]

    @override
    def standing(self, objects: Collection[str]) -> list[Standing]:
        """List what stood on these objects then."""
        return stood_at_line(
            self._session,
            self._tenant_id,
            objects,
            least=DOWN,
            line=self._moment.line,
            known_by=self._moment.received_at,
        )
