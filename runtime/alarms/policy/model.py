"""The lifecycle policy: what a tenant may decide about how its alarms live. Pure.

Defaults are here; a tenant's row holds only what it decided otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

DAY_S = 86_400
TTL_MIN_S = 60
LEVELS_MAX = 5
KEPT_DAYS_MAX = 3_650
_TTL = {"anyOf": [{"const": 0}, {"type": "integer", "minimum": TTL_MIN_S, "maximum": 30 * DAY_S}]}


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_SCHEMA = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "reopen_within_s": _whole(0, DAY_S),
            "worse_unacknowledges": {"type": "boolean"},
            "hold_clears_s": _whole(0, 3_600),
            "ttl_s": _TTL,
            "escalate_after_min": {
                "type": "array",
                "maxItems": LEVELS_MAX,
                "items": _whole(1, 7 * 1_440),
            },
            "acknowledged_kept_days": _whole(1, KEPT_DAYS_MAX),
            "cleared_kept_days": _whole(1, KEPT_DAYS_MAX),
        },
    }
)
POLICY_SCHEMA = _SCHEMA.document


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePolicy:
    """How alarms live.

    Attributes:
        reopen_within_s: A raise so soon after the clear reopens the occurrence.
        worse_unacknowledges: An alarm that gets more severe loses its acknowledgement.
        hold_clears_s: How long a clear waits for a raise that comes late; 0 for not at all.
        ttl_s: An alarm that is not raised again for so long is cleared; 0 for never. A source
            may have its own.
        escalate_after_min: Minutes unacknowledged after which each level is reached, rising.
        acknowledged_kept_days: How long an alarm that was cleared and acknowledged is kept.
        cleared_kept_days: How long any other cleared alarm is kept.
    """

    reopen_within_s: int = 300
    worse_unacknowledges: bool = True
    hold_clears_s: int = 0
    ttl_s: int = 0
    escalate_after_min: tuple[int, ...] = ()
    acknowledged_kept_days: int = 90
    cleared_kept_days: int = 365

    @property
    def reopen_within(self) -> timedelta:
        """Give the reopen window."""
        return timedelta(seconds=self.reopen_within_s)

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {**asdict(self), "escalate_after_min": list(self.escalate_after_min)}

    def escalates_at(self, level: int, *, since: datetime) -> datetime | None:
        """Give when the level after `level` is reached, counted from when `level` was; or None.

        >>> policy = LifecyclePolicy(escalate_after_min=(10, 30))
        >>> noon = datetime(2026, 11, 24, 12)
        >>> [policy.escalates_at(level, since=noon) for level in (0, 1, 2)]
        [datetime.datetime(2026, 11, 24, 12, 10), datetime.datetime(2026, 11, 24, 12, 20), None]
        """
        minutes = (0, *self.escalate_after_min)
        if level + 1 >= len(minutes):
            return None
        return since + timedelta(minutes=minutes[level + 1] - minutes[level])


DEFAULT = LifecyclePolicy()


def parse_policy(document: Mapping[str, Any]) -> LifecyclePolicy:
    """Read a policy; what is left out is as the code says.

    Raises:
        InvalidError: naming each field that cannot be so.
    """
    _SCHEMA.require(dict(document), "the lifecycle cannot be kept so")
    minutes = tuple(document.get("escalate_after_min", ()))
    if list(minutes) != sorted(set(minutes)):
        message = "escalate_after_min: each level needs more minutes than the one before"
        raise InvalidError(message, problems=[Problem("/escalate_after_min", message)])
    policy = LifecyclePolicy(**{**document, "escalate_after_min": minutes})
    if policy.acknowledged_kept_days > policy.cleared_kept_days:
        message = "acknowledged_kept_days: write no more days than cleared_kept_days"
        raise InvalidError(message, problems=[Problem("/acknowledged_kept_days", message)])
    return policy


def ttl_of(config: Mapping[str, Any], policy: LifecyclePolicy) -> int:
    """Give the seconds after which a source's alarm expires: its own `ttl_s`, else the policy's."""
    own = config.get("ttl_s")
    return own if isinstance(own, int) and own >= 0 else policy.ttl_s
