"""What the host needs from the world to serve a block: the seam between blocks and the runtime.

The runtime implements it per tenant; `blocks.brokers` has the parts that speak to the outside,
`blocks.testing` a mocked one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from blocks.alarm_filters import WantedAlarms
from blocks.sdk import (
    CalendarMoment,
    Decided,
    HookCheck,
    HttpRequest,
    HttpResponse,
    Inventory,
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


class Desk(Protocol):
    """What a step keeps from run to run, and how Garland and it talk while it works."""

    def kept(self, key: str, /) -> Any:
        """Return the value kept under a key, None where there is none."""
        ...

    def kept_keys(self) -> list[str]:
        """List the keys there are."""
        ...

    def report(self, fraction: float, text: str, /) -> None:
        """Show how far the step is; called at most once a second."""
        ...

    def is_cancelled(self) -> bool:
        """Tell whether the run is being cancelled; may be asked often."""
        ...


@dataclass(frozen=True, slots=True)
class EmptyDesk:
    """Where nothing is kept, shown or cancelled: for steps that run outside an installation."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def kept(self, key: str, /) -> Any:
        """Return a value it was made with."""
        return self.values.get(key)

    def kept_keys(self) -> list[str]:
        """List the keys it was made with."""
        return list(self.values)

    def report(self, _fraction: float, _text: str, /) -> None:
        """Show it to nobody."""

    def is_cancelled(self) -> bool:
        """Say no."""
        return False


class Services(Protocol):
    """The world as one tenant's step may see it."""

    @property
    def desk(self) -> Desk:
        """The step's own place."""
        ...

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call; raises BlockError, see `sdk.Http.request`."""
        ...

    def mail(self, message: MailMessage, /) -> None:
        """Hand a mail to the mail server; raises BlockError, see `sdk.Mail.send`."""
        ...

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Return the tenant's alarm as its canonical document; None also for a bad id."""
        ...

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Return the tenant's alarms that fit, see `sdk.Alarms.find`."""
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

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out an errand at a device; raises BlockError, see `sdk.Snmp`."""
        ...

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Carry out an errand at a broker; raises BlockError, see `sdk.Mqtt`."""
        ...

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Carry out commands, one answer each; raises BlockError, see `sdk.Ssh`."""
        ...

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Carry out a request; raises BlockError, see `sdk.Netconf`."""
        ...

    @property
    def inventory(self) -> Inventory:
        """The tenant's inventory and services; what is asked of it was judged already."""
        ...

    def check_hook(self, check: HookCheck, /) -> bool:
        """Tell whether the request at hand fits a secret; raises BlockError, see `sdk.Hook`."""
        ...
