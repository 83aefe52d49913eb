"""What a step wants changed inside Garland: said now, applied when the step is recorded.

The runtime applies effects in the transaction that records the step's result, so each happens
exactly once, however often the step was tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

EffectKind = Literal[
    "alarm.set",
    "alarm.acknowledge",
    "alarm.unacknowledge",
    "alarm.raise",
    "alarm.clear",
    "alarm.comment",
    "alarm.shelve",
    "alarm.unshelve",
    "alarm.group",
    "alarm.ungroup",
    "alarm.resync",
    "state.set",
    "state.delete",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One intended change.

    Attributes:
        kind: What to do.
        target: Id of the alarm (of a group, its parent); of `alarm.raise` the managed object, of
            `alarm.resync` the source's name; key of the value that is kept.
        fields: `alarm.set`: the fields and their new values; `alarm.acknowledge`: `comment`,
            when there is one; `alarm.raise`: the event; `alarm.comment`: its `text`;
            `alarm.shelve`: `for_s` and `reason`; `alarm.group`: the `alarms`; `alarm.resync`:
            what is `standing`, and `allow_empty`; `state.set`: the `value`.
    """

    kind: EffectKind
    target: str
    fields: Mapping[str, Any]
