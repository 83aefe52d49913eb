"""Rules that read the network, the inventory and planned work, through the correlator's batch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from runtime.alarms.store import get_alarm
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.inventory.resources import save_resource
from runtime.rules._tables import Firing
from runtime.rules.explain import sentences
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant
from tests.factories.maintenance import QuietBench
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON

NETWORK = (
    "key,kind,site,vendor\nzrh,site,,\ncore,node,zrh,Acme\nagg,node,,Acme\nacc,node,,Beta\n"
    "onu,node,,\npeer,node,,\n"
)
LINKS = (
    "from,to,relation\nagg,core,depends_on\nacc,agg,depends_on\nonu,acc,depends_on\n"
    "peer,acc,connects\n"
)
YES: Any = True
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> QuietBench:
    bench = QuietBench(session, matcher)
    bring(bench, NETWORK.encode(), LINKS.encode())
    return bench


def bring(bench: QuietBench, *files: bytes, **naming: Any) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id)
        staged = stage_import(
            *where, files, origin="plan", naming=Naming(**naming), by="Ann", now=NOON
        )
        apply_import(*where, staged.id, remove_gone=False, now=NOON)


def judged(bench: QuietBench, field: str, value: Any = YES, *, batch: int = 500) -> list[str]:
    """Give the objects whose alarms a rule on the field fires for."""
    bench.rule(name=field[:100], when=make_leaf(field, "is", value))
    bench.correlate(batch=batch)
    with as_tenant(bench.session, bench.tenant_id):
        firings = bench.session.scalars(select(Firing).order_by(Firing.seq)).all()
        return [bench_object(bench, one) for one in firings]


def bench_object(bench: QuietBench, firing: Firing) -> str:
    return get_alarm(bench.session, bench.tenant_id, firing.alarm_id).managed_object


@pytest.mark.parametrize(
    ("parent", "event", "field", "fires"),
    [
        pytest.param("agg", {}, "topology.parent_down", True, id="one hop up"),
        pytest.param("zrh", {}, "topology.parent_down", True, id="three hops up"),
        pytest.param(
            "zrh", {}, "topology.parent_down(hops=2,age_s=900)", False, id="a hop too far"
        ),
        pytest.param("onu", {}, "topology.parent_down", False, id="below it"),
        pytest.param("peer", {}, "topology.parent_down", False, id="beside it"),
        pytest.param("peer", {}, "topology.neighbour_down", True, id="beside it, for neighbours"),
        pytest.param(
            "agg", {"perceived_severity": "minor"}, "topology.parent_down", False, id="not so bad"
        ),
        pytest.param("unknown", {}, "topology.parent_down", False, id="not in the inventory"),
    ],
)
def test_a_child_of_something_down_is_told_apart(
    bench: QuietBench, parent: str, event: dict[str, Any], field: str, fires: bool
) -> None:
    bench.send(parent, at=NOON - MINUTE, **event)
    bench.send("acc", at=NOON)

    assert ("acc" in judged(bench, field)) is fires


@pytest.mark.parametrize(
    ("ago", "fires"),
    [
        pytest.param(timedelta(seconds=600), True, id="as old as may be"),
        pytest.param(timedelta(seconds=601), False, id="a second older"),
    ],
)
def test_a_parent_that_is_down_too_long_is_no_cause(
    bench: QuietBench, ago: timedelta, fires: bool
) -> None:
    bench.send("agg", at=NOON - ago)
    bench.send("acc", at=NOON)

    assert ("acc" in judged(bench, "topology.parent_down(hops=1,age_s=600)")) is fires


@pytest.mark.parametrize("batch", [1, 2, 500])
@pytest.mark.parametrize(
    ("story", "fires"),
    [
        pytest.param([("agg", "major"), ("acc", "major")], ["acc"], id="down before"),
        pytest.param([("acc", "major"), ("agg", "major")], [], id="down only after"),
        pytest.param(
            [("agg", "major"), ("agg", "cleared"), ("acc", "major")], [], id="over before"
        ),
        pytest.param(
            [("agg", "major"), ("acc", "major"), ("agg", "cleared")], ["acc"], id="over after"
        ),
        pytest.param(
            [("agg", "minor"), ("agg", "critical"), ("acc", "major")], ["acc"], id="got worse"
        ),
        pytest.param(
            [("agg", "critical"), ("agg", "minor"), ("acc", "major")], [], id="got better"
        ),
    ],
)
def test_the_size_of_batches_changes_no_verdict(
    bench: QuietBench, story: list[tuple[str, str]], fires: list[str], batch: int
) -> None:
    for number, (name, severity) in enumerate(story):
        at = NOON - MINUTE + number * SECOND
        bench.send(name, at=at, perceived_severity=severity)

    assert judged(bench, "topology.parent_down", batch=batch) == fires


def test_a_parent_from_an_earlier_batch_counts_until_it_clears(bench: QuietBench) -> None:
    bench.rule(when=make_leaf("topology.parent_down", "is", True))
    bench.send("agg", at=NOON - MINUTE)
    bench.correlate()
    bench.send("acc", at=NOON - 3 * SECOND)
    bench.send("agg", at=NOON - 2 * SECOND, perceived_severity="cleared")
    bench.send("onu", at=NOON - SECOND)
    bench.send("acc", at=NOON, perceived_severity="critical")
    bench.correlate()

    assert bench.fired() == 2  # acc below agg; onu below acc; not acc once agg is over


def test_the_nearest_is_named_and_kept_with_the_firing(bench: QuietBench) -> None:
    bench.send("core", at=NOON - MINUTE)
    bench.send("agg", at=NOON - MINUTE)
    bench.send("acc", at=NOON)
    judged(bench, "topology.parent", "agg")

    with as_tenant(bench.session, bench.tenant_id):
        (firing,) = bench.session.scalars(select(Firing)).all()
    assert firing.why["when"]["seen"] == "agg"
    assert any("agg" in one for one in sentences(firing.why))


@pytest.mark.parametrize(
    ("field", "value", "fires"),
    [
        pytest.param("inventory.vendor", "Acme", ["core", "agg"], id="an attribute"),
        pytest.param("inventory.site", "zrh", ["core"], id="its site"),
        pytest.param("inventory.kind", "site", [], id="another kind"),
    ],
)
def test_the_inventory_is_read(bench: QuietBench, field: str, value: str, fires: list[str]) -> None:
    for name in ("core", "agg", "acc", "stranger"):
        bench.send(name)

    assert judged(bench, field, value) == fires


def test_planned_work_that_only_marks_is_read(bench: QuietBench) -> None:
    bench.plan(suppresses=False, scope={"kind": "resources", "keys": ["acc"]})
    bench.send("acc")
    bench.send("agg")

    assert judged(bench, "maintenance.active") == ["acc"]


def test_a_change_of_the_inventory_holds_from_then_on(bench: QuietBench) -> None:
    bench.rule(when=make_leaf("inventory.vendor", "is", "New"))
    bench.send("onu")
    bench.correlate()
    with as_tenant(bench.session, bench.tenant_id):
        save_resource(
            bench.session, bench.tenant_id, {"key": "onu", "attributes": {"vendor": "New"}}
        )
    bench.send("onu", perceived_severity="critical")
    bench.correlate()

    assert bench.fired() == 1


def test_rules_that_name_none_of_it_cost_no_look(bench: QuietBench) -> None:
    asked: list[str] = []
    engine = bench.session.get_bind()
    bench.rule()
    bench.send("acc")

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    bench.correlate()
    event.remove(engine, "before_cursor_execute", note)

    assert bench.fired() == 1
    assert [one for one in asked if "FROM resource" in one or "inventory_state" in one] == []


def test_a_real_network_names_the_neighbour_that_is_down(
    session: Session, matcher: Matcher, shared_data: Path
) -> None:
    bench = QuietBench(session, matcher)
    content = (shared_data / "topology/zoo/Abilene.graphml").read_bytes()
    bring(bench, content, by_name=True)
    bench.send("Denver", at=NOON - MINUTE)
    bench.send("Sunnyvale")
    bench.send("New York")

    assert judged(bench, "topology.neighbour_down(hops=1,age_s=300)") == ["Sunnyvale"]
