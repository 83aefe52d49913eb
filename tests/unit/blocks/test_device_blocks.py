"""How configurations are compared, and how long a device is asked."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from blocks.abilities.desk import KEYS_MAX
from blocks.host import perform
from blocks.outcomes import BlockError, Emit
from blocks.registry import standard_registry
from blocks.sdk import Facts
from blocks.standard._configs import lasting_lines, placed
from blocks.testing import MockedWorld

FACTS = Facts(
    run_id="r", step="s", attempt=1, idempotency_key="k", now=datetime(2026, 11, 27, tzinfo=UTC)
)
BACK_UP: Any = standard_registry().find("garland.back-up-config", "1.0.0")
COMPARE: Any = standard_registry().find("garland.compare-configs", "1.0.0")
ASK: Any = standard_registry().find("garland.ask-device", "1.0.0")


def compared(before: str, after: str, **config: Any) -> Any:
    given = {"before": before, "after": after}
    outcome = perform(
        COMPARE, config=config, input=given, services=MockedWorld({}), facts=FACTS
    ).outcome
    assert isinstance(outcome, Emit)
    return outcome


@pytest.mark.parametrize(
    "line",
    [
        "Building configuration...",
        "Current configuration : 8123 bytes",
        "! Last configuration change at 10:02:11 UTC Fri Nov 27 2026 by ann",
        "! NVRAM config last updated at 10:02:11 UTC Fri Nov 27 2026",
        "!Time: Fri Nov 27 10:02:11 2026",
        "ntp clock-period 17179860",
        "## Last commit: 2026-11-27 10:02:11 UTC by ann",
        "# nov/27/2026 10:02:11 by RouterOS 7.1",
        "Fri Nov 27 10:02:11.123 UTC",
    ],
)
def test_lines_that_change_by_themselves_do_not_count(line: str) -> None:
    assert lasting_lines(f"{line}\nhostname edge-1\n", []) == ["hostname edge-1"]


@pytest.mark.parametrize(
    "line",
    ["ntp server 10.0.0.1", "! end of section", "# a remark", "description Building 7", "mon it"],
)
def test_lines_that_people_wrote_count(line: str) -> None:
    assert lasting_lines(line, []) == [line]


def test_a_line_of_a_configuration_in_braces_stands_in_its_section() -> None:
    lines = ["interfaces {", "    ge-0/0/1 {", "        mtu 9000;", "    }", "}"]

    assert list(placed(lines))[2] == ("interfaces / ge-0/0/1", "mtu 9000;")


@given(lines=st.lists(st.sampled_from(["interface a", "interface b", " mtu 1", " up", "!"])))
def test_a_configuration_is_the_same_as_itself(lines: list[str]) -> None:
    outcome = compared("\n".join(lines), "\n".join(lines))

    assert (outcome.port, outcome.output["sections"]) == ("same", [])


@given(
    before=st.lists(st.sampled_from(["interface a", "interface b", " mtu 1", " up"]), max_size=8),
    after=st.lists(st.sampled_from(["interface a", "interface b", " mtu 1", " up"]), max_size=8),
)
def test_what_is_told_by_section_adds_up(before: list[str], after: list[str]) -> None:
    found = compared("\n".join(before), "\n".join(after)).output

    added = sum(len(one["added"]) for one in found["sections"])
    removed = sum(len(one["removed"]) for one in found["sections"])
    assert (added, removed) == (found["added"], found["removed"])
    assert len(before) - removed + added == len(after)


def test_large_configurations_that_differ_wholly_are_compared_in_time() -> None:
    before = "\n".join(f"interface a{number}\n mtu 1500" for number in range(20_000))
    after = "\n".join(f"interface b{number}\n mtu 1500" for number in range(20_000))

    began = time.monotonic()
    outcome = compared(before, after)

    assert time.monotonic() - began < 5
    assert (outcome.output["added"], outcome.output["removed"]) == (40_000, 40_000)
    assert outcome.output["is_cut"]


def test_a_configuration_that_is_too_long_is_refused() -> None:
    with pytest.raises(BlockError) as caught:
        compared("a\n" * 50_001, "a")

    assert (caught.value.code, caught.value.retryable) == ("compare.too_long", False)


def test_a_step_with_little_time_left_gives_the_device_no_more() -> None:
    asked: list[Any] = []

    class World(MockedWorld):
        @override
        def ssh(self, call: Any, /) -> Any:
            asked.append(call)
            return MockedWorld.ssh(self, call)

    answers = [{"command": "show version", "output": "17.3"}]
    world = World({"ssh": [{"host": "r1", "answers": answers}]})
    config = {"host": "R1", "commands": ["show version"]}
    perform(ASK, config=config, input={}, services=world, facts=replace(FACTS, timeout_s=3.0))

    assert 0 < asked[0].timeout_s <= 3
    assert json.dumps(asked[0].host) == '"r1"'


def test_more_devices_than_a_step_keeps_values_are_backed_up() -> None:
    answers = [{"command": "terminal length 0"}, {"command": "show running-config", "output": "a"}]
    state: dict[str, Any] = {}

    def back_up(host: str, port: int) -> str:
        world = MockedWorld({"ssh": [{"host": host, "answers": answers}], "state": state})
        config = {"host": host, "port": port}
        done = perform(BACK_UP, config=config, input={}, services=world, facts=FACTS)
        state.update({one.target: one.fields["value"] for one in done.effects})
        assert isinstance(done.outcome, Emit)
        return done.outcome.port

    devices = [("bastion", 2200 + number) for number in range(150)]

    assert {back_up(*device) for device in devices} == {"first"}
    assert {back_up(*device) for device in devices} == {"same"}
    assert len(state) <= KEYS_MAX
