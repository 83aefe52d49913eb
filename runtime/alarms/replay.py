"""Journal rows played again in memory: the same lifecycle, beginning with nothing known.

For events that somebody gave. What was dealt with is played by `past_alarms`, with what people and
the clock did meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from runtime.alarms._batch import Change, _Batch
from runtime.alarms._memory import Rows
from runtime.alarms.journal import JournalRow
from runtime.alarms.model import AlarmError, parse_event
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy


class Replay(_Batch):
    """The alarms of one tenant as they become, row by row; nothing is read and nothing written."""

    def __init__(
        self,
        tenant_id: UUID,
        policy: LifecyclePolicy = DEFAULT,
        ttls: Mapping[UUID | None, int] | None = None,
    ) -> None:
        self._tenant_id = tenant_id
        self._conditions = Rows()
        self._alarms = Rows()
        self._history = []
        self._told = []
        self._policy = policy
        self._ttls = dict(ttls or {})

    def play(self, row: JournalRow) -> Change | None:
        """Apply one row; None where it touches no alarm, or cannot be read any more."""
        try:
            event = parse_event(row.event)
        except AlarmError:
            return None
        change = self.take(row, event, event.dedup_key)
        self._history.clear()
        self._told.clear()
        return change
