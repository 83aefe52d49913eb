"""Rules and alarm events for benchmarks.

However many rules there are, one event in a hundred meets one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant

BATCH = 500
ONE_IN = 100
BY_TEXT = (7, 8)  # of ten rules
_SPREAD = 7_919  # a prime: events that follow each other meet rules far apart


def rule_document(number: int) -> dict[str, Any]:
    """Write a rule of three conditions: in ten, seven by values, two by text, one that counts."""
    code: dict[str, Any] = {"field": "attributes.code", "op": "is", "value": f"c{number}"}
    if number % 10 in BY_TEXT:
        code = {"field": "text", "op": "contains", "value": f"module {number} "}
    document: dict[str, Any] = {
        "rule": 1,
        "name": f"Rule {number}",
        "when": {
            "all": [
                {"field": "event_type", "op": "is", "value": "communicationsAlarm"},
                {"field": "perceived_severity", "op": "at_least", "value": "major"},
                code,
            ]
        },
        "then": [{"do": "acknowledge"}],
    }
    if number % 10 == 9:  # noqa: PLR2004  the tenth of ten
        document["pattern"] = {
            "kind": "count",
            "at_least": 3,
            "within_s": 300,
            "group_by": ["attributes.site"],
        }
    return document


def add_rules(session: Session, tenant_id: UUID, count: int) -> None:
    """Add and publish rules."""
    for number in range(count):
        document = rule_document(number)
        rule = create_rule(session, tenant_id, document=document, by="bench", now=utc_now())
        publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="bench", now=utc_now())


def alarm_event(number: int, rules: int, *, severity: str = "major") -> dict[str, Any]:
    """Write a canonical event of 15 fields about a port of its own."""
    meets = number * _SPREAD % (rules * ONE_IN)
    return {
        "managed_object": f"ne-{number % 997}/port-{number}",
        "managed_object_type": "Port",
        "perceived_severity": severity,
        "event_type": "communicationsAlarm",
        "probable_cause": "lossOfSignal",
        "specific_problem": "Loss of signal",
        "text": f"Receiver of module {meets} lost the signal",
        "attributes": {
            "code": f"c{meets}",
            "site": f"site-{number % 50}",
            "vendor": ("north", "south", "east")[number % 3],
            "slot": number % 16,
            "span": f"span-{number % 211}",
            "region": f"r{number % 7}",
            "temperature": 20.5 + number % 40,
            "redundant": number % 2 == 0,
        },
    }


def new_alarms(count: int, rules: int, *, first: int = 0) -> Iterator[dict[str, Any]]:
    """Give alarms that were never seen before."""
    return (alarm_event(number, rules) for number in range(first, first + count))


def as_networks_send(count: int, rules: int, *, first: int = 0) -> Iterator[dict[str, Any]]:
    """Give alarms that are raised, repeated and cleared: four events about each."""
    for number in range(first, first + count // 4):
        for severity in ("major", "major", "critical", "cleared"):
            yield alarm_event(number, rules, severity=severity)


def take_in(
    sessions: sessionmaker[Session], tenant_id: UUID, events: Iterable[dict[str, Any]]
) -> None:
    """Take events in as the REST source does, five hundred in a request."""
    waiting = list(events)
    for first in range(0, len(waiting), BATCH):
        body = {"events": waiting[first : first + BATCH]}
        with sessions() as session, session.begin(), as_tenant(session, tenant_id):
            take_from_api(session, tenant_id, body, now=utc_now())


def correlate(sessions: sessionmaker[Session], matcher: Matcher) -> int:
    """Correlate what waits, batch by batch as the correlator does; give how many events."""
    done = 0
    while True:
        with sessions() as session, session.begin():
            taken = correlate_batch(session, matcher=matcher, now=utc_now())
        if not taken:
            return done
        done += taken
