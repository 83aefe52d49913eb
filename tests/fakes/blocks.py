"""A world for blocks that says yes to everything and remembers what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.sdk import CalendarMoment, Decided, HookCheck, HttpRequest, HttpResponse, MailMessage
from blocks.services import Desk, EmptyDesk


@dataclass
class FakeServices:
    """Implements `blocks.services.Services`; alarms and rows are there when put in."""

    alarms: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    requests: list[HttpRequest] = field(default_factory=list)
    mails: list[MailMessage] = field(default_factory=list)
    desk: Desk = field(default_factory=EmptyDesk)

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Remember the call and answer 200."""
        self.requests.append(request)
        return HttpResponse(status=200, body=b"{}")

    def mail(self, message: MailMessage, /) -> None:
        """Remember the mail."""
        self.mails.append(message)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give an alarm that was put in."""
        return self.alarms.get(alarm_id)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row that was put in."""
        return self.rows.get((table, key))

    def decide(
        self,
        _table: str,
        _values: Mapping[str, Any],
        _alarm: Mapping[str, Any],
        _version: int | None,
        /,
    ) -> Decided:
        """Say that no row matches."""
        return Decided("none", {"rows": []})

    def calendar_moment(
        self, _calendar: str, _what: CalendarMoment, at: datetime, _open_s: float, /
    ) -> datetime:
        """Be open at all times."""
        return at

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Say that it fits."""
        return True
