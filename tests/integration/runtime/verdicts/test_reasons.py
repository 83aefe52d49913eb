"""Why a rule did not fire for an alarm: what lay round it, what its pattern saw, what kept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from runtime.alarms.policy.store import change_policy
from runtime.alarms.store import acknowledge, clear_by_person, set_fields, shelve
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.quieting.storms import save_protection
from runtime.rules.matcher import Matcher
from runtime.verdicts.asking import Explanation, Outcome, Verdict, explain
from tenancy.scope import as_tenant
from tests.factories.maintenance import QuietBench
from tests.factories.rules import make_count_pattern, make_leaf
from tests.factories.tenancy import NOON

NETWORK = b"key,kind,site,vendor\ncore,node,zrh,Acme\nagg,node,,Beta\n"
LINKS = b"from,to,relation\nagg,core,depends_on\n"
YES: Any = True
NO: Any = False
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PARENT_DOWN = make_leaf("topology.parent_down", "is", YES)
AGG = make_leaf("managed_object", "is", "agg")
CORE = make_leaf("managed_object", "is", "core")


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher() as made:
        yield made


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> QuietBench:
    bench = QuietBench(session, matcher)
    where = (session, bench.tenant_id)
    with as_tenant(*where):
        naming = Naming()
        staged = stage_import(
            *where, (NETWORK, LINKS), origin="plan", naming=naming, by="Ann", now=NOON
        )
        apply_import(*where, staged.id, remove_gone=False, now=NOON)
    return bench


def explained(bench: QuietBench, name: str = "agg") -> Explanation:
    alarm = bench.alarm(name)
    with as_tenant(bench.session, bench.tenant_id):
        return explain(bench.session, bench.tenant_id, alarm.id)


def asked(bench: QuietBench, name: str = "agg") -> Verdict:
    """Ask the last of the rules about the alarm of an object."""
    return explained(bench, name).verdicts[-1]


def tell(bench: QuietBench, *story: tuple[str, int, str]) -> None:
    """Let objects say something, each so many seconds after the one before."""
    for name, after_s, severity in story:
        bench.now += after_s * SECOND
        key = "cleared_at" if severity == "cleared" else "raised_at"
        at = bench.now
        bench.send(name, at=at, perceived_severity=severity, **{key: at.isoformat()})
        bench.settle()


@pytest.mark.parametrize(
    ("field", "value", "story", "outcome"),
    [
        pytest.param("topology.parent_down", YES, [("core", 0, "major")], "held", id="parent"),
        pytest.param(
            "topology.parent_down", YES, [("core", 0, "minor")], "not_held", id="not so bad"
        ),
        pytest.param(
            "topology.parent_down",
            YES,
            [("core", 0, "major"), ("core", 5, "cleared")],
            "not_held",
            id="the parent was over by then",
        ),
        pytest.param("topology.parent", "core", [("core", 0, "major")], "held", id="its name"),
        pytest.param("inventory.vendor", "Beta", [], "held", id="inventory"),
        pytest.param("inventory.vendor", "Acme", [], "not_held", id="another vendor"),
        pytest.param("maintenance.name", "Core upgrade", [], "held", id="planned work"),
    ],
)
def test_a_rule_is_asked_with_what_lay_round_the_alarm(
    bench: QuietBench, field: str, value: Any, story: list[tuple[str, int, str]], outcome: str
) -> None:
    bench.plan(suppresses=False)
    tell(bench, *story, ("agg", 10, "major"))
    bench.rule(when=make_leaf(field, "is", value))  # too late to fire

    assert asked(bench).outcome == outcome


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        pytest.param([("core", 5, "major")], Outcome.NOT_HELD, id="went down later"),
        pytest.param([("core", 5, "cleared")], Outcome.HELD, id="came back later"),
    ],
)
def test_what_stood_is_as_it_was_then_and_not_as_it_is_now(
    bench: QuietBench, after: list[tuple[str, int, str]], outcome: Outcome
) -> None:
    before = [] if outcome is Outcome.NOT_HELD else [("core", 0, "major")]
    tell(bench, *before, ("agg", 5, "major"), *after)
    bench.rule(when=PARENT_DOWN)

    assert asked(bench).outcome is outcome


def test_an_alarm_is_asked_about_as_it_was_when_the_rule_last_looked_at_it(
    bench: QuietBench,
) -> None:
    tell(bench, ("agg", 0, "critical"), ("agg", 60, "minor"))
    bench.rule(when=make_leaf("perceived_severity", "is", "critical"))

    verdict = asked(bench)

    assert (verdict.outcome, verdict.happened, verdict.asked_at) == ("held", "raised", NOON)


@pytest.mark.parametrize(
    ("field", "value", "fields"),
    [
        pytest.param("attributes.site", "ZRH", {"attributes": {"site": "ZRH"}}, id="attribute"),
        pytest.param("service_affecting", NO, {"service_affecting": False}, id="not so"),
    ],
)
def test_an_alarm_is_asked_about_with_what_was_set_though_its_source_never_said_it(
    bench: QuietBench, field: str, value: Any, fields: dict[str, Any]
) -> None:
    tell(bench, ("agg", 0, "major"))
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id, bench.alarm("agg").id)
        set_fields(*where, fields=fields, by="Ann", now=bench.now)
    tell(bench, ("agg", 5, "minor"))
    bench.rule(on=["changed"], when=make_leaf(field, "is", value))

    assert asked(bench).outcome is Outcome.HELD


def test_an_alarm_is_not_asked_about_with_what_its_source_said_only_later(
    bench: QuietBench,
) -> None:
    tell(bench, ("agg", 0, "major"))
    bench.send("agg", at=bench.now + SECOND, perceived_severity="minor", will_clear=True)
    bench.settle()
    bench.rule(on=["raised"], when=make_leaf("will_clear", "is", YES))

    assert asked(bench).outcome is Outcome.NOT_HELD


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        pytest.param({}, Outcome.HELD, id="so it is"),
        pytest.param({"worse_unacknowledges": False}, Outcome.NOT_HELD, id="not by this policy"),
    ],
)
def test_an_alarm_that_got_worse_is_asked_about_as_not_acknowledged(
    bench: QuietBench, policy: dict[str, Any], outcome: Outcome
) -> None:
    tell(bench, ("agg", 0, "major"))
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id)
        change_policy(*where, policy, by="Ann", now=NOON)
        acknowledge(*where, bench.alarm("agg").id, by="Ann", now=bench.now)
    tell(bench, ("agg", 5, "critical"))
    is_open = make_leaf("ack_state", "is", "unacknowledged")
    bench.rule(on=["changed"], when=is_open)

    assert asked(bench).outcome is outcome


def count(**changes: Any) -> dict[str, Any]:
    return {"pattern": make_count_pattern(3) | {"within_s": 300} | changes}


def pair(kind: str, **changes: Any) -> dict[str, Any]:
    return {"pattern": {"kind": kind, "a": CORE, "b": AGG, "within_s": 60} | changes}


FLAPS = {"pattern": {"kind": "flapping", "more_than": 2, "within_s": 60}}
CALMS = {"pattern": FLAPS["pattern"] | {"more_than": 1, "release_below": 1}}
STANDS = {"pattern": {"kind": "persists", "after_s": 600}}


@pytest.mark.parametrize(
    ("rule", "story", "note"),
    [
        pytest.param(
            count(),
            [("x", 0, "major"), ("agg", 299, "major")],
            "2 of 3 such alarms came within 5 minutes",
            id="counted too few",
        ),
        pytest.param(
            count(),
            [("x", 0, "major"), ("agg", 300, "major")],
            "1 of 3 such alarms came within 5 minutes",
            id="the other came a window before",
        ),
        pytest.param(
            count(distinct="managed_object", group_by=["perceived_severity"]),
            [("agg", 0, "major")],
            "1 of 3 different values of managed object with the same severity",
            id="counted values",
        ),
        pytest.param(
            count(),
            [("agg", 0, "major"), ("x", 1, "major"), ("y", 1, "major")],
            "it was counted: the rule fired at 2026-11-24 12:00:02 UTC for y, with this alarm",
            id="counted for another",
        ),
        pytest.param(
            count(),
            [(name, 1, "major") for name in ("x", "y", "z", "agg")],
            "it fired at 2026-11-24 12:00:03 UTC and rests for 5 minutes",
            id="rests",
        ),
        pytest.param(
            count(group_by=["attributes.site"]),
            [("agg", 0, "major")],
            "it has no site, which the rule tells alarms apart by",
            id="in no group",
        ),
        pytest.param(
            {"cooldown_s": 600, "pattern": {"kind": "each", "group_by": ["perceived_severity"]}},
            [("x", 0, "major"), ("agg", 10, "major")],
            "it fired at 2026-11-24 12:00:00 UTC with the same severity and rests for 10 minutes",
            id="each rests",
        ),
        pytest.param(
            pair("sequence"),
            [("core", 0, "major"), ("agg", 60, "major")],
            "it was the second, and no first came before it within 1 minute: the nearest was "
            "1 minute away",
            id="the first came too early",
        ),
        pytest.param(
            pair("sequence", a=AGG, b=CORE),
            [("agg", 0, "major")],
            "it was the first, and no second came after it within 1 minute",
            id="no second",
        ),
        pytest.param(
            pair("together"),
            [("agg", 0, "major")],
            "it was the second, and no first came of another alarm within 1 minute",
            id="alone",
        ),
        pytest.param(
            pair("absence", a=AGG, b=CORE),
            [("agg", 0, "major"), ("core", 20, "major")],
            "the second came 20 seconds after it, and the rule waits 1 minute for it",
            id="the second came",
        ),
        pytest.param(
            pair("absence", a=AGG, b=CORE),
            [("agg", 0, "major")],
            "it waits until 2026-11-24 12:01:00 UTC for the second",
            id="waits for the second",
        ),
        pytest.param(
            pair("absence"),
            [("agg", 0, "major")],
            "it was the second, and the rule fires where that does not come",
            id="is the second",
        ),
        pytest.param(
            FLAPS,
            [("agg", 0, "major"), ("agg", 5, "cleared")],
            "it changed 2 times within 1 minute, and more than 2 are needed",
            id="flaps too little",
        ),
        pytest.param(
            STANDS,
            [("agg", 0, "major"), ("agg", 240, "cleared")],
            "it stood for 4 minutes, and 10 minutes are needed",
            id="stood too short",
        ),
        pytest.param(
            STANDS,
            [("agg", 0, "major")],
            "it waits until 2026-11-24 12:10:00 UTC whether the alarm still stands",
            id="waits whether it stands",
        ),
        pytest.param(
            {"on": ["cleared"]},
            [("agg", 0, "major")],
            "it looks at alarms when they are cleared, and this one was not",
            id="happened something else",
        ),
    ],
)
def test_a_rule_that_did_not_fire_tells_what_its_pattern_saw(
    bench: QuietBench, rule: dict[str, Any], story: list[tuple[str, int, str]], note: str
) -> None:
    bench.rule(**rule)

    tell(bench, *story)

    assert " ".join(asked(bench).notes).startswith(note)


def test_what_a_pattern_saw_too_long_ago_is_not_guessed(bench: QuietBench) -> None:
    bench.rule(**count())

    tell(bench, ("agg", 0, "major"), ("x", 4000, "major"))

    assert asked(bench).notes == ("what it had seen by then is not kept any more",)


def test_a_rule_that_another_stopped_names_it(bench: QuietBench) -> None:
    bench.rule(name="First of all", priority=1, stop=True)
    bench.rule(name="Later", priority=2)

    tell(bench, ("agg", 0, "major"))

    assert asked(bench).notes == ("“First of all” fired before it and stops the rules after it",)


def test_an_alarm_on_the_shelf_says_so_and_so_does_each_rule(bench: QuietBench) -> None:
    tell(bench, ("agg", 0, "minor"))
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id, bench.alarm("agg").id)
        shelve(*where, until=NOON + 60 * MINUTE, reason="spare part", by="Ann", now=NOON)
    bench.rule(on=["changed"])

    tell(bench, ("agg", 5, "major"))

    words = "on the shelf until 2026-11-24 13:00:00 UTC, put there by Ann"
    assert words in explained(bench).kept[0].words
    assert words in asked(bench).notes[0]


def test_an_alarm_that_planned_work_holds_back_says_so_and_so_does_each_rule(
    bench: QuietBench,
) -> None:
    bench.plan()
    bench.rule()

    tell(bench, ("agg", 5, "major"))

    assert explained(bench).kept[0].words.startswith("Planned work “Core upgrade” holds it back")
    assert asked(bench).notes == (
        "planned work “Core upgrade” held it back: rules did not judge it",
    )


def test_an_alarm_in_a_storm_leads_to_the_alarm_that_tells_of_it(bench: QuietBench) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        calm = {"window_s": 60, "tenant": {"begin_per_s": 0.01, "end_per_s": 0.001}}
        save_protection(bench.session, bench.tenant_id, calm, now=NOON)
    bench.rule()

    tell(bench, ("x", 0, "major"), ("agg", 1, "major"))

    (kept,) = explained(bench).kept
    assert kept.words.startswith("The storm of “All alarms” holds it back")
    assert kept.summary_id == bench.alarm("All alarms").id
    assert asked(bench).notes == ("the storm of “All alarms” held it back: rules did not judge it",)


def test_what_a_person_cleared_is_not_judged_and_the_rule_says_so(bench: QuietBench) -> None:
    bench.rule(on=["cleared"])
    tell(bench, ("agg", 0, "major"))
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id, bench.alarm("agg").id)
        clear_by_person(*where, by="Ann", now=NOON + SECOND)
    bench.settle()

    assert asked(bench).notes == ("Ann cleared it by hand, which rules do not judge",)


def test_a_firing_tells_what_its_pattern_saw_then(bench: QuietBench) -> None:
    bench.rule(**count(), when=AGG | {"op": "is_not", "value": "none"})

    tell(bench, ("x", 0, "major"), ("y", 1, "major"), ("agg", 1, "major"))

    verdict = asked(bench)
    assert verdict.outcome is Outcome.FIRED
    assert verdict.decided[-1] == "3 such alarms came within 300 seconds, and 3 are enough"
