"""Each scope of planned work and of storm protection: an alarm it holds, one that just misses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from runtime.alarms.storms import SCOPES
from runtime.maintenance.scope import KINDS
from tests.factories.maintenance import HOUR, QuietBench
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON
from tests.integration.runtime.quieting.test_maintenance import network
from tests.integration.runtime.quieting.test_storms import protect, storm

AFTER = NOON + 2 * HOUR
LAST = AFTER - timedelta(microseconds=1)
WINDOWS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "resources": ({"keys": ["r1"]}, {"name": "r1/card"}, {"name": "zrh"}),
    "sites": ({"keys": ["zrh"]}, {"name": "r1"}, {"name": "r2"}),
    "services": ({"keys": ["vpn"]}, {"name": "vpn"}, {"name": "r1"}),
    "condition": (
        {"when": make_leaf("text", "is", "planned")},
        {"name": "x", "text": "planned"},
        {"name": "x", "text": "Planned"},
    ),
    "everything": ({}, {"name": "x", "at": LAST}, {"name": "x", "at": AFTER}),
}
STORMS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "tenant": ({"source": "other"}, None),
    "source": ({"source": "noisy"}, {"source": "noisy2"}),
    "site": ({"attributes": {"site": "ZRH"}}, {"attributes": {"site": "zrh"}}),
}


@pytest.mark.parametrize("kind", WINDOWS)
def test_planned_work_holds_what_its_scope_names(bench: QuietBench, kind: str) -> None:
    scope, hit, miss = WINDOWS[kind]
    network(bench)
    bench.plan(scope={"kind": kind} | scope)

    held = []
    for one in (hit, miss):
        bench.now = one.get("at", NOON)
        bench.send(**one)
        bench.correlate()
        held.append(bench.is_held(one["name"]))
        bench.send(one["name"], perceived_severity="cleared")

    assert held == [True, False]


@pytest.mark.parametrize("scope", STORMS)
def test_a_storm_holds_what_is_of_its_scope(bench: QuietBench, scope: str) -> None:
    hit, miss = STORMS[scope]
    protect(bench, {"window_s": 10, scope: {"begin_per_s": 1, "end_per_s": 0.5}})
    storm(bench, 11, attributes={"site": "ZRH"})
    bench.send("hit", **hit)
    if miss is not None:
        bench.send("miss", **miss)
    bench.correlate()

    assert bench.is_held("hit")
    assert miss is None or not bench.is_held("miss")


@pytest.mark.parametrize(("events", "held"), [(10, False), (11, True)])
def test_a_storm_begins_with_one_event_more_than_is_borne(
    bench: QuietBench, events: int, *, held: bool
) -> None:
    protect(bench, {"window_s": 10, "tenant": {"begin_per_s": 1, "end_per_s": 0.5}})
    storm(bench, events)
    bench.correlate()

    assert bench.is_held(f"n{events - 1}") is held


def test_every_scope_has_a_row() -> None:
    assert set(WINDOWS) == set(KINDS)
    assert set(STORMS) == set(SCOPES)
