"""The world as a step in a shadow run meets it: nothing is there, and nothing is changed.

Mails are taken and let go of. Whatever else a block asks of the world is not recorded, so it is
refused, and noted: what came of it then is compared with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from blocks.alarm_filters import WantedAlarms
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    HookCheck,
    HttpRequest,
    HttpResponse,
    MailMessage,
    MqttMessage,
    MqttRequest,
    NetconfAnswer,
    NetconfCall,
    SnmpRequest,
    SnmpValue,
    SshAnswer,
    SshCall,
)
from marketplace.shadow.model import Why

NOT_RECORDED = "shadow.not_recorded"


@dataclass(slots=True)
class ShadowWorld:
    """Refuses what is not recorded; `missed` says what a block asked for first."""

    missed: Why | None = field(default=None)

    def http(self, _request: HttpRequest, /) -> HttpResponse:
        """Refuse a call."""
        self._refuse(Why.OUTSIDE)

    def mail(self, _message: MailMessage, /) -> None:
        """Take a mail, which nobody gets: who sends one learns nothing by it."""

    def snmp(self, _request: SnmpRequest, /) -> list[SnmpValue]:
        """Refuse an errand at a device."""
        self._refuse(Why.OUTSIDE)

    def mqtt(self, _request: MqttRequest, /) -> MqttMessage | None:
        """Refuse an errand at a broker."""
        self._refuse(Why.OUTSIDE)

    def ssh(self, _call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Refuse commands."""
        self._refuse(Why.OUTSIDE)

    def netconf(self, _call: NetconfCall, /) -> NetconfAnswer:
        """Refuse a request."""
        self._refuse(Why.OUTSIDE)

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Refuse to judge a delivery."""
        self._refuse(Why.OUTSIDE)

    @property
    def desk(self) -> ShadowWorld:
        """The step's own place."""
        return self

    def kept(self, _key: str, /) -> Any:
        """Refuse what was kept: it is not what was kept then."""
        self._refuse(Why.THEN)

    def kept_keys(self) -> list[str]:
        """Refuse what was kept, likewise."""
        self._refuse(Why.THEN)

    def report(self, _fraction: float, _text: str, /) -> None:
        """Show it to nobody."""

    def is_cancelled(self) -> bool:
        """Say no."""
        return False

    def find_alarm(self, _alarm_id: str, /) -> dict[str, Any] | None:
        """Refuse an alarm: it is not as it was."""
        self._refuse(Why.THEN)

    def find_alarms(self, _wanted: WantedAlarms, /) -> dict[str, Any]:
        """Refuse alarms, likewise."""
        self._refuse(Why.THEN)

    def look_up(self, _table: str, _key: str, /) -> dict[str, Any] | None:
        """Refuse a row of a table, likewise."""
        self._refuse(Why.THEN)

    def decide(self, *_asked: Any) -> Decided:
        """Refuse to ask a decision table, likewise."""
        self._refuse(Why.THEN)

    def calendar_moment(
        self, _calendar: str, _what: CalendarMoment, _at: datetime, _open_s: float, /
    ) -> datetime:
        """Refuse a moment of a calendar, likewise."""
        self._refuse(Why.THEN)

    @property
    def inventory(self) -> NoReturn:
        """Refuse the inventory, likewise."""
        self._refuse(Why.THEN)

    def _refuse(self, why: Why) -> NoReturn:
        self.missed = self.missed or why
        raise BlockError(NOT_RECORDED, "There is no record of this.", retryable=False)
