"""Trying a source's settings on what a person pastes; nothing is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.alarms.sources.syslog.message import SyslogMessage, read_syslog
from runtime.alarms.sources.syslog.rules import Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a message is read as, and what becomes of it."""

    message: SyslogMessage
    rule: str
    event: dict[str, Any] | None


def try_syslog(config: Mapping[str, Any], line: str) -> Tried:
    """Judge a pasted message by a source's rules."""
    message = read_syslog(line.encode())
    verdict = Judge(config).judge(message, sender="192.0.2.1")
    return Tried(message=message, rule=verdict.rule, event=verdict.event)
