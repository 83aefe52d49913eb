"""Alarms under the alarm of what is above them in the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy.orm import Session

from runtime.alarms.store import group_under, history_of, ungroup
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from tenancy.scope import as_tenant
from tests.factories.rules import make_count_pattern, make_leaf
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench
from tests.integration.runtime.rules.networks import (
    ABOVE,
    LINKS,
    NETWORK,
    RING,
    Parents,
    above,
    bring,
    deeds,
    in_network,
    parents,
    rows,
)


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> Bench:
    return in_network(session, matcher)


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize(
    ("down", "given", "expected"),
    [
        pytest.param(["agg"], {"hops": 1}, "agg", id="one hop up"),
        pytest.param(["core"], {"hops": 2}, "core", id="as many hops as may be"),
        pytest.param(["core"], {"hops": 1}, None, id="a hop too far"),
        pytest.param(["zrh"], {}, "zrh", id="three hops where nothing is said"),
        pytest.param(["agg", "core"], {}, "agg", id="the nearest"),
        pytest.param(["onu"], {}, None, id="below it"),
        pytest.param(["peer"], {}, None, id="beside it"),
        pytest.param(["stranger"], {}, None, id="not in the inventory"),
    ],
)
def test_an_alarm_goes_under_the_nearest_that_is_down_above_its_object(
    bench: Bench, down: Sequence[str], given: Mapping[str, Any], expected: str | None, batch: int
) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"), **given)
    for number, name in enumerate(down):
        bench.send(name, ago_s=10 - number)
    bench.send("acc")
    bench.fired(batch=batch)

    assert parents(bench).get("acc") == expected


@pytest.mark.parametrize(
    ("severity", "given", "expected"),
    [
        pytest.param("major", {}, {"acc": "agg"}, id="as severe as has to be"),
        pytest.param("minor", {}, {}, id="not severe enough"),
        pytest.param("minor", {"at_least": "minor"}, {"acc": "agg"}, id="severe enough if said"),
        pytest.param("major", {"at_least": "critical"}, {}, id="not severe enough if said"),
    ],
)
def test_what_is_above_is_down_by_an_alarm_that_is_severe_enough(
    bench: Bench, severity: str, given: Mapping[str, Any], expected: Parents
) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"), **given)
    bench.send("agg", ago_s=1, perceived_severity=severity)
    bench.send("acc")
    bench.fired()

    assert parents(bench) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({}, {"perceived_severity": "critical"}, "twin", id="the graver"),
        pytest.param({"ago_s": 20}, {"ago_s": 30}, "twin", id="of equally grave ones the older"),
        pytest.param({"ago_s": 20}, {"ago_s": 20}, "core", id="of equally old ones by id"),
    ],
)
def test_of_equally_near_ones_the_choice_is_always_the_same(
    bench: Bench, first: Mapping[str, Any], second: Mapping[str, Any], expected: str
) -> None:
    above(bench, when=make_leaf("managed_object", "is", "agg"))
    bench.send("core", **{"ago_s": 20} | dict(first))
    bench.send("twin", **{"ago_s": 20} | dict(second))
    bench.send("agg")
    bench.fired()

    assert parents(bench) == {"agg": expected}


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize("order", list(permutations(("core", "agg", "acc", "onu"))))
def test_a_chain_is_the_same_in_whatever_order_its_alarms_come(
    bench: Bench, order: Sequence[str], batch: int
) -> None:
    above(bench)
    for number, name in enumerate(order):
        bench.send(name, ago_s=10 - number)
    bench.fired(batch=batch)

    assert parents(bench) == {"agg": "core", "acc": "agg", "onu": "acc"}


def test_a_parent_that_comes_later_is_told_with_the_firing_that_waited(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("acc", ago_s=60)

    (waiting,) = deeds(bench)
    bench.send("agg")
    (taken,) = deeds(bench)

    assert waiting["waits"]
    assert "3 hops" in waiting["because"]
    parent = rows(bench)["agg"]
    assert taken == {
        "do": "correlate",
        "parent": str(parent.id),
        "hops": 1,
        "children": 1,
        "later": True,
    }
    assert parent.is_root_cause
    with as_tenant(bench.session, bench.tenant_id):
        newest = history_of(bench.session, bench.tenant_id, rows(bench)["acc"].id)[0]
    assert (newest.kind, newest.by) == ("grouped", "rule Critical link alarms")


def test_what_is_over_is_no_parent(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("agg", ago_s=9)
    bench.send("agg", ago_s=8, perceived_severity="cleared")
    bench.send("acc")
    bench.fired()

    assert parents(bench) == {}


def test_what_a_rule_of_the_same_batch_cleared_is_no_parent(bench: Bench) -> None:
    bench.rule(
        name="Clear",
        when=make_leaf("managed_object", "is", "agg"),
        then=[{"do": "clear"}],
        priority=1,
    )
    above(bench, when=make_leaf("managed_object", "in", ["acc", "onu"]))
    bench.send("core", ago_s=10)
    bench.send("onu", ago_s=9)  # looks at agg before it is cleared
    bench.send("agg", ago_s=8)
    bench.send("acc", perceived_severity="minor")
    bench.fired()

    assert parents(bench) == {"onu": "agg", "acc": "core"}


def test_a_parents_clear_leaves_its_children(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("agg", ago_s=9)
    bench.send("acc", ago_s=8)
    bench.fired()
    bench.send("agg", perceived_severity="cleared")
    bench.fired()

    assert parents(bench) == {"acc": "agg"}


def test_a_network_that_runs_in_a_ring_closes_no_ring_of_alarms(
    session: Session, matcher: Matcher
) -> None:
    bench = Bench(session, matcher)
    bring(bench, b"key,kind\na,node\nb,node\nc,node\n", RING)
    above(bench)
    for number, name in enumerate("abc"):
        bench.send(name, ago_s=9 - number)
    bench.fired(batch=1)

    found = parents(bench)
    assert len(found) == 2
    (top,) = {"a", "b", "c"} - found.keys()
    assert all(found.get(found[name] or "", top) == top for name in found)


def test_of_many_who_wait_so_many_are_taken_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.rules.grouping.latecomers.TAKEN_MAX", 2)
    above(bench, when=make_leaf("perceived_severity", "is", "minor"))
    for name in ("agg", "acc", "onu"):
        bench.send(name, ago_s=9, perceived_severity="minor")
    bench.send("core", ago_s=8)
    bench.fired(batch=3)

    assert len(parents(bench)) == 2


def test_an_alarm_never_goes_under_another_tenants(bench: Bench) -> None:
    other = Bench(bench.session, bench.matcher)
    bring(other, NETWORK, LINKS)
    above(bench)
    other.send("agg", ago_s=9)
    other.fired()
    bench.send("acc", ago_s=8)
    bench.fired()
    other.send("core")
    other.fired()

    assert parents(bench) == {}
    assert parents(other) == {}


def test_alarms_of_a_pattern_each_go_under_what_is_above_their_own_object(bench: Bench) -> None:
    bench.rule(
        when=make_leaf("perceived_severity", "is", "minor"),
        pattern=make_count_pattern(2, 60),
        then=[ABOVE],
    )
    bench.send("twin", ago_s=9)
    bench.send("acc", ago_s=8)
    bench.send("agg", ago_s=7, perceived_severity="minor")
    bench.send("onu", perceived_severity="minor")

    (deed,) = deeds(bench)

    assert parents(bench) == {"agg": "twin", "onu": "acc"}
    assert (deed["children"], deed["hops"]) == (2, 1)
    assert deed["parent"] == str(rows(bench)["acc"].id)


def test_an_alarm_of_a_pattern_that_waits_is_taken_though_the_others_found_a_parent(
    bench: Bench,
) -> None:
    bench.rule(
        when=make_leaf("perceived_severity", "is", "minor"),
        pattern=make_count_pattern(2, 60),
        then=[ABOVE | {"hops": 2}],
    )
    bench.send("twin", ago_s=9)
    bench.send("agg", ago_s=8, perceived_severity="minor")
    bench.send("onu", ago_s=7, perceived_severity="minor")
    (waiting,) = deeds(bench)
    bench.send("acc")
    (taken,) = deeds(bench)

    assert (waiting["waits"], waiting["hops"]) == (True, 1)
    assert parents(bench) == {"agg": "twin", "onu": "acc"}
    assert (taken["children"], taken["parent"]) == (2, str(rows(bench)["acc"].id))
    assert not {"waits", "because"} & taken.keys()


@pytest.mark.parametrize("moves_it", ["out", "elsewhere"])
def test_an_alarm_that_a_person_moved_is_left_where_it_is(bench: Bench, moves_it: str) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("core", ago_s=9)
    bench.send("peer", ago_s=9)
    bench.send("acc", ago_s=8)
    bench.fired()
    found = rows(bench)
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id)
        if moves_it == "out":
            ungroup(*where, [found["acc"].id], by="Anna", now=NOON)
        else:
            group_under(*where, found["peer"].id, [found["acc"].id], by="Anna", now=NOON)
    bench.send("agg")
    bench.fired()

    assert parents(bench) == ({} if moves_it == "out" else {"acc": "peer"})


def test_an_alarm_that_is_over_waits_no_more(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("acc", ago_s=9)
    bench.send("acc", ago_s=8, perceived_severity="cleared")
    bench.fired()
    bench.send("agg")
    bench.fired()

    assert parents(bench) == {}


def test_a_rule_that_only_observes_puts_nothing_under_what_comes_later(bench: Bench) -> None:
    above(bench, mode=Mode.OBSERVE)
    bench.send("acc", ago_s=9)
    bench.fired()
    bench.send("agg")
    bench.fired()

    assert parents(bench) == {}


def test_a_parent_that_got_bad_enough_takes_who_waits(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("agg", ago_s=9, perceived_severity="minor")
    bench.send("acc", ago_s=8)
    bench.fired()
    bench.send("agg", perceived_severity="critical")
    bench.fired()

    assert parents(bench) == {"acc": "agg"}


def test_an_alarm_that_still_stands_after_a_while_goes_under_what_is_above(bench: Bench) -> None:
    bench.rule(
        when=make_leaf("managed_object", "is", "acc"),
        pattern={"kind": "persists", "after_s": 60},
        then=[ABOVE],
    )
    bench.send("agg", ago_s=9)
    bench.send("acc")
    bench.fired()
    bench.fired(now=NOON + timedelta(seconds=62))

    assert parents(bench) == {"acc": "agg"}
