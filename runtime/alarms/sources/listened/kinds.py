"""The kinds of source that the listener serves. Their alarms do not come over HTTP."""

from __future__ import annotations

SNMP, SYSLOG, MQTT = "snmp", "syslog", "mqtt"
LISTENED = (SNMP, SYSLOG, MQTT)
