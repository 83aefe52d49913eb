"""A real Alertmanager over an alert's life: fired, grouped, resolved, fired again, silenced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.alertmanager import amtool, running_alertmanager
from tests.support.running import Running, running_garland, wait_for

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def garland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_garland(tmp_path_factory.mktemp("garland")) as running:
        yield running


@pytest.fixture(scope="module")
def url(garland: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Alertmanager that tells Garland."""
    folder: Path = tmp_path_factory.mktemp("alertmanager")
    with running_alertmanager(folder, garland.demo["sources"]["alertmanager"]) as found:
        yield found


def fire(url: str, name: str, instance: str, **labels: str) -> None:
    said = [f"{label}={value}" for label, value in {"severity": "major", **labels}.items()]
    amtool(url, "alert", "add", name, f"instance={instance}", *said)


def resolve(url: str, name: str, instance: str) -> None:
    end = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    amtool(url, "alert", "add", name, f"instance={instance}", "severity=major", f"--end={end}")


def alarms(garland: Running, instance: str, state: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = garland.api("/alarms", q=instance, state=state)["items"]
    return found


def one_alarm(garland: Running, instance: str, state: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = wait_for(
        lambda: alarms(garland, instance, state), within_s=30, what=f"{instance} to be {state}"
    )
    assert len(found) == 1
    return found[0]


def test_alerts_that_come_as_one_group_are_an_alarm_each(garland: Running, url: str) -> None:
    for instance in ("group-a", "group-b"):
        fire(url, "Grouped", instance)

    found = [one_alarm(garland, instance, "active") for instance in ("group-a", "group-b")]

    assert {one["perceived_severity"] for one in found} == {"major"}
    assert {one["specific_problem"] for one in found} == {"Grouped"}


def test_resolving_one_of_a_group_clears_it_alone(garland: Running, url: str) -> None:
    for instance in ("half-a", "half-b"):
        fire(url, "Halves", instance)
        one_alarm(garland, instance, "active")

    resolve(url, "Halves", "half-a")

    one_alarm(garland, "half-a", "cleared")
    assert len(alarms(garland, "half-b", "active")) == 1


def test_firing_again_opens_the_same_alarm_and_counts_a_flap(garland: Running, url: str) -> None:
    fire(url, "Again", "again-1")
    first = one_alarm(garland, "again-1", "active")
    resolve(url, "Again", "again-1")
    one_alarm(garland, "again-1", "cleared")

    fire(url, "Again", "again-1")
    second = one_alarm(garland, "again-1", "active")

    assert second["id"] == first["id"]
    assert second["flap_count"] == 1


def test_a_silenced_alert_is_no_alarm_until_the_silence_ends(garland: Running, url: str) -> None:
    silence = amtool(
        url, "silence", "add", "--comment=planned", "--duration=1h", "instance=quiet-1"
    ).strip()
    fire(url, "Quiet", "quiet-1")
    fire(url, "Loud", "loud-1")  # came after it, so the silenced one had its time
    one_alarm(garland, "loud-1", "active")
    during = alarms(garland, "quiet-1", "all")

    amtool(url, "silence", "expire", silence)

    assert during == []
    assert one_alarm(garland, "quiet-1", "active")["specific_problem"] == "Quiet"
