"""`ctx.log` in the host."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.abilities.attempt import Attempt
from blocks.outcomes import LogLevel
from blocks.sdk import LogLine

LOG_LINES_MAX = 100
LOG_LINE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class LogAbility:
    """`ctx.log`."""

    attempt: Attempt

    def info(self, message: str) -> None:
        """See `sdk.Log.info`."""
        self._keep("info", message)

    def warning(self, message: str) -> None:
        """See `sdk.Log.warning`."""
        self._keep("warning", message)

    def _keep(self, level: LogLevel, message: str) -> None:
        if len(self.attempt.lines) >= LOG_LINES_MAX:
            self.attempt.lines_dropped += 1
            return
        text = str(message)
        if len(text) > LOG_LINE_MAX:
            text = text[: LOG_LINE_MAX - 1] + "…"
        self.attempt.lines.append(LogLine(level, text))
