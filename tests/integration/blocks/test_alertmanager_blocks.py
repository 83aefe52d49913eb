"""Silences and alerts in Debian's own Alertmanager."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.registry import standard_registry
from blocks.sdk import BlockError, Facts
from blocks.standard._alertmanager import matchers_of, required
from tests.integration.blocks.test_imported_blocks import World
from tests.support.alertmanager import running_alertmanager

NOW = datetime.now(UTC)
FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="r/s", now=NOW)
INSTANCE = 'db"1:9100'


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("alertmanager")
    with running_alertmanager(folder, "http://127.0.0.1:9/nobody") as found:
        labels = {"alertname": "DiskFull", "severity": "critical"}
        alerts = [{"labels": {**labels, "instance": one}} for one in (INSTANCE, "web")]
        httpx.post(f"{found}/api/v2/alerts", json=alerts).raise_for_status()
        yield found


def ask(
    block_id: str,
    url: str,
    given: dict[str, Any] | None = None,
    *,
    after_s: float = 0,
    **config: Any,
) -> Emit:
    block = standard_registry().latest(f"garland.{block_id}")
    assert block is not None
    outcome = perform(
        block,
        config={"server": url, **config},
        input=given or {},
        services=World(token="nobody"),
        facts=replace(FACTS, now=NOW + timedelta(seconds=after_s)),
    ).outcome
    assert isinstance(outcome, Emit)
    return outcome


def alarm(name: str) -> dict[str, Any]:
    return {"alarm": {"attributes": {"alertname": name, "instance": INSTANCE, "ticket": "T-7"}}}


def test_the_alert_of_an_alarm_is_silenced_and_told_again(url: str) -> None:
    conditions = [{"label": "instance", "is": "is", "value": INSTANCE}]

    made = ask("create-silence", url, alarm("DiskFull"))
    silenced = ask("find-alerts", url, conditions=conditions)
    others = ask("find-alerts", url, silenced=False)
    ended = ask("expire-silence", url, {"silence_id": made.output["id"]})
    again = ask("find-alerts", url, conditions=conditions, silenced=False)

    assert silenced.output["first"]["silenced_by"] == [made.output["id"]]
    assert [one["labels"]["instance"] for one in others.output["alerts"]] == ["web"]
    assert (ended.output["state"], ended.output["was_silent"]) == ("expired", True)
    assert again.output["first"]["state"] == "active"


def test_the_same_alerts_are_silenced_once_and_longer(url: str) -> None:
    first = ask("create-silence", url, alarm("Once"), for_s=600)
    repeat = ask("create-silence", url, alarm("Once"), for_s=600, after_s=2)
    longer = ask("create-silence", url, alarm("Once"), for_s=7200)
    found = ask("find-silences", url, alarm("Once"))

    told = [(one.output["id"], one.output["is_new"]) for one in (first, repeat, longer)]
    assert told == [(first.output["id"], new) for new in (True, False, False)]
    assert found.output["count"] == 1
    ends_at = datetime.fromisoformat(found.output["first"]["ends_at"])
    assert abs(ends_at - NOW - timedelta(hours=2)) < timedelta(seconds=1)


def test_ending_twice_or_what_is_not_there_does_no_harm(url: str) -> None:
    made = ask("create-silence", url, alarm("Twice"))
    given = {"silence_id": made.output["id"]}

    ask("expire-silence", url, given)
    again = ask("expire-silence", url, given)
    unknown = ask("expire-silence", url, {"silence_id": "00000000-0000-4000-8000-000000000000"})
    over = ask("find-silences", url, alarm("Twice"))
    with_over = ask("find-silences", url, alarm("Twice"), expired=True)

    assert (again.port, again.output["was_silent"]) == ("done", False)
    assert unknown.port == "missing"
    assert (over.port, with_over.output["count"]) == ("none", 1)


def test_every_kind_of_condition_is_understood(url: str) -> None:
    conditions = [
        {"label": "alertname", "is": "fits", "value": "Disk.*"},
        {"label": "instance", "is": "is-not", "value": "web"},
        {"label": "severity", "is": "fits-not", "value": "warn|info"},
    ]

    found = ask("find-alerts", url, conditions=conditions)
    made = ask("create-silence", url, {"alarm": {}}, conditions=conditions, for_s=600)
    repeat = ask("create-silence", url, {"alarm": {}}, conditions=conditions, for_s=600)
    ask("expire-silence", url, {"silence_id": made.output["id"]})

    assert [one["labels"]["instance"] for one in found.output["alerts"]] == [INSTANCE]
    assert (made.output["is_new"], repeat.output["is_new"]) == (True, False)


@pytest.mark.parametrize(
    ("way", "value", "ours", "theirs"),
    [
        ("is", "web", True, True),
        ("is", "", False, False),
        ("fits", ".+", True, True),
        ("fits", "web|", False, False),
        ("fits", ".*", False, False),
        ("is-not", "", True, True),
        ("fits-not", "", True, True),
        ("fits-not", ".*", True, True),
        pytest.param("is-not", "web", False, True, id="what has no such label would be silent"),
        pytest.param("fits-not", "web", False, True, id="nor one that fits"),
    ],
)
def test_a_silence_for_nearly_all_is_refused_at_least_where_alertmanager_does(
    url: str, way: str, value: str, *, ours: bool, theirs: bool
) -> None:
    conditions = [{"label": "nowhere", "is": way, "value": value}]
    times = {"startsAt": NOW.isoformat(), "endsAt": (NOW + timedelta(hours=1)).isoformat()}
    silence = {**times, "matchers": matchers_of(conditions), "createdBy": "a", "comment": "b"}

    taken = httpx.post(f"{url}/api/v2/silences", json=silence).is_success
    refused = nullcontext() if ours else pytest.raises(BlockError, match="Nothing says which")

    assert taken is theirs
    with refused:
        required(matchers_of(conditions))


def test_a_wrong_pattern_is_told_in_its_words(url: str) -> None:
    wrong = [{"label": "instance", "is": "fits", "value": "("}]

    with pytest.raises(BlockError) as caught:
        ask("create-silence", url, {"alarm": {}}, conditions=wrong)

    assert caught.value.code == "server.refused"
    assert "missing closing )" in caught.value.message
