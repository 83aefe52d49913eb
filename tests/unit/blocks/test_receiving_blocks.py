"""Blocks that read webhooks, asked what no example of theirs asks."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import override

from blocks.host import Facts, perform
from blocks.registry import standard_registry
from blocks.sdk import HookCheck
from tests.factories.tenancy import NOON
from tests.fakes.blocks import FakeServices

FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)
EVENT = {"specversion": "1.0", "id": "1", "source": "/probe/7", "type": "down"}


class Checking(FakeServices):
    """Remembers what was checked."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[HookCheck] = []

    @override
    def check_hook(self, check: HookCheck, /) -> bool:
        """Say that it fits."""
        self.checks.append(check)
        return True


def told(block_id: str, services: FakeServices | None = None, **given: Any) -> Any:
    block = standard_registry().find(f"garland.{block_id}", "1.0.0")
    assert block is not None
    world = services or FakeServices()
    parts = {"config": {}, "input": {}, **given}
    return perform(block, **parts, services=world, facts=FACTS).outcome.output  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sender", "header"),
    [
        pytest.param("github", "X-Hub-Signature-256", id="github"),
        pytest.param("gitlab", "X-Gitlab-Token", id="gitlab"),
        pytest.param("grafana", "X-Grafana-Alerting-Signature", id="grafana"),
        pytest.param("slack", "X-Slack-Signature", id="slack"),
        pytest.param("other", "X-Signature", id="other"),
    ],
)
def test_each_sender_is_checked_by_its_own_header(sender: str, header: str) -> None:
    world = Checking()

    told("receive-signed", world, config={"sender": sender}, input={"body": {}})

    assert [one.header for one in world.checks] == [header]
    assert (world.checks[0].algorithm == "") is (sender == "gitlab")


def test_messages_that_differ_anywhere_are_told_apart() -> None:
    bodies = [{"a": 1}, {"a": 2}, {"a": 1, "b": None}, [1], "1", None]

    keys = [told("receive-signed", input={"body": one})["events"][0]["key"] for one in bodies]

    assert len(set(keys)) == len(bodies)


@pytest.mark.parametrize("long", ["x" * 200, "x" * 201, "x" * 10_000])
def test_a_long_id_is_told_apart_within_the_limit(long: str) -> None:
    given = {"method": "POST", "headers": {}, "body": {**EVENT, "id": long}}

    [event] = told("receive-events", input=given)["events"]

    assert len(event["key"]) <= 200


def test_a_batch_that_is_too_long_is_refused_whole() -> None:
    batch = [{**EVENT, "id": str(n)} for n in range(101)]

    said = told("receive-events", input={"method": "POST", "headers": {}, "body": batch})

    assert (said["events"], said["answer"]["status"]) == ([], 413)


@pytest.mark.parametrize("body", [None, "text", 7, [1], [[]], {"id": 1}, [EVENT, {}]])
def test_what_is_no_event_is_refused_whole(body: Any) -> None:
    said = told("receive-events", input={"method": "POST", "headers": {}, "body": body})

    assert (said["events"], said["answer"]["status"]) == ([], 400)
