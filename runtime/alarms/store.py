"""The store of alarms: what other packages do with them.

The face of the private modules: batches from the journal, reading, and actions on one alarm.
"""

from runtime.alarms._actions import (
    acknowledge,
    clear_by_person,
    comment,
    set_fields,
    suppress,
    unacknowledge,
)
from runtime.alarms._applied import apply_at_once, changes_noted
from runtime.alarms._batch import Change, apply_batch
from runtime.alarms._reading import (
    SORTS,
    STATES,
    AlarmFilter,
    HistoryEntry,
    count_active,
    find_alarm,
    get_alarm,
    has_alarms,
    history_of,
    list_alarms,
    parts_of_place,
    place_of,
    raised_by_hour,
    values_of,
)

__all__ = [
    "SORTS",
    "STATES",
    "AlarmFilter",
    "Change",
    "HistoryEntry",
    "acknowledge",
    "apply_at_once",
    "apply_batch",
    "changes_noted",
    "clear_by_person",
    "comment",
    "count_active",
    "find_alarm",
    "get_alarm",
    "has_alarms",
    "history_of",
    "list_alarms",
    "parts_of_place",
    "place_of",
    "raised_by_hour",
    "set_fields",
    "suppress",
    "unacknowledge",
    "values_of",
]
