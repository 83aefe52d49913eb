"""Events filled from the inventory before rules see them, and rules that fill alarms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.secrets import Vault, new_key
from runtime.alarms.journal import Origin, append, raw_of
from runtime.alarms.model import parse_event
from runtime.alarms.sources.store import configure_source, create_source, get_source
from runtime.backtests.running import backtest_rule
from runtime.enriching.events import fill_given
from runtime.inventory.resources import find_resource, put_relation, save_resource
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.backtest.given import rows_of
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant
from tests.factories.maintenance import QuietBench
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON

FILLS = {"fill_from_inventory": True, "fill_attributes": ["vendor"]}
IN_ZRH = make_leaf("place", "is", "zrh")
FILL = {"do": "fill", "take": ["place", "affected_services"], "attributes": ["vendor"]}


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> QuietBench:
    """A tenant with a router in Zurich that carries a VPN."""
    bench = QuietBench(session, matcher)
    with as_tenant(session, bench.tenant_id):
        where = (session, bench.tenant_id)
        said = {"kind": "node", "type": "router", "site": "zrh", "attributes": {"vendor": "Acme"}}
        router = save_resource(*where, {"key": "r1", "name": "r1", **said})
        vpn = save_resource(*where, {"key": "vpn", "name": "vpn", "kind": "service"})
        put_relation(*where, router.id, vpn.id, kind="carries")
    return bench


@pytest.fixture
def source_id(bench: QuietBench) -> UUID:
    """A source whose events are filled."""
    with as_tenant(bench.session, bench.tenant_id):
        where, vault = (bench.session, bench.tenant_id), Vault([new_key()])
        made, _ = create_source(*where, kind="json", name="NMS", vault=vault, now=NOON)
        configure_source(*where, made.id, config=FILLS, now=NOON)
        return made.id


def send(bench: QuietBench, source_id: UUID | None, name: str = "r1", **event: Any) -> None:
    said = {"managed_object": name, "perceived_severity": "major", "source": "NMS"}
    with as_tenant(bench.session, bench.tenant_id):
        parsed = parse_event({**said, "raised_at": format_instant(NOON), **event})
        origin = Origin(source_id=source_id) if source_id else None
        append(bench.session, bench.tenant_id, [parsed], now=NOON, origin=origin)


def test_what_a_source_leaves_out_is_filled_before_rules_see_it(
    bench: QuietBench, source_id: UUID
) -> None:
    bench.rule(when=IN_ZRH)
    send(bench, source_id)

    bench.correlate()

    alarm = bench.alarm("r1")
    assert (alarm.place, alarm.managed_object_type) == ("zrh", "router")
    assert (alarm.affected_services, alarm.attributes) == (("vpn",), {"vendor": "Acme"})
    assert bench.fired() == 1


def test_what_a_source_says_itself_stays(bench: QuietBench, source_id: UUID) -> None:
    send(bench, source_id, place="ber", attributes={"vendor": "Beta"})

    bench.correlate()

    alarm = bench.alarm("r1")
    assert (alarm.place, alarm.attributes["vendor"]) == ("ber", "Beta")
    assert alarm.managed_object_type == "router"


def test_without_the_setting_nothing_is_filled(bench: QuietBench, source_id: UUID) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        configure_source(bench.session, bench.tenant_id, source_id, config={}, now=NOON)
    send(bench, source_id)
    send(bench, None, "vpn")

    bench.correlate()

    assert (bench.alarm("r1").place, bench.alarm("vpn").affected_services) == ("", ())


def test_an_object_that_the_inventory_lacks_is_counted_and_taken_as_it_came(
    bench: QuietBench, source_id: UUID
) -> None:
    send(bench, source_id, "r8")
    send(bench, source_id, "r9")
    send(bench, source_id)

    bench.correlate()

    with as_tenant(bench.session, bench.tenant_id):
        source = get_source(bench.session, bench.tenant_id, source_id)
    assert (source.unknown_objects, source.last_unknown_object) == (2, "r9")
    assert bench.alarm("r9").place == ""


def test_an_event_that_would_be_too_large_stays_as_it_came(
    bench: QuietBench, source_id: UUID
) -> None:
    full = {f"a{number}": number for number in range(256)}
    send(bench, source_id, attributes=full)

    bench.correlate()

    assert (bench.alarm("r1").attributes, bench.alarm("r1").place) == (full, "")


def test_what_was_sent_stays_beside_what_was_filled(bench: QuietBench, source_id: UUID) -> None:
    send(bench, source_id)

    bench.correlate()

    with as_tenant(bench.session, bench.tenant_id):
        seq = bench.alarm("r1").last_seq
        assert seq is not None
        raw = raw_of(bench.session, bench.tenant_id, seq)
    assert raw == {
        "managed_object": "r1",
        "perceived_severity": "major",
        "source": "NMS",
        "raised_at": format_instant(NOON),
    }


def test_a_backtest_sees_what_live_saw_though_the_inventory_is_another(
    bench: QuietBench, source_id: UUID
) -> None:
    bench.rule(when=IN_ZRH)
    send(bench, source_id)
    bench.correlate()
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id)
        there = find_resource(*where, "r1")
        assert there is not None
        moved = {"key": "r1", "name": "r1", "kind": "node", "site": "ber"}
        save_resource(*where, moved, resource_id=there.id)
        rule_id = bench.session.scalars(select(RuleRow.id)).one()
        report = backtest_rule(*where, rule_id, since=NOON, now=bench.now, most=100)

    assert (bench.fired(), report.draft.fired) == (1, 1)


@pytest.mark.usefixtures("source_id")
def test_events_that_are_pasted_are_filled_as_those_of_the_source_they_name(
    bench: QuietBench,
) -> None:
    pasted = [
        {"managed_object": "r1", "perceived_severity": "major", "source": name}
        for name in ("NMS", "another")
    ]

    with as_tenant(bench.session, bench.tenant_id):
        filled = fill_given(bench.session, bench.tenant_id, rows_of(pasted))

    assert [row.event.get("place") for row in filled] == ["zrh", None]


def test_a_rule_fills_an_alarm(bench: QuietBench) -> None:
    bench.rule(then=[FILL])
    send(bench, None, place="said")

    bench.correlate()

    alarm = bench.alarm("r1")
    assert (alarm.place, alarm.affected_services) == ("zrh", ("vpn",))
    assert (alarm.managed_object_type, alarm.attributes) == ("", {"vendor": "Acme"})


def test_what_a_rule_filled_stays_over_a_repeat(bench: QuietBench) -> None:
    bench.rule(then=[FILL])
    send(bench, None, place="said")
    bench.correlate()
    send(bench, None, place="said")

    bench.correlate()

    assert bench.alarm("r1").place == "zrh"


def test_a_rule_tells_on_its_firing_that_the_inventory_lacks_the_object(
    bench: QuietBench,
) -> None:
    bench.rule(then=[FILL, {"do": "acknowledge"}])
    send(bench, None, "r9")

    bench.correlate()

    with as_tenant(bench.session, bench.tenant_id):
        (did,) = bench.session.scalars(select(Firing.did))
    assert "the inventory has no resource 'r9'" in did[0]["failed"]
    assert bench.alarm("r9").is_acknowledged
