"""Published decision tables, judged in the correlator's batch among other rules."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError
from runtime.alarms._tables import AlarmRow
from runtime.rules._tables import Firing
from runtime.rules.explain import sentences
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, get_rule, list_rules, publish_rule
from runtime.runs._tables import Run
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.tables import make_row, make_table_document
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> Bench:
    return Bench(session, matcher)


def publish(bench: Bench, *, mode: Mode = Mode.LIVE, **changes: Any) -> None:
    document = make_table_document(**changes)
    with as_tenant(bench.session, bench.tenant_id):
        made = create_rule(bench.session, bench.tenant_id, document=document, by="test", now=NOON)
        publish_rule(bench.session, bench.tenant_id, made.id, mode=mode, by="test", now=NOON)


def whys(bench: Bench) -> list[list[str]]:
    with as_tenant(bench.session, bench.tenant_id):
        return [sentences(why) for why in bench.session.scalars(select(Firing.why))]


def test_the_row_that_matches_acts_and_says_why(bench: Bench) -> None:
    publish(bench)
    bench.send(attributes={"load": "93.5"})
    bench.send("other", attributes={"load": 12})

    assert bench.fired() == [
        ("Triage", [{"do": "set", "fields": {"attributes": {"team": "core"}}}]),
    ]
    assert whys(bench) == [
        [
            "row 1 matches",
            "it says Set team: core",
            "severity is at least major",
            "load is at least 90: it was 93.5",
            "load is at most 100: it was 93.5",
        ]
    ]


def test_collect_fires_once_with_what_every_row_says(bench: Bench) -> None:
    publish(
        bench,
        hit="collect",
        aggregate="sum",
        inputs=[{"field": "perceived_severity"}, {"field": "managed_object"}],
        outputs=[{"to": "set", "name": "attributes.score", "kind": "number"}, {"to": "do"}],
        rows=[
            make_row([">= major", "-"], ["40", "acknowledge"]),
            make_row(["-", "starts with core-"], ["2.5", ""]),
            make_row(["-", "starts with edge-"], ["7", ""]),
        ],
    )
    bench.send("core-1")

    score = {"do": "set", "fields": {"attributes": {"score": 42.5}}}
    assert bench.fired() == [("Triage", [{"do": "acknowledge"}, score])]


def test_a_workflow_that_a_row_starts_is_told_the_tables_values(bench: Bench) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        make_flow(bench.session, bench.tenant_id, chain_document(1, name="Ticket"))
    publish(
        bench,
        outputs=[{"to": "start"}, {"to": "value", "name": "team"}],
        rows=[make_row(["-", "-"], ["ticket", "core"])],
    )
    bench.send()
    bench.fired()

    with as_tenant(bench.session, bench.tenant_id):
        trigger = bench.session.scalars(select(Run.trigger)).one()
    assert trigger["rule"]["name"] == "Triage"
    assert trigger["rule"]["values"] == {"team": "core"}


def test_a_table_and_a_rule_act_in_their_order(bench: Bench) -> None:
    bench.rule(name="before", priority=10)
    publish(bench, priority=20, rows=[make_row(["-", "-"], ["a", ""])])
    bench.rule(name="after", priority=30)
    bench.send()

    assert [name for name, _ in bench.fired()] == ["before", "Triage", "after"]


def test_an_observing_table_records_its_row_and_does_nothing(bench: Bench) -> None:
    publish(bench, mode=Mode.OBSERVE, rows=[make_row(["-", "-"], ["a", "acknowledge"])])
    bench.send()

    assert bench.fired() == [("Triage", [])]
    assert whys(bench) == [["row 1 matches", "it says Set team: a, Do: acknowledge"]]
    with as_tenant(bench.session, bench.tenant_id):
        assert bench.session.scalars(select(AlarmRow.attributes)).all() == [{}]


def test_a_table_cools_down_for_an_alarm(bench: Bench) -> None:
    publish(bench, cooldown_s=60, rows=[make_row(["-", "-"], ["a", ""])])
    bench.send(ago_s=9)
    bench.send(ago_s=5, perceived_severity="critical")

    assert len(bench.fired()) == 1


def test_a_table_whose_rows_contradict_is_a_draft_and_not_published(bench: Bench) -> None:
    document = make_table_document(
        hit="unique", rows=[make_row(["-", "-"], ["a", ""]), make_row(["major", "-"], ["b", ""])]
    )
    with as_tenant(bench.session, bench.tenant_id):
        where = (bench.session, bench.tenant_id)
        made = create_rule(*where, document=document, by="test", now=NOON)
        with pytest.raises(InvalidError) as refused:
            publish_rule(*where, made.id, mode=Mode.LIVE, by="test", now=NOON)

        assert "rows 1 and 2 can both match" in refused.value.problems[0].message
        assert get_rule(*where, made.id).mode is Mode.DRAFT
        assert [one.kind for one in list_rules(*where)] == ["table"]
