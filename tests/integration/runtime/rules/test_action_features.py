"""Each action and each thing it can be given, each mode: what is done, and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from runtime.alarms._tables import AlarmRow
from runtime.flows._tables import FlowRow
from runtime.inventory.lookup import put_table
from runtime.inventory.resources import put_relation, save_resource
from runtime.rules._tables import Firing, RuleNotice
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, list_rules, switch_off
from runtime.runs._tables import Run
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_member
from tests.integration.runtime.rules.conftest import Bench
from tests.unit.runtime.rules.features import action_features

LINK = make_leaf("text", "is", "link")
UNDER = {"do": "correlate", "parent": "matching", "where": make_leaf("text", "is", "power")}
ABOVE = {"do": "correlate", "parent": "above"}
UNDER_SAME = UNDER | {"same": ["attributes.site"]}
LOOK_UP = {
    "do": "enrich",
    "table": "sites",
    "key": "{attributes.site}",
    "fields": {"attributes.city": "city"},
}
FILL = {"do": "fill", "take": ["place", "managed_object_type"]}
MAIL = {"do": "notify", "to": ["role:operator"], "subject": "Look at {managed_object}"}
DERIVE = {"do": "derive", "alarm": {"specific_problem": "{managed_object} again"}}
Said = Mapping[str, Any]


def said(name: str = "a", text: str = "link", site: str = "zrh", **more: Any) -> Said:
    return {"name": name, "text": text, "attributes": {"site": site}} | more


POWER, POWER_IN_BERN = said("power", "power"), said("power", "power", "brn")
MAJOR, CRITICAL = said("b"), said("c", perceived_severity="critical")


@dataclass(frozen=True, kw_only=True)
class Case:
    """An action, alarms for which it is done and how one then looks; alarms for which it is not.

    Attributes:
        feature: What of an action it is about.
        then: The action.
        does: What is seen of the alarm `a`, or of the tenant, afterwards.
        hit: What is sent.
        miss: What is sent that just misses; `misses` is what is seen then.
        pattern: How many alarms it takes.
    """

    feature: str
    then: Said
    does: Said
    misses: Said
    hit: Sequence[Said] = (said(),)
    miss: Sequence[Said] = (said(text="links"),)
    pattern: Said = field(default_factory=lambda: {"kind": "each"})


def case(feature: str, then: Said, does: Said, misses: Said, **more: Any) -> Case:
    return Case(feature=feature, then=then, does=does, misses=misses, **more)


def set_to(**fields: Any) -> Said:
    return {"do": "set", "fields": fields}


PAIR = make_count_pattern(2, 60)
CASES = [
    case("start", {"do": "start", "flow": "chain"}, {"runs": ["chain"]}, {"runs": []}),
    case("start flow", {"do": "start", "flow": "other"}, {"runs": ["other"]}, {"runs": []}),
    case("set", set_to(text="seen"), {"text": "seen"}, {"text": "links"}),
    case(
        "set fields",
        set_to(**{"attributes.team": "core {attributes.site}", "perceived_severity": "minor"}),
        {"team": "core zrh", "severity": "minor"},
        {"team": None, "severity": "major"},
    ),
    case("acknowledge", {"do": "acknowledge"}, {"ack": "acknowledged"}, {"ack": "unacknowledged"}),
    case("clear", {"do": "clear"}, {"active": False}, {"active": True}),
    case("suppress", {"do": "suppress"}, {"suppressed": "rule R"}, {"suppressed": ""}),
    case(
        "suppress reason",
        {"do": "suppress", "reason": "work at {managed_object}"},
        {"suppressed": "rule R: work at a"},
        {"suppressed": ""},
    ),
    case(
        "correlate",
        {"do": "correlate", "parent": "first"},
        {"parents": {"a": None, "b": "a"}},
        {"parents": {"a": None}},
        pattern=PAIR,
        hit=(said(), MAJOR),
        miss=(said(),),
    ),
    case(
        "correlate parent",
        {"do": "correlate", "parent": "most_severe"},
        {"parents": {"a": "c", "c": None}},
        {"parents": {"a": None, "b": "a"}},
        pattern=PAIR,
        hit=(said(), CRITICAL),
        miss=(said(), MAJOR),
    ),
    case(
        "correlate where",
        UNDER,
        {"parents": {"power": None, "a": "power"}},
        {"parents": {"power": None, "a": None}},
        hit=(POWER, said()),
        miss=(said("power", "Power"), said()),
    ),
    case(
        "correlate same",
        UNDER_SAME,
        {"parents": {"power": None, "a": "power"}},
        {"parents": {"power": None, "a": None}},
        hit=(POWER, said()),
        miss=(POWER_IN_BERN, said()),
    ),
    case(
        "correlate hops",
        ABOVE | {"hops": 2},
        {"parents": {"far": None, "a": "far"}},
        {"parents": {"farther": None, "a": None}},
        hit=(said("far", "power"), said()),
        miss=(said("farther", "power"), said()),
    ),
    case(
        "correlate at_least",
        ABOVE | {"at_least": "minor"},
        {"parents": {"near": None, "a": "near"}},
        {"parents": {"near": None, "a": None}},
        hit=(said("near", "power", perceived_severity="minor"), said()),
        miss=(said("near", "power", perceived_severity="warning"), said()),
    ),
    case(
        "correlate max_age_s",
        UNDER | {"max_age_s": 1},
        {"parents": {"power": None, "a": "power"}},
        {"parents": {"power": None, "b": None, "a": "b"}},
        hit=(POWER, said()),
        miss=(POWER, said("b", "power"), said()),
    ),
    case(
        "correlate max_children",
        UNDER | {"max_children": 1},
        {"parents": {"power": None, "a": "power"}},
        {"parents": {"power": None, "b": "power", "a": None}},
        hit=(POWER, said()),
        miss=(POWER, MAJOR, said()),
    ),
    case("enrich", LOOK_UP, {"city": "Zürich"}, {"city": None}),
    case("enrich table", LOOK_UP | {"table": "towns"}, {"city": "Town"}, {"city": None}),
    case("enrich key", LOOK_UP, {"city": "Zürich"}, {"city": None}, miss=(said(site="brn"),)),
    case(
        "enrich fields",
        LOOK_UP | {"fields": {"text": "note"}},
        {"text": "by the lake", "city": None},
        {"text": "links"},
    ),
    case("fill", FILL, {"place": "zrh", "type": "Port"}, {"place": "", "type": ""}),
    case(
        "fill take",
        FILL | {"take": ["managed_object_type"]},
        {"place": "", "type": "Port"},
        {"place": "", "type": ""},
    ),
    case(
        "fill attributes",
        FILL | {"attributes": ["vendor"]},
        {"vendor": "acme"},
        {"vendor": None},
    ),
    case("notify", MAIL, {"mails": ["Look at a"]}, {"mails": []}),
    case("notify to", MAIL | {"to": ["role:viewer"]}, {"to": ["Vera"]}, {"to": []}),
    case("notify subject", MAIL | {"subject": "{text}"}, {"mails": ["link"]}, {"mails": []}),
    case(
        "notify text",
        MAIL | {"text": "Site {attributes.site}."},
        {"first": "Site zrh."},
        {"first": ""},
    ),
    case(
        "notify every_s",
        MAIL | {"every_s": 60},
        {"mails": ["Look at a", "Look at b"]},
        {"mails": ["Look at a"]},
        hit=(said(), MAJOR),
        miss=(said(), said(perceived_severity="critical")),
    ),
    case("derive", DERIVE, {"derived": ["a again"]}, {"derived": []}),
    case(
        "derive alarm",
        DERIVE | {"alarm": {"specific_problem": "x", "managed_object": "{attributes.site}"}},
        {"derived": ["x"], "parents": {"a": None, "zrh": None}},
        {"derived": []},
    ),
]


def prepare(bench: Bench) -> dict[str, str]:
    """Give a tenant workflows, tables and people; give the name of each address."""
    tenant = get_organisation(bench.session, bench.tenant_id)
    people = [
        make_member(bench.session, tenant, role, name=name)
        for role, name in (("operator", "Olga"), ("viewer", "Vera"))
    ]
    with as_tenant(bench.session, bench.tenant_id):
        for name in ("Chain", "Other"):
            make_flow(bench.session, bench.tenant_id, chain_document(1, name=name))
        sites = {"zrh": {"city": "Zürich", "note": "by the lake"}}
        put_table(bench.session, bench.tenant_id, "sites", ["city", "note"], sites)
        port = {"key": "a", "name": "a", "kind": "node", "type": "Port", "site": "zrh"}
        resource = {**port, "attributes": {"vendor": "acme"}}
        lower = save_resource(bench.session, bench.tenant_id, resource)
        for key in ("near", "far", "farther"):
            upper = save_resource(bench.session, bench.tenant_id, {"key": key})
            where = (bench.session, bench.tenant_id)
            put_relation(*where, lower.id, upper.id, kind="depends_on")
            lower = upper
        put_table(bench.session, bench.tenant_id, "towns", ["city"], {"zrh": {"city": "Town"}})
    return {one.email: one.name for one in people}


def seen(bench: Bench, then: Said, pattern: Said, sent: Sequence[Said]) -> dict[str, Any]:
    """Publish a rule, send alarms, and tell what can be seen of what it did."""
    people = prepare(bench)
    bench.rule(
        name="R", when=LINK, then=[dict(then)], pattern=dict(pattern), on=["raised", "changed"]
    )
    for ago_s, one in zip(range(len(sent), 0, -1), sent, strict=True):
        bench.send(ago_s=ago_s, **one)
    bench.fired()
    with as_tenant(bench.session, bench.tenant_id):
        rows = {row.id: row for row in bench.session.scalars(select(AlarmRow))}
        runs = bench.session.scalars(select(FlowRow.slug).join(Run)).all()
        mails = bench.session.scalars(select(RuleNotice).order_by(RuleNotice.id)).all()
    a = next(row for row in rows.values() if row.managed_object == "a")
    derived = [row for row in rows.values() if row.source.startswith("rule:")]
    return {
        "ack": a.ack_state.value,
        "active": a.is_active,
        "city": a.attributes.get("city"),
        "derived": [row.specific_problem for row in derived],
        "first": mails[0].body.splitlines()[0] if mails else "",
        "mails": [one.subject for one in mails],
        "place": a.place,
        "parents": {
            row.managed_object: rows[row.parent_id].managed_object if row.parent_id else None
            for row in rows.values()
        },
        "runs": list(runs),
        "severity": a.perceived_severity.value,
        "suppressed": a.suppressed_by,
        "team": a.attributes.get("team"),
        "text": a.text,
        "type": a.managed_object_type,
        "vendor": a.attributes.get("vendor"),
        "to": [people[who] for one in mails for who in one.recipients],
    }


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.feature)
def test_it_is_done(bench: Bench, one: Case) -> None:
    found = seen(bench, one.then, one.pattern, one.hit)

    assert {key: found[key] for key in one.does} == one.does


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.feature)
def test_it_is_not_done_for_what_just_misses(bench: Bench, one: Case) -> None:
    found = seen(bench, one.then, one.pattern, one.miss)

    assert {key: found[key] for key in one.misses} == one.misses


MODES = {
    "mode draft": (0, "unacknowledged"),
    "mode observe": (1, "unacknowledged"),
    "mode live": (1, "acknowledged"),
    "mode off": (0, "unacknowledged"),
}


def be(bench: Bench, mode: Mode) -> None:
    """Put a rule into a mode."""
    if mode is Mode.DRAFT:
        with as_tenant(bench.session, bench.tenant_id):
            document = make_rule_document(when=LINK)
            create_rule(bench.session, bench.tenant_id, document=document, by="test", now=NOON)
        return
    bench.rule(when=LINK, mode=Mode.LIVE if mode is Mode.OFF else mode)
    if mode is Mode.OFF:
        with as_tenant(bench.session, bench.tenant_id):
            (rule,) = list_rules(bench.session, bench.tenant_id)
            switch_off(bench.session, bench.tenant_id, rule.id, now=NOON)


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_says_whether_a_rule_fires_and_acts(bench: Bench, mode: str) -> None:
    be(bench, Mode(mode.removeprefix("mode ")))
    bench.send(**said())
    bench.fired(now=NOON + timedelta(hours=1))

    with as_tenant(bench.session, bench.tenant_id):
        firings = len(bench.session.scalars(select(Firing.id)).all())
        (ack,) = bench.session.scalars(select(AlarmRow.ack_state))
    assert (firings, ack.value) == MODES[mode]


def test_every_action_and_every_mode_has_a_row() -> None:
    assert {one.feature for one in CASES} | set(MODES) == action_features()
