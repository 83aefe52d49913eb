"""Made-up alarms, for trying a workflow before a real one came and for looking at Garland at all.

Each kind is what a real network raises when such a thing happens, several where several come at
once. `SAMPLE_ALARM` is one by itself, `SAMPLE_ALARMS` the first of each kind as a test run takes
it, `sample_events` what is sent into an organisation: all of it says the source `sample`. An alarm
here has every field that a real one has, so that what reads one reads the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.flows.alarm_fields import ALARM_SCHEMA

SAMPLE_SOURCE = "sample"
_RAISED_AT = "2026-11-27T12:00:00.000Z"
_INSTANTS = ("raised_at", "last_raised_at", "changed_at", "reported_at")
_BLANKS: Mapping[str, Any] = {"string": "", "integer": 0, "boolean": False}


def _whole(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give an alarm of what is said of it: of what is not said, what a real one holds there."""
    severity = {"original_severity": said["perceived_severity"], "trend": "noChange"}
    known = {**said, **severity, **dict.fromkeys(_INSTANTS, _RAISED_AT)}
    kinds = {name: one["type"] for name, one in ALARM_SCHEMA["properties"].items()}
    others = {name: _blank(kind) for name, kind in kinds.items() if name not in known}
    return {**known, **others}


def _blank(kind: str | list[str]) -> Any:
    if not isinstance(kind, str):
        return None  # it may be null, and is where nobody said it
    return [] if kind == "array" else _BLANKS[kind]


_PLAIN: Mapping[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000000",
    "managed_object": "link-7",
    "perceived_severity": "critical",
    "event_type": "communicationsAlarm",
    "probable_cause": "lossOfSignal",
    "specific_problem": "Loss of signal",
    "text": "Loss of signal on link-7",
    "source": SAMPLE_SOURCE,
    "external_id": "",
    "affected_services": [],
    "attributes": {"site": "Bern"},
    "state": "raised",
    "count": 1,
    "ack_state": "unacknowledged",
}
SAMPLE_ALARM: dict[str, Any] = _whole(_PLAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One kind of trouble: a word for it, what happens, and the events it brings."""

    name: str
    title: str
    events: tuple[Mapping[str, Any], ...]


def _event(managed_object: str, severity: str, *what: str, **attributes: Any) -> dict[str, Any]:
    event_type, cause, problem = what
    return {
        "managed_object": managed_object,
        "perceived_severity": severity,
        "event_type": event_type,
        "probable_cause": cause,
        "specific_problem": problem,
        "text": f"{problem}: {managed_object}",
        "source": SAMPLE_SOURCE,
        "affected_services": list(attributes.pop("services", ())),
        "attributes": attributes,
    }


_LOST = ("communicationsAlarm", "lossOfSignal", "Loss of signal")
SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="fibre-cut",
        title="A fibre is cut: three links of one span lose their signal",
        events=tuple(
            _event(
                f"wdm-bern-thun-{number}",
                "critical",
                *_LOST,
                span="Bern-Thun",
                site="BRN-1",
                far_end="THN-1",
                services=[f"transport-{number}"],
            )
            for number in (1, 2, 3)
        ),
    ),
    Sample(
        name="link-flap",
        title="A link comes and goes",
        events=(
            _event(
                "agg-brn-2:ge-0/0/7",
                "major",
                "communicationsAlarm",
                "lossOfFrame",
                "Link flapping",
                site="BRN-1",
                address="192.0.2.17",
                interface="ge-0/0/7",
            ),
        ),
    ),
    Sample(
        name="site-power",
        title="A cell site loses its mains and runs on its battery",
        events=(
            _event(
                "cell-zrh-104",
                "major",
                "equipmentAlarm",
                "powerProblem",
                "Mains failed",
                site="ZRH-104",
                battery_percent=62,
                address="192.0.2.104",
            ),
        ),
    ),
    Sample(
        name="cpu",
        title="A router has no processor time left",
        events=(
            _event(
                "core-brn-1",
                "minor",
                "qualityOfServiceAlarm",
                "thresholdCrossed",
                "Processor over 90 %",
                site="BRN-1",
                utilisation=94,
            ),
        ),
    ),
    Sample(
        name="capacity",
        title="A link is nearly full",
        events=(
            _event(
                "link-brn-zrh",
                "minor",
                "qualityOfServiceAlarm",
                "thresholdCrossed",
                "Utilisation over 90 %",
                site="BRN-1",
                utilisation=93,
            ),
        ),
    ),
    Sample(
        name="certificate",
        title="A certificate is about to expire",
        events=(
            _event(
                "portal.example.com",
                "warning",
                "securityServiceOrMechanismViolation",
                "keyExpired",
                "Certificate expires soon",
                days_left=9,
                issuer="Example CA",
            ),
        ),
    ),
    Sample(
        name="ddos",
        title="An address is flooded from outside",
        events=(
            _event(
                "203.0.113.40",
                "critical",
                "securityServiceOrMechanismViolation",
                "denialOfService",
                "Volumetric attack",
                gbps=42,
                victim="203.0.113.40",
                customer="Lakeside Clinics",
                services=["internet-lakeside"],
            ),
        ),
    ),
    Sample(
        name="config-drift",
        title="A router's configuration was changed outside of a change",
        events=(
            _event(
                "edge-thn-3",
                "warning",
                "integrityViolation",
                "configurationOrCustomizationError",
                "Configuration differs from the approved one",
                address="192.0.2.33",
                changed_by="unknown",
            ),
        ),
    ),
    Sample(
        name="sla",
        title="A customer's service is down, and its agreed time runs",
        events=(
            _event(
                "vpn-lakeside",
                "critical",
                "qualityOfServiceAlarm",
                "degradedSignal",
                "Service down",
                customer="Lakeside Clinics",
                sla="gold",
                services=["vpn-lakeside"],
            ),
        ),
    ),
)


def sample_events() -> list[dict[str, Any]]:
    """Give every event that is sent into an organisation."""
    return [dict(event) for sample in SAMPLES for event in sample.events]


def sample_alarm(name: str) -> dict[str, Any]:
    """Give the first alarm of a kind as a workflow sees it; the plain one for another name.

    >>> sample_alarm("site-power")["probable_cause"], sample_alarm("")["managed_object"]
    ('powerProblem', 'link-7')
    """
    return next((one for one in SAMPLE_ALARMS if one["sample"] == name), SAMPLE_ALARM)


def _alarms(samples: Sequence[Sample]) -> tuple[dict[str, Any], ...]:
    return tuple(
        _whole(
            {
                **_PLAIN,
                **sample.events[0],
                "id": f"00000000-0000-7000-8000-0000000000{number:02d}",
                "sample": sample.name,
            }
        )
        for number, sample in enumerate(samples, start=1)
    )


SAMPLE_ALARMS: tuple[dict[str, Any], ...] = _alarms(SAMPLES)
"""One alarm of each kind, for test runs; `sample` says of which."""
