"""`ctx.state`, `ctx.progress` and `ctx.cancelled`: what stands behind them in the host."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.effects import Effect
from blocks.sdk import BlockError
from kernel.json_text import why_not_kept

KEYS_MAX = 100
KEY_MAX = 80
VALUE_MAX_BYTES = 64 * 1024
REPORT_EVERY_S = 1.0
TEXT_MAX = 200
NEAR_S = 1.0
NEAR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class StateAbility:
    """`ctx.state`: what was set in this attempt lies over what is kept."""

    attempt: Attempt
    changed: dict[str, Any] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        """See `sdk.State.get`."""
        self.attempt.permit("state")
        kept = self.attempt.services.desk.kept
        found = self.changed[key] if key in self.changed else kept(key)
        return default if found is None else json.loads(json.dumps(found))

    def set(self, key: str, value: Any) -> None:
        """See `sdk.State.set`."""
        self.attempt.permit("state")
        _check_key(key)
        kept = json.loads(_checked_text(key, value))
        if key not in self.list() and len(self.list()) >= KEYS_MAX:
            message = f"The step keeps {KEYS_MAX} values already: delete one first."
            raise BlockError("state.full", message, retryable=False)
        self._change(key, kept, Effect(kind="state.set", target=key, fields={"value": kept}))

    def delete(self, key: str) -> None:
        """See `sdk.State.delete`."""
        self.attempt.permit("state")
        _check_key(key)
        self._change(key, None, Effect(kind="state.delete", target=key, fields={}))

    def list(self) -> list[str]:
        """See `sdk.State.list`."""
        self.attempt.permit("state")
        kept = set(self.attempt.services.desk.kept_keys()) - self.changed.keys()
        return sorted(kept | {key for key, value in self.changed.items() if value is not None})

    def _change(self, key: str, value: Any, effect: Effect) -> None:
        """Wish for it; a key that is changed again is changed once, to the last value."""
        said = [one for one in self.attempt.effects if _is_of(one, key)]
        for one in said:
            self.attempt.effects.remove(one)
        self.attempt.intend(effect)
        self.changed[key] = value


@dataclass(slots=True)
class LiveAbility:
    """`ctx.progress` and `ctx.cancelled`."""

    attempt: Attempt
    reported_at: float = -math.inf

    def report(self, fraction: float, text: str) -> None:
        """See `sdk.Context.progress`."""
        now = time.monotonic()
        if now - self.reported_at < REPORT_EVERY_S:
            return
        self.reported_at = now
        share = float(fraction)
        share = 0.0 if math.isnan(share) else min(max(share, 0.0), 1.0)
        self.attempt.services.desk.report(share, _line(text))

    def is_cancelled(self) -> bool:
        """See `sdk.Context.cancelled`."""
        left_s = self.attempt.deadline - time.monotonic()
        if left_s <= min(NEAR_S, self.attempt.limit_s * NEAR_SHARE):
            return True
        return self.attempt.services.desk.is_cancelled()


def _is_of(effect: Effect, key: str) -> bool:
    return effect.kind in ("state.set", "state.delete") and effect.target == key


def _check_key(key: Any) -> None:
    fits = isinstance(key, str) and 0 < len(key) <= KEY_MAX and key.isprintable()
    if not fits:
        message = f"A key is a text of 1 to {KEY_MAX} characters that can be read."
        raise BlockError("state.bad_key", message, retryable=False)


def _checked_text(key: str, value: Any) -> str:
    try:
        text = json.dumps(value, allow_nan=False)
        wrong = why_not_kept(value, text)
    except (TypeError, ValueError, RecursionError):
        wrong, text = "it is no plain JSON", ""
    if wrong or value is None:
        message = f"What is to be kept as {key} cannot be: {wrong or 'None is nothing: delete it'}."
        raise BlockError("state.bad_value", message, retryable=False)
    if len(text) > VALUE_MAX_BYTES:
        most = f"at most {VALUE_MAX_BYTES:,}"
        message = f"What is to be kept as {key} has {len(text):,} bytes; {most}."
        raise BlockError("state.too_large", message, retryable=False)
    return text


def _line(text: str) -> str:
    plain = " ".join(str(text).replace("\0", " ").split())
    return plain.encode("utf-8", "replace").decode()[:TEXT_MAX]
