"""What to paste into the system that sends: a command, or a part of its settings. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from runtime.alarms.sources.kinds import TMF642

_CANONICAL = {
    "managed_object": "link-7",
    "perceived_severity": "critical",
    "specific_problem": "Loss of signal",
}
_CURL = """\
curl -X POST '{address}' \\
  -H 'Content-Type: application/json' \\
  -d '{body}'"""
_ALERTMANAGER = """\
route:
  receiver: garland
receivers:
  - name: garland
    webhook_configs:
      - url: '{address}'
        send_resolved: true"""
_GRAFANA = """\
apiVersion: 1
contactPoints:
  - orgId: 1
    name: Garland
    receivers:
      - uid: garland
        type: webhook
        settings:
          url: '{address}'
          httpMethod: POST"""
_BINARY = """\
curl -X POST '{address}' \\
  -H 'Content-Type: application/json' \\
  -H 'ce-specversion: 1.0' -H 'ce-type: com.example.alarm' \\
  -H 'ce-source: /shell' -H "ce-id: $(date +%s%N)" \\
  -d '{body}'"""
_TMF642 = """\
curl -X POST '{address}' \\
  -H 'Authorization: Bearer YOUR-TOKEN' \\
  -H 'Content-Type: application/json' \\
  -d '{body}'"""
_POSTED = {
    "alarmType": "communicationsAlarm",
    "perceivedSeverity": "critical",
    "probableCause": "lossOfSignal",
    "alarmedObject": {"id": "link-7"},
    "sourceSystemId": "",
    "state": "raised",
    "alarmRaisedTime": "2026-11-24T12:00:00Z",
}
_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "alertmanager": ("In Alertmanager's configuration", _ALERTMANAGER),
        "grafana": ("In a file under Grafana's provisioning/alerting", _GRAFANA),
        TMF642: ("From a shell", _TMF642),
        "cloudevents": ("One event in binary form, from a shell", _BINARY),
    }
)


def example_for(kind: str, address: str, sample: str = "", system: str = "") -> tuple[str, str]:
    """Give a title and the text to paste for a kind of source.

    Args:
        kind: The kind's name.
        address: Where the source sends to.
        sample: A body that the source's mapping was made for, if any.
        system: What the sender calls itself, where that tells whose an alarm is.
    """
    if kind == TMF642:
        sample = json.dumps({**_POSTED, "sourceSystemId": system})
    title, text = _NOTES.get(kind, ("From a shell", _CURL))
    return title, text.format(address=address, body=_body(sample))


def _body(sample: str) -> str:
    text = " ".join(sample.split()) if sample.strip() else json.dumps(_CANONICAL)
    return text.replace("'", "'\\''")
