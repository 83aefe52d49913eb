"""What may go wrong at an MQTT broker, as the error that a step ends with."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError

_RETRYABLE = frozenset({"timeout", "unreachable", "bad_answer"})
_REASONS = {
    133: "bad_answer",
    135: "not_allowed",
    136: "unreachable",
    137: "unreachable",
    144: "bad_topic",
    149: "too_large",
    151: "unreachable",
}
"""Source: MQTT 5.0, 2.4."""
_AT_THE_DOOR = frozenset({134, 135, 138, 140})


def mqtt_error(what: str, message: str) -> BlockError:
    """Make an error of MQTT; what may pass is retryable."""
    return BlockError(f"mqtt.{what}", message, retryable=what in _RETRYABLE)


def of_reason(code: Any, host: str) -> BlockError:
    """Say why a broker refused, from its reason code (those of 3.1.1 are put into those of 5.0)."""
    what = _REASONS.get(code.value, "not_allowed")
    return mqtt_error(what, f"{host} refused: {str(code)[:100]}.")


def of_refusal(code: Any, host: str) -> BlockError:
    """Say why a broker did not let us in."""
    if code.value not in _AT_THE_DOOR:
        return of_reason(code, host)
    message = f"{host} did not let us in: it does not know the user, the password or us."
    return mqtt_error("wrong_credentials", message)
