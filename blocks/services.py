"""What the host needs from the world to serve a block: the seam between blocks and the runtime.

The runtime implements it per tenant; `blocks.brokers` has the parts that speak to the outside,
`blocks.testing` a mocked one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from blocks.sdk import CalendarMoment, Decided, HttpRequest, HttpResponse, MailMessage


class Services(Protocol):
    """The world as one tenant's step may see it."""

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call; raises BlockError, see `sdk.Http.request`."""
        ...

    def mail(self, message: MailMessage, /) -> None:
        """Hand a mail to the mail server; raises BlockError, see `sdk.Mail.send`."""
        ...

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Return the tenant's alarm as its canonical document; None also for a bad id."""
        ...

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Return the row; raises BlockError `tables.unknown` when the table isn't there."""
        ...

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        alarm: Mapping[str, Any],
        version: int | None,
        /,
    ) -> Decided:
        """Ask a decision table; raises BlockError, see `sdk.Tables.decide`."""
        ...

    def calendar_moment(
        self, calendar: str, what: CalendarMoment, at: datetime, open_s: float, /
    ) -> datetime:
        """Give the next opening, the next closing, or when `open_s` open seconds have passed.

        Raises BlockError `calendars.unknown` or `calendars.never`, see `sdk.Calendars`.
        """
        ...
