"""The store of alarms: what other packages do with them.

The face of the private modules: batches from the journal, reading, and actions on one alarm.
"""

from runtime.alarms._actions.acknowledgement import acknowledge, unacknowledge
from runtime.alarms._actions.clearing import clear_by_person
from runtime.alarms._actions.comments import comment
from runtime.alarms._actions.fields import SETTABLE, set_fields
from runtime.alarms._actions.groups import CHILDREN_MAX, group_under, ungroup
from runtime.alarms._actions.many import acknowledge_many, suppress_many
from runtime.alarms._actions.owner import assign
from runtime.alarms._actions.rows import hold
from runtime.alarms._actions.shelf import shelve, unshelve
from runtime.alarms._actions.suppression import suppress, unsuppress
from runtime.alarms._applied import apply_at_once, changes_noted
from runtime.alarms._batch import Change, apply_batch
from runtime.alarms._reading import (
    SORTS,
    STATES,
    AlarmFilter,
    HistoryEntry,
    count_active,
    count_fitting,
    find_alarm,
    find_alarms,
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
    "CHILDREN_MAX",
    "SETTABLE",
    "SORTS",
    "STATES",
    "AlarmFilter",
    "Change",
    "HistoryEntry",
    "acknowledge",
    "acknowledge_many",
    "apply_at_once",
    "apply_batch",
    "assign",
    "changes_noted",
    "clear_by_person",
    "comment",
    "count_active",
    "count_fitting",
    "find_alarm",
    "find_alarms",
    "get_alarm",
    "group_under",
    "has_alarms",
    "history_of",
    "hold",
    "list_alarms",
    "parts_of_place",
    "place_of",
    "raised_by_hour",
    "set_fields",
    "shelve",
    "suppress",
    "suppress_many",
    "unacknowledge",
    "ungroup",
    "unshelve",
    "unsuppress",
    "values_of",
]
