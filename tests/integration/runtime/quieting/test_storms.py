"""Storms: alarms recorded and quiet, one summary, nothing lost, everything let go at the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from runtime.alarms._tables import AlarmRow
from runtime.alarms.holding._tables import AlarmHold
from runtime.correlation import correlate_batch
from runtime.quieting._tables import StormScope
from runtime.quieting.storms import present_storms, save_protection, settle_storms
from tenancy.scope import as_tenant, system
from tests.factories.maintenance import QuietBench

SOURCE = {"window_s": 10, "source": {"begin_per_s": 1, "end_per_s": 0.5}}
TENANT = {"window_s": 10, "tenant": {"begin_per_s": 1, "end_per_s": 0.5}}
SITE = {"window_s": 10, "site": {"begin_per_s": 1, "end_per_s": 0.5}}


def protect(bench: QuietBench, document: dict[str, Any]) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        save_protection(bench.session, bench.tenant_id, document, now=bench.now)


def storm(bench: QuietBench, count: int = 14, *, source: str = "noisy", **event: Any) -> None:
    for number in range(count):
        bench.send(f"n{number}", source=source, **event)


def pass_time(bench: QuietBench, seconds: float) -> None:
    bench.now += timedelta(seconds=seconds)


def count(bench: QuietBench, table: Any) -> int:
    with as_tenant(bench.session, bench.tenant_id):
        return bench.session.scalar(select(func.count()).select_from(table)) or 0


def storms(bench: QuietBench) -> list[Any]:
    with as_tenant(bench.session, bench.tenant_id):
        return list(present_storms(bench.session, bench.tenant_id))


def test_beyond_the_rate_alarms_are_recorded_and_quiet(bench: QuietBench) -> None:
    bench.rule()
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate()

    assert [bench.is_held(f"n{number}") for number in (0, 9, 10, 13)] == [False, False, True, True]
    assert count(bench, AlarmRow) == 14 + 1
    assert bench.fired() == 10 + 1  # the summary is an alarm like any other


def test_as_many_as_it_bears_are_no_storm(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 10)
    bench.correlate()

    assert storms(bench) == []
    assert not bench.is_held("n9")


def test_without_protection_there_is_no_storm(bench: QuietBench) -> None:
    storm(bench, 50)
    bench.correlate()

    assert not bench.is_held("n49")


def test_one_summary_says_how_many_of_what(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 12, perceived_severity="minor")
    bench.send("n99", source="noisy", perceived_severity="critical")
    bench.correlate()

    summary = bench.alarm("Source noisy")
    assert summary.title == "Alarm storm"
    assert summary.text.startswith("3 alarms held back since 12:00 UTC: 2 minor, 1 critical.")


def test_the_summary_is_told_anew_every_half_minute(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    for _ in range(4):
        storm(bench, 12)
        bench.correlate()
        pass_time(bench, 9)
    first = bench.alarm("Source noisy").count
    storm(bench, 12)
    bench.correlate()

    assert (first, bench.alarm("Source noisy").count) == (1, 2)


def test_another_source_is_not_quiet(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.send("calm", source="other")
    bench.correlate()

    assert not bench.is_held("calm")


@pytest.mark.parametrize(
    ("document", "event", "held"),
    [
        pytest.param(TENANT, {"source": "other"}, True, id="all alarms of the tenant"),
        pytest.param(SITE, {"attributes": {"site": "ZRH"}}, True, id="the site"),
        pytest.param(SITE, {"attributes": {"site": "BRN"}}, False, id="another site"),
        pytest.param(SITE, {}, False, id="no site"),
    ],
)
def test_a_storm_is_of_its_scope(
    bench: QuietBench, document: dict[str, Any], event: dict[str, Any], held: bool
) -> None:
    protect(bench, document)
    storm(bench, 14, attributes={"site": "ZRH"})
    bench.send("one more", **event)
    bench.correlate()

    assert bench.is_held("one more") is held


def test_when_nothing_comes_any_more_all_is_let_go_and_judged(bench: QuietBench) -> None:
    bench.rule()
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate()
    pass_time(bench, 11)
    bench.settle()

    assert storms(bench) == []
    assert not bench.alarm("Source noisy").is_active
    assert [bench.is_held(f"n{number}") for number in (10, 13)] == [False, False]
    assert bench.fired() == 14 + 1
    assert (count(bench, AlarmHold), count(bench, StormScope)) == (0, 0)


def test_a_storm_goes_on_between_the_marks(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate()
    pass_time(bench, 11)
    storm(bench, 6)
    bench.settle()
    assert len(storms(bench)) == 0  # one event came first: the rate had fallen

    storm(bench, 14)
    bench.correlate()
    pass_time(bench, 5)
    storm(bench, 3)
    bench.settle()

    assert len(storms(bench)) == 1


def test_a_storm_is_not_over_for_a_correlator_that_lags_behind_it(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    pass_time(bench, 60)

    for _ in range(13):
        correlate_batch(bench.session, matcher=bench.matcher, now=bench.now, limit=1)
        with system(bench.session):
            settle_storms(bench.session, now=bench.now)

    assert [bench.is_held(f"n{number}") for number in (9, 10, 12)] == [False, True, True]
    bench.settle()
    assert not bench.is_held("n13")
    assert storms(bench) == []


def test_a_storm_that_ends_within_a_batch_leaves_nothing_held(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    pass_time(bench, 11)
    bench.send("later", source="noisy")
    bench.settle()

    assert storms(bench) == []
    assert count(bench, AlarmHold) == 0
    assert not bench.is_held("n13")


def test_clears_pass_in_a_storm(bench: QuietBench) -> None:
    bench.rule(on=["cleared"])
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.send("n13", source="noisy", perceived_severity="cleared")
    bench.correlate()

    assert bench.fired() == 1
    assert not bench.is_held("n13")


@pytest.mark.parametrize("batch", [1, 3, 500])
def test_the_size_of_batches_changes_nothing(bench: QuietBench, batch: int) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate(batch=batch)

    held = [number for number in range(14) if bench.is_held(f"n{number}")]
    assert held == [10, 11, 12, 13]


def test_what_a_window_and_a_storm_hold_waits_for_both(bench: QuietBench) -> None:
    bench.plan()
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate()
    pass_time(bench, 11)
    bench.settle()

    assert storms(bench) == []
    assert bench.is_held("n13")


def test_switching_protection_off_ends_its_storms(bench: QuietBench) -> None:
    protect(bench, SOURCE)
    storm(bench, 14)
    bench.correlate()

    protect(bench, TENANT)
    bench.settle()

    assert storms(bench) == []
    assert not bench.is_held("n13")
