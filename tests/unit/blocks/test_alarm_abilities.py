"""`ctx.alarms`: what a block wishes of alarms, what it may ask for, and what it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocks.alarm_filters import NAMES, pick, read_wanted
from blocks.effects import Effect, EffectKind
from blocks.outcomes import Emit
from blocks.sdk import BlockError, Context, Outcome
from tests.fakes.blocks import FakeServices
from tests.unit.blocks.test_host import NOON, attempt, done, failure, port_of

ALARMS = ("alarms",)


def wishing(wish: Callable[[Context], Any]) -> tuple[Effect, ...]:
    return attempt(lambda ctx: (wish(ctx), done(ctx))[1], permissions=ALARMS).effects


@pytest.mark.parametrize(
    ("wish", "kind", "fields"),
    [
        (lambda ctx: ctx.alarms.unacknowledge("a1"), "alarm.unacknowledge", {}),
        (lambda ctx: ctx.alarms.clear("a1"), "alarm.clear", {}),
        (lambda ctx: ctx.alarms.comment("a1", "x"), "alarm.comment", {"text": "x"}),
        (
            lambda ctx: ctx.alarms.shelve("a1", for_s=60, reason="x"),
            "alarm.shelve",
            {"for_s": 60, "reason": "x"},
        ),
        (lambda ctx: ctx.alarms.unshelve("a1"), "alarm.unshelve", {}),
        (lambda ctx: ctx.alarms.group("a1", ["b"]), "alarm.group", {"alarms": ["b"]}),
        (lambda ctx: ctx.alarms.ungroup("a1"), "alarm.ungroup", {}),
        (
            lambda ctx: ctx.alarms.raise_alarm({"managed_object": "a1"}),
            "alarm.raise",
            {"managed_object": "a1"},
        ),
        (
            lambda ctx: ctx.alarms.resync("a1", [1]),
            "alarm.resync",
            {"standing": [1], "allow_empty": False},
        ),
    ],
)
def test_a_wish_is_an_effect(
    wish: Callable[[Context], Any], kind: EffectKind, fields: dict[str, Any]
) -> None:
    assert wishing(wish) == (Effect(kind=kind, target="a1", fields=fields),)


@pytest.mark.parametrize("effects", ["none", "read"])
def test_a_block_that_says_it_never_writes_changes_no_alarm(effects: str) -> None:
    def run(ctx: Context) -> Outcome:
        ctx.alarms.clear(ctx.alarms.find()["alarms"][0]["id"])
        return done(ctx)

    services = FakeServices(alarms={"a": {"id": "a"}})
    error = failure(run, permissions=ALARMS, services=services, effects=effects)

    assert (error.code, "never writes" in error.message) == ("block.not_permitted", True)


@pytest.mark.parametrize("for_s", [0, -1, float("nan"), float("inf"), 400 * 86_400])
def test_a_shelf_has_a_bound(for_s: float) -> None:
    with pytest.raises(BlockError) as refused:
        wishing(lambda ctx: ctx.alarms.shelve("a1", for_s=for_s, reason="x"))

    assert refused.value.code == "alarms.bad_duration"


@pytest.mark.parametrize(
    "text", ["a\0b", "half \ud800", {"deep": {1, 2}}], ids=["NUL", "half a character", "no JSON"]
)
def test_what_no_database_keeps_is_no_wish(text: Any) -> None:
    with pytest.raises(BlockError) as refused:
        wishing(lambda ctx: ctx.alarms.comment("a1", text))

    assert refused.value.code == "alarms.bad_value"


def test_what_is_wished_does_not_change_afterwards() -> None:
    event = {"managed_object": "a1", "attributes": {"n": 1}}

    def wish(ctx: Context) -> None:
        ctx.alarms.raise_alarm(event)
        event["attributes"] = {"n": 2}

    assert wishing(wish)[0].fields["attributes"] == {"n": 1}


def test_finding_needs_the_permission() -> None:
    def run(ctx: Context) -> Outcome:
        return ctx.emit("done", {"n": ctx.alarms.find()["count"]})

    services = FakeServices(alarms={"a": {"id": "a"}})

    assert failure(run).code == "block.not_permitted"
    assert port_of(attempt(run, permissions=ALARMS, services=services)) == "done"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"state": "gone"}, "state"),
        ({"severities": ["awful"]}, "severities"),
        ({"severty": ["major"]}, "severty"),
        ({"older_than_s": -1}, "older_than_s"),
        ({"older_than_s": 1e300}, "older_than_s"),
        ({"managed_object": 7}, "managed_object"),
        ({"attributes": {'a"b': "x"}}, "attributes"),
    ],
)
def test_a_filter_that_does_not_fit_names_the_field(said: dict[str, Any], field: str) -> None:
    with pytest.raises(BlockError, match=field) as refused:
        read_wanted(said, sort="newest", limit=5, now=NOON)

    assert refused.value.code == "alarms.bad_filter"


@pytest.mark.parametrize("name", [*NAMES, "parent"])
def test_a_whole_name_that_is_empty_fits_no_alarm(name: str) -> None:
    def run(ctx: Context) -> Outcome:
        return ctx.emit("done", ctx.alarms.find({name: ""}))

    services = FakeServices(alarms={"a": {"id": "a"}, "b": {"id": "b", name: ""}})
    ended = attempt(run, permissions=ALARMS, services=services)

    assert isinstance(ended.outcome, Emit)
    assert ended.outcome.output == {"alarms": [], "count": 0, "more": False}


@pytest.mark.parametrize(("sort", "limit"), [("best", 5), ("newest", 0), ("newest", 101)])
def test_what_is_given_has_bounds(sort: str, limit: int) -> None:
    with pytest.raises(BlockError, match="does not fit"):
        read_wanted({}, sort=sort, limit=limit, now=NOON)


def test_a_count_ends_at_ten_thousand() -> None:
    wanted = read_wanted({}, sort="newest", limit=1, now=NOON)

    found = pick(({"id": str(number)} for number in range(10_001)), wanted)

    assert (len(found["alarms"]), found["count"], found["more"]) == (1, 10_000, True)
