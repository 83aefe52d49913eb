"""One attempt of one step: who asks, of whom, until when, and what was gathered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.effects import Effect
from blocks.manifest import Manifest, Permission, PermissionName
from blocks.sdk import BlockError, Facts, LogLine
from blocks.services import Services

EFFECTS_MAX = 100


@dataclass(slots=True)
class Attempt:
    """One attempt of one step: who asks, of whom, until when, and what it gathered."""

    manifest: Manifest
    services: Services
    facts: Facts
    config: Mapping[str, Any] = field(default_factory=dict)
    limit_s: float = field(init=False)
    deadline: float = field(init=False)
    effects: list[Effect] = field(init=False, default_factory=list)
    lines: list[LogLine] = field(init=False, default_factory=list)
    lines_dropped: int = field(init=False, default=0)
    mails_sent: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.limit_s = self.facts.timeout_s or self.manifest.behaviour.timeout_s
        self.deadline = time.monotonic() + self.limit_s

    def permit(self, name: PermissionName) -> Permission:
        """Return the permission, or raise BlockError `block.not_permitted`."""
        permission = self.manifest.permission(name)
        if permission is None:
            message = f"{self.manifest.title} may not use {name}: its manifest does not ask for it."
            raise BlockError("block.not_permitted", message, retryable=False)
        return permission

    def permit_slot(self, slot: str) -> None:
        """Refuse a slot that the manifest does not declare; "" is none."""
        if slot and self.manifest.secret(slot) is None:
            message = (
                f"{self.manifest.title} may not use the connection {slot}: its manifest does not "
                "ask for it under secrets."
            )
            raise BlockError("block.not_permitted", message, retryable=False)

    def time_left_s(self) -> float:
        """Return the seconds left, or raise BlockError `block.timeout`."""
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise BlockError(
                "block.timeout", "The step took longer than its limit.", retryable=True
            )
        return left_s

    def within(self, timeout_s: float | None) -> float:
        """Return the seconds a call may take: those asked for, or all that are left.

        Raises:
            BlockError: `block.timeout`.
        """
        left_s = self.time_left_s()
        return min(timeout_s, left_s) if timeout_s and timeout_s > 0 else left_s  # NaN is neither

    def intend(self, effect: Effect) -> None:
        """Keep an effect for the runtime."""
        if len(self.effects) >= EFFECTS_MAX:
            message = f"A step may change at most {EFFECTS_MAX} things."
            raise BlockError("block.too_many_effects", message, retryable=False)
        self.effects.append(effect)

    def log_lines(self) -> tuple[LogLine, ...]:
        """Return what was logged, with a last line that counts what was dropped."""
        if not self.lines_dropped:
            return tuple(self.lines)
        note = LogLine("warning", f"{self.lines_dropped} more lines were dropped.")
        return (*self.lines, note)
