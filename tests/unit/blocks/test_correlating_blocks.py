"""The blocks that correlate hold what they promise for any list of alarms, and for real ones."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.registry import standard_registry
from blocks.sdk import BlockError, Facts
from blocks.testing import MockedWorld
from kernel.clock import format_instant, parse_instant
from runtime.alarms.model import Severity
from tests.support.network import NETWORK, Network

BLOCKS = standard_registry()
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
REAL = Path("/work/shared/data") / NETWORK
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS
FIELDS = ("managed_object", "perceived_severity", "probable_cause", "raised_at", "id")
ALARMS = st.dictionaries(st.sampled_from(FIELDS), SCALARS | st.lists(SCALARS, max_size=2))
ITEMS = st.lists(ALARMS | SCALARS, max_size=20)


def done(
    block_id: str,
    config: dict[str, Any],
    given_input: dict[str, Any],
    *,
    world: dict[str, Any] | None = None,
    after_s: float = 0,
) -> tuple[str, Any]:
    """Run a standard block and give the port it left by and what it gave; the world remembers."""
    block = BLOCKS.latest(f"garland.{block_id}")
    assert block is not None
    described = {} if world is None else world
    now = NOON + timedelta(seconds=after_s)
    facts = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=now)
    ended = perform(
        block, config=config, input=given_input, services=MockedWorld(described), facts=facts
    )
    for effect in ended.effects:
        described.setdefault("state", {})[effect.target] = effect.fields["value"]
    assert isinstance(ended.outcome, Emit)
    return ended.outcome.port, ended.outcome.output


@given(ITEMS)
def test_any_list_has_a_summary_that_counts_each_entry_once(items: list[Any]) -> None:
    port, told = done("summarise-alarms", {}, {"items": items})

    assert port == ("done" if items else "none")
    assert sum(told.get("by_severity", {}).values()) == len(items)
    assert told["text"].endswith(".")


@given(ITEMS)
def test_any_list_has_a_cause_or_none_and_a_reason(items: list[Any]) -> None:
    port, told = done("common-cause", {}, {"items": items})

    assert (port, bool(told["why"])) == ("none", True)
    assert len(told["unknown"]) == told["objects"]


@given(ITEMS)
def test_any_list_has_an_impact_or_none(items: list[Any]) -> None:
    assert done("service-impact", {}, {"items": items})[0] == "none"


def test_customers_beyond_the_most_are_left_out_and_counted() -> None:
    named = [{"managed_object": "r1", "affected_customers": [f"c{one}" for one in range(300)]}]

    _, told = done("service-impact", {}, {"items": named})

    assert (len(told["customers"]), told["customer_count"], told["more"]) == (200, 300, True)
    assert told["text"] == "0 services and 300 customers depend on it."


def test_of_more_objects_than_may_be_asked_about_the_rest_is_told() -> None:
    items = [str(number) for number in range(1_200)]

    for block_id in ("common-cause", "service-impact"):
        told = done(block_id, {}, {"items": items})[1]
        assert (told["objects"], told["left_out"], len(told["unknown"])) == (1_200, 200, 1_000)


@pytest.mark.skipif(not REAL.exists(), reason=f"no real alarms at {REAL}")
def test_a_real_storm_is_summed_up_as_it_was() -> None:
    events = Network(REAL).events()[:4_000]
    raises = [one for one in events if one.perceived_severity is not Severity.CLEARED]
    instants = [one.raised_at for one in raises if one.raised_at is not None]
    items = [
        {
            "managed_object": one.managed_object,
            "perceived_severity": one.perceived_severity.value,
            "specific_problem": one.specific_problem,
            "raised_at": format_instant(at),
        }
        for one, at in zip(raises, instants, strict=True)
    ]

    told = done("summarise-alarms", {"top": 20}, {"items": items})[1]

    objects = Counter(one.managed_object for one in raises)
    assert {one["name"]: one["count"] for one in told["objects"]}.items() <= objects.items()
    assert told["objects"][0]["count"] == max(objects.values())
    assert told["object_count"] == len(objects)
    assert parse_instant(told["first_at"]) == min(instants)
    assert f"{len(raises):,} alarms on {len(objects)} objects within" in told["text"]


LEVELS = st.lists(st.floats(0, 100), min_size=1, max_size=60)


@given(LEVELS)
def test_a_threshold_raises_and_clears_by_turns(levels: list[float]) -> None:
    world: dict[str, Any] = {}
    config = {"raise_at": 70, "clear_at": 30}

    ports = [
        done("threshold", config, {"value": level}, world=world, after_s=second)[0]
        for second, level in enumerate(levels)
    ]

    turns = [port for port in ports if port != "unchanged"]
    assert turns == ["raised", "cleared"] * (len(turns) // 2) + ["raised"] * (len(turns) % 2)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=40))
def test_everything_that_was_held_is_told_in_the_end(pauses: list[int]) -> None:
    world: dict[str, Any] = {}
    at, passed, told = 0, 0, 0
    for pause in [*pauses, 5_000]:
        at += pause
        port, output = done("throttle", {"window_s": 600}, {}, world=world, after_s=at)
        passed += port == "passed"
        told += output["held"] if port == "passed" else 0

    assert passed + told == len(pauses) + 1


def test_a_day_like_all_others_is_usual_and_a_silent_one_is_not() -> None:
    world: dict[str, Any] = {}
    config = {"season": "hour-of-day", "warm_up": 5, "least_difference": 1}
    for hour in range(24 * 8):
        calls = 100 + 80 * math.sin(hour / 24 * math.tau) + hour // 24 % 3
        port, _ = done("unusual-value", config, {"value": calls}, world=world, after_s=hour * 3_600)
        assert port == ("learning" if hour < 24 * 5 else "usual")

    silent = done("unusual-value", config, {"value": 20}, world=world, after_s=24 * 8 * 3_600)

    assert silent[0] == "unusual"
    assert silent[1]["expected"] == pytest.approx(101, abs=1)


def test_a_link_that_flaps_is_told_of_once_and_settles_once() -> None:
    world: dict[str, Any] = {}
    config = {"most": 3, "window_s": 100, "calm_s": 100}
    states = ["up", "down"] * 5 + ["up"] * 15

    ports = [
        done("flapping", config, {"state": state}, world=world, after_s=10 * number)[0]
        for number, state in enumerate(states)
    ]

    assert [(index, port) for index, port in enumerate(ports) if port != "unchanged"] == [
        (4, "flapping"),
        (20, "settled"),
    ]


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(1, 60), st.integers(1, 60), st.integers(2, 12))
def test_what_has_settled_and_stays_as_it_is_never_flaps_again(
    most: int, window_s: int, calm_s: int, changes: int
) -> None:
    world: dict[str, Any] = {}
    config = {"most": most, "window_s": window_s, "calm_s": calm_s}
    swinging = [("up", 0), *(("down" if one % 2 else "up", one) for one in range(1, changes))]
    calm = [(swinging[-1][0], changes + 10 * one) for one in range(12)]

    ports = [
        done("flapping", config, {"state": state}, world=world, after_s=second)[0]
        for state, second in [*swinging, *calm]
    ]

    turns = [port for port in ports if port != "unchanged"]
    assert turns in ([], ["flapping", "settled"])


def test_after_settling_only_what_changes_from_then_on_counts() -> None:
    world: dict[str, Any] = {}
    config = {"most": 2, "window_s": 1_000, "calm_s": 10}
    moments = [
        ("up", 0),
        ("down", 1),
        ("up", 2),
        ("down", 3),
        ("down", 13),
        ("up", 14),
        ("down", 15),
    ]

    ports = [
        done("flapping", config, {"state": state}, world=world, after_s=at)[0]
        for state, at in [*moments, ("up", 16)]
    ]

    assert [ports.index("flapping"), ports.index("settled")] == [3, 4]
    assert ports[5:] == ["unchanged", "unchanged", "flapping"]


def test_what_is_told_of_late_counts_with_what_came_before() -> None:
    world: dict[str, Any] = {}
    config = {"reach": 2, "window_s": 60}
    done("count-in-window", config, {}, world=world)
    late = format_instant(NOON + timedelta(seconds=30))

    port, told = done("count-in-window", config, {"at": late}, world=world, after_s=3_600)

    assert (port, told["count"]) == ("reached", 2)


@pytest.mark.parametrize(
    ("block_id", "config", "given_input", "words"),
    [
        pytest.param(
            "counter-rate", {}, {"value": 2}, ["12:00:00", "Of what", "Read at"], id="counter-rate"
        ),
        pytest.param(
            "group-alarms",
            {},
            {"parent_id": "a", "alarms": [7]},
            ["7", "Alarms"],
            id="group-alarms",
        ),
        pytest.param(
            "resync-source",
            {"source": "probe", "allow_empty": False},
            {"standing": []},
            ["probe", "An empty list is meant so"],
            id="resync-source",
        ),
    ],
)
def test_a_refusal_names_the_setting_that_mends_it(
    block_id: str, config: dict[str, Any], given_input: dict[str, Any], words: list[str]
) -> None:
    world: dict[str, Any] = {"alarms": {"a": {"id": "a"}}}
    done("counter-rate", {}, {"value": 1}, world=world)

    with pytest.raises(BlockError) as refused:
        done(block_id, config, given_input, world=world)

    assert [word for word in words if word not in refused.value.message] == []


def test_a_name_that_an_expression_left_empty_finds_no_alarm_and_says_so() -> None:
    block = BLOCKS.latest("garland.find-alarms")
    assert block is not None
    world = MockedWorld({"alarms": {"a": {"id": "a", "probable_cause": "", "state": "raised"}}})
    facts = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)

    ended = perform(block, config={"probable_cause": ""}, input={}, services=world, facts=facts)

    assert isinstance(ended.outcome, Emit)
    assert (ended.outcome.port, ended.outcome.output["count"]) == ("none", 0)
    (line,) = ended.logs
    assert line.message.startswith("Probable cause came out empty, which fits no alarm")
