"""What a step wished of alarms, in words: where it was refused, and where a trial leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blocks.effects import Effect
from runtime.runs.attempt import SIMULATED

SHOWN = 120
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "alarm.set": "set {names} of the alarm {target}",
        "alarm.acknowledge": "acknowledge the alarm {target}",
        "alarm.unacknowledge": "remove the acknowledgement of the alarm {target}",
        "alarm.raise": "raise an alarm on {target} with the severity {severity}",
        "alarm.clear": "clear the alarm {target}",
        "alarm.comment": "comment on the alarm {target}",
        "alarm.shelve": "shelve the alarm {target} for {seconds} s",
        "alarm.unshelve": "bring the alarm {target} back from the shelf",
        "alarm.group": "put {number} alarms under the alarm {target}",
        "alarm.ungroup": "take the alarm {target} out from under its parent",
        "alarm.resync": "compare the source {target} with what stands there",
    }
)


def words_of(effect: Effect) -> str:
    """Say what an effect does.

    >>> words_of(Effect(kind="alarm.set", target="a1", fields={"text": "x"}))
    'set text of the alarm a1'
    """
    fields = effect.fields
    return _WORDS[effect.kind].format(
        target=effect.target[:SHOWN],
        names=", ".join(fields)[:SHOWN],
        severity=str(fields.get("perceived_severity", ""))[:SHOWN],
        seconds=fields.get("for_s"),
        number=len(fields["alarms"]) if effect.kind == "alarm.group" else 0,
    )


def words_for_trial(effect: Effect) -> str:
    """Say what would have changed, had effects been allowed."""
    return f"{SIMULATED} It would {words_of(effect)}."
