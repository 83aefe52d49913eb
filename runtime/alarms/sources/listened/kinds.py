"""The kinds of source that the listener serves. Their alarms do not come over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.sources.reading import Batch

SNMP, SYSLOG, MQTT = "snmp", "syslog", "mqtt"
LISTENED = (SNMP, SYSLOG, MQTT)
LISTENED_TITLES: Mapping[str, str] = MappingProxyType(
    {SNMP: "SNMP traps and informs", SYSLOG: "Syslog", MQTT: "MQTT"}
)


def read_listened(_body: Any, *, source: str, config: Mapping[str, Any]) -> Batch:  # noqa: ARG001  as every reader
    """Refuse what was sent to a source of these kinds over HTTP."""
    message = f"{source} does not take alarms over HTTP: `garland listener` listens for it"
    raise InvalidError(message, problems=[Problem("", message)])
